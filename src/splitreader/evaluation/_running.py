"""Running an engine over packets whose truth is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from splitreader._documents import SegmentDocument
from splitreader._errors import InvalidConfiguration, SplitReaderError
from splitreader._reader import SplitReader
from splitreader._result import SplitResult
from splitreader.engines import EmbeddedEngine, Engine
from splitreader.evaluation._calibration import Calibration, calibrate
from splitreader.evaluation._metrics import Metrics, measure
from splitreader.evaluation._scores import PacketScore, score_packet
from splitreader.evaluation._truth import TruePacket

OnPacket = Callable[[TruePacket, PacketScore], None]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How well an engine split the packets.

    Args:
        engine: its name.
        truths: the packets.
        results: what the engine made of each; None where it failed.
        scores: the comparison of each.
        metrics: over all.
        calibration: over all.
        seconds: for all packets, reading included.
    """

    engine: str
    truths: tuple[TruePacket, ...]
    results: tuple[SplitResult | None, ...]
    scores: tuple[PacketScore, ...]
    metrics: Metrics
    calibration: Calibration
    seconds: float

    @property
    def pages_a_second(self) -> float:
        """Pages of all packets by the seconds they took, reading included."""
        return sum(truth.page_count for truth in self.truths) / self.seconds


def evaluate(
    truths: Sequence[TruePacket],
    *,
    engine: Engine | None = None,
    workers: int = 1,
    on_packet: OnPacket | None = None,
    **options: Any,
) -> Evaluation:
    """Split packets whose truth is known, and compare.

    A packet that can't be split counts as missed altogether, and its score says why.

    Args:
        truths: the packets.
        engine: who splits; None for the embedded one. It sees the categories of each packet and nothing else of it.
        workers: packets split side by side, in threads; more than one is for engines that wait.
        on_packet: called with each packet and its score as it is done, maybe from several threads.
        options: further options of `SplitReader`, such as ``ocr`` and ``password``.

    Raises:
        InvalidConfiguration: there is no packet, or the engine can't honour an option.
    """
    if not truths:
        raise InvalidConfiguration("there is no packet to evaluate on")
    engine = EmbeddedEngine() if engine is None else engine

    def run(truth: TruePacket) -> tuple[SplitResult | None, PacketScore]:
        result, error = _split(truth, engine, {"workers": None if workers == 1 else 1, **options})
        score = score_packet(truth, result, error=error)
        if on_packet is not None:
            on_packet(truth, score)
        return result, score

    begin = time.perf_counter()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        done = list(pool.map(run, truths))
    seconds = time.perf_counter() - begin
    scores = tuple(score for _, score in done)
    return Evaluation(
        engine=engine.name,
        truths=tuple(truths),
        results=tuple(result for result, _ in done),
        scores=scores,
        metrics=measure(scores),
        calibration=calibrate(scores),
        seconds=seconds,
    )


def _split(truth: TruePacket, engine: Engine, options: dict[str, Any]) -> tuple[SplitResult | None, str | None]:
    """The prediction, or why there is none."""
    try:
        reader = SplitReader(truth.categories, engine=engine, **options)
        if truth.pdf is None:
            return _result(reader.from_pages(truth.pages or (), source=None), truth, engine.name), None
        result = reader.split(truth.pdf)
    except InvalidConfiguration:
        raise
    except SplitReaderError as error:
        return None, str(error)
    if result.page_count != truth.page_count:
        return None, f"the truth is of {truth.page_count} pages, but {truth.pdf} has {result.page_count}"
    return result, None


def _result(documents: Sequence[SegmentDocument], truth: TruePacket, engine: str) -> SplitResult:
    claimed = {page for document in documents for page in document.segment.pages}
    return SplitResult(
        segments=tuple(document.segment for document in documents),
        omitted_pages=tuple(page for page in range(1, truth.page_count + 1) if page not in claimed),
        page_count=truth.page_count,
        engine=engine,
    )
