"""Type-checked, never run: how users measure engines, and what they read in the outcome."""

from collections import Counter
from pathlib import Path
from typing import Any, assert_type

from splitreader import Category, EmbeddedEngine, SplitConfig, SplitResult
from splitreader.evaluation import (
    METRICS,
    Automation,
    Bin,
    Calibration,
    Estimate,
    Evaluation,
    Metrics,
    PacketScore,
    TruePacket,
    TrueSegment,
    as_data,
    as_html,
    as_text,
    evaluate,
    load_truth,
    score_packet,
)

truths = load_truth("truth.json", categories=SplitConfig.build(["invoice"]))
assert_type(truths, list[TruePacket])
truth = TruePacket(
    name="packet-1",
    pages=("one", "two"),
    page_count=2,
    categories=(Category(name="invoice"),),
    segments=(TrueSegment(category="invoice", pages=(1, 2)),),
)
assert_type(truth.pdf, Path | None)
assert_type(truth.segments, tuple[TrueSegment, ...])
assert_type(truth.result, SplitResult)

score = score_packet(truth, truth.result)
assert_type(score, PacketScore)
assert_type(score.is_exact, bool)
assert_type(score.error, str | None)
assert_type(score_packet(truth, None, error="it could not be read").confusion, Counter[tuple[str, str]])

evaluation = evaluate([*truths, truth], engine=EmbeddedEngine(), workers=2, ocr="off")
assert_type(evaluation, Evaluation)
assert_type(evaluation.results, tuple[SplitResult | None, ...])
assert_type(evaluation.scores, tuple[PacketScore, ...])
assert_type(evaluation.pages_a_second, float)

metrics: Metrics = evaluation.metrics
assert_type(metrics.estimates, dict[str, Estimate])
assert_type(metrics.estimates["segment_f1"].value, float | None)
assert_type([f"{about}: {metrics.estimates[name].low}" for name, about in METRICS.items()], list[str])

calibration: Calibration = evaluation.calibration
assert_type(calibration.error, float | None)
assert_type(calibration.reliability, tuple[Bin, ...])
assert_type(calibration.by_confidence[0].right, float)
assert_type(calibration.automation, tuple[Automation, ...])
assert_type(calibration.automation[0].precision, float | None)

assert_type(as_text(evaluation), str)
assert_type(as_data(evaluation), dict[str, Any])
assert_type(as_html([evaluation]), str)
