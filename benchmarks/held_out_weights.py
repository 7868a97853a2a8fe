"""Weights and calibration that the documents they are measured on had no part in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from boundary_model import ReadPacket
from fit_weights import FOLDS, MADE_DOCUMENTS, MADE_SEED, as_read, calibrate, cross_fitted, fit_with_made
from joined import join
from labelled_pools import Pool, folds_by_source, packets_of
from made_documents.pools import make_pool

from splitreader.engines.embedded.weights import Weights
from splitreader.evaluation import TruePacket


def from_made(made: Sequence[ReadPacket], packets: int) -> Weights:
    """Fitted on made documents alone, calibrated on those of another seed."""
    weights = fit_with_made([], made)
    calibration = calibrate([join(make_pool(MADE_SEED + 1, MADE_DOCUMENTS), packets)], [weights])
    return weights.model_copy(update={"calibration": calibration})


def from_others(pool: Pool, made: Sequence[ReadPacket], packets: int) -> Weights:
    """Fitted on made documents and on a pool, calibrated on folds of the pool."""
    weights = fit_with_made(as_read(packets_of(pool, packets)), made)
    parts = [packets_of(fold, packets // FOLDS) for fold in folds_by_source(pool, FOLDS)]
    return weights.model_copy(update={"calibration": calibrate(parts, cross_fitted(parts, made))})


def of_each_fold(folds: Sequence[Pool], made: Sequence[ReadPacket], packets: int) -> list[Weights]:
    """For each fold weights and calibration from the other folds, and from made documents."""
    parts: list[Sequence[TruePacket]] = [packets_of(fold, packets // len(folds)) for fold in folds]
    read = [as_read(part) for part in parts]
    found = []
    for index in range(len(parts)):
        others = [part for other, part in enumerate(parts) if other != index]
        other_read = [part for other, part in enumerate(read) if other != index]
        weights = fit_with_made(list(chain.from_iterable(other_read)), made)
        inner = [
            fit_with_made(list(chain.from_iterable(part for part in other_read if part is not own)), made)
            for own in other_read
        ]
        found.append(weights.model_copy(update={"calibration": calibrate(others, inner)}))
    return found
