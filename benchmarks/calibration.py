"""How the probabilities of a segment's parts become the share of such segments that are right (Platt 1999)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from splitreader.engines.embedded.confidence import SegmentParts
from splitreader.engines.embedded.weights import Calibration

LEAST = 1e-4
ROUNDS = 60
HOLD = 0.01


def fit_calibration(parts: Sequence[SegmentParts], right: Sequence[bool]) -> Calibration:
    """The logistic regression under which the outcomes are likeliest, by Newton's method.

    Args:
        parts: of segments that had no part in fitting the weights.
        right: whether each segment is right.
    """
    rows = np.log(np.maximum([[part.begins, part.ends, part.together, part.category] for part in parts], LEAST))
    table = np.hstack([rows, np.ones((len(rows), 1))])
    truth = np.array(right, dtype=float)
    found = np.zeros(table.shape[1])
    for _ in range(ROUNDS):
        likely = 1.0 / (1.0 + np.exp(-table @ found))
        slope = table.T @ (truth - likely) - HOLD * found
        curve = (table.T * (likely * (1.0 - likely))) @ table + HOLD * np.eye(len(found))
        found = found + np.linalg.solve(curve, slope)
    begins, ends, together, category = (max(0.0, round(float(value), 2)) for value in found[:4])
    return Calibration(shift=round(float(found[4]), 2), begins=begins, ends=ends, together=together, category=category)
