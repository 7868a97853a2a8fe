"""An evaluation as text and as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from splitreader.evaluation._metrics import METRICS, Estimate
from splitreader.evaluation._running import Evaluation

MOST_CONFUSIONS = 10
TOO_FEW_SOURCES = "what could go through unseen can't be told: the sources are too few to make two halves"


def as_text(evaluation: Evaluation) -> str:
    """The evaluation as tables for a terminal."""
    metrics, calibration = evaluation.metrics, evaluation.calibration
    heading = f"{evaluation.engine}: {metrics.packets} packets from {metrics.groups} sources, {metrics.pages} pages"
    lines = [f"{heading}, {evaluation.pages_a_second:.1f} pages a second"]
    if metrics.failures:
        lines.append(f"{metrics.failures} packets could not be split and count as missed")
    lines += ["", f"{'metric':24}{'value':>7}  {'95 % interval':15}  what it says"]
    lines += [
        f"{name:24}{_number(estimate.value):>7}  {_interval(estimate):15}  {METRICS[name]}"
        for name, estimate in metrics.estimates.items()
    ]
    lines += ["", f"{'confidence':24}{'segments':>8}  {'mean score':>10}  {'right':>6}"]
    lines += [
        f"{item.label:24}{item.count:8}  {_number(item.score):>10}  {item.right:6.3f}"
        for item in calibration.by_confidence
    ]
    if calibration.error is not None:
        lines += ["", f"expected calibration error {calibration.error:.3f}"]
    lines += [
        f"at {item.wanted:.0%} precision, set on one half and read on the other: {item.share:.1%} of the segments go "
        f"through, {'none' if item.precision is None else format(item.precision, '.1%')} of these right"
        for item in calibration.automation
    ]
    if calibration.error is not None and not calibration.automation:
        lines.append(TOO_FEW_SOURCES)
    wrong = [(pair, pages) for pair, pages in metrics.confusion.most_common() if pair[0] != pair[1]]
    if wrong:
        lines += ["", "pages taken for another category (true -> predicted):"]
        lines += [f"{pages:6}  {true} -> {found}" for (true, found), pages in wrong[:MOST_CONFUSIONS]]
    failed = [score for score in evaluation.scores if score.error is not None]
    if failed:
        lines += ["", "packets that could not be split:"]
        lines += [f"  {score.name}: {score.error}" for score in failed]
    return "\n".join(lines) + "\n"


def as_data(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as data for JSON, each packet's counts included."""
    return {
        "engine": evaluation.engine,
        "packets": evaluation.metrics.packets,
        "groups": evaluation.metrics.groups,
        "pages": evaluation.metrics.pages,
        "failures": evaluation.metrics.failures,
        "seconds": round(evaluation.seconds, 3),
        "pages_a_second": round(evaluation.pages_a_second, 2),
        "metrics": {name: asdict(estimate) for name, estimate in evaluation.metrics.estimates.items()},
        "calibration": asdict(evaluation.calibration),
        "confusion": [
            {"true": true, "predicted": found, "pages": pages}
            for (true, found), pages in evaluation.metrics.confusion.most_common()
        ],
        "by_packet": [
            {
                "name": score.name,
                "exact": score.is_exact,
                "error": score.error,
                "segments_true": score.segments_true,
                "segments_found": score.segments_found,
                "segments_right": score.segments_right_category,
                "result": None if result is None else result.model_dump(mode="json"),
            }
            for score, result in zip(evaluation.scores, evaluation.results, strict=True)
        ],
    }


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(estimate: Estimate) -> str:
    return "" if estimate.low is None or estimate.high is None else f"{estimate.low:.3f} to {estimate.high:.3f}"
