"""From an engine's answer to a `SplitResult`: no page is lost, none is doubled, whatever the engine said."""

from __future__ import annotations

import logging
from collections import Counter

from splitreader._config import UNCATEGORIZED, SplitConfig
from splitreader._errors import InvalidEngineResult
from splitreader._pages import format_pages
from splitreader._result import Segment, SplitResult
from splitreader.engines._protocol import EngineAnswer

logger = logging.getLogger(__name__)


def conserve_pages(
    answer: EngineAnswer, config: SplitConfig, *, page_count: int, engine: str, source: str
) -> SplitResult:
    """The answer as a result in which every page from 1 to `page_count` is exactly once.

    Unsorted pages are sorted. Pages that the engine did not mention become low-confidence ``uncategorized`` segments,
    one for each run, whose evidence says so; with ``allow_uncategorized="omit"`` they become omitted pages.

    Raises:
        InvalidEngineResult: a page is out of range or claimed twice, a segment has no page, or a category was not
            asked for. It carries the job id and the raw answer.
    """
    where = f"{engine}'s answer for {source}" + (f" (job {answer.job_id})" if answer.job_id else "")

    def refuse(what: str) -> InvalidEngineResult:
        return InvalidEngineResult(
            f"{where} {what}; the raw answer is in this error's `raw`",
            source=source,
            job_id=answer.job_id,
            raw=answer.raw if answer.raw is not None else answer,
        )

    claimed = Counter(page for segment in answer.segments for page in segment.pages)
    claimed.update(answer.omitted_pages)
    if outside := sorted(page for page in claimed if not 1 <= page <= page_count):
        raise refuse(f"names page {format_pages(outside)}, but the packet has {page_count} pages")
    if doubled := sorted(page for page, times in claimed.items() if times > 1):
        raise refuse(f"puts page {format_pages(doubled)} in more than one place")
    known = {*config.category_names, UNCATEGORIZED}

    omits = config.allow_uncategorized == "omit"
    segments: list[Segment] = []
    omitted = set(answer.omitted_pages)
    for proposed in answer.segments:
        if not proposed.pages:
            raise refuse(f"has a segment {proposed.category!r} without pages")
        if proposed.category not in known:
            raise refuse(f"has the category {proposed.category!r}, which was not asked for")
        if omits and proposed.category == UNCATEGORIZED:
            omitted.update(proposed.pages)
            continue
        segments.append(
            Segment(
                category=proposed.category,
                pages=tuple(sorted(proposed.pages)),
                confidence=proposed.confidence,
                score=proposed.score,
                key=proposed.key,
                evidence=proposed.evidence,
            )
        )
    unmentioned = [page for page in range(1, page_count + 1) if page not in claimed]
    if unmentioned:
        logger.warning("%s does not mention pages %s; they are kept apart", where, format_pages(unmentioned))
        if omits:
            omitted.update(unmentioned)
        else:
            segments.extend(_kept_apart(run, engine) for run in _runs(unmentioned))
    return SplitResult(
        segments=tuple(sorted(segments, key=lambda segment: segment.pages)),
        omitted_pages=tuple(sorted(omitted)),
        page_count=page_count,
        engine=engine,
        job_id=answer.job_id,
        usage=dict(answer.usage),
    )


def _kept_apart(pages: tuple[int, ...], engine: str) -> Segment:
    return Segment(
        category=UNCATEGORIZED,
        pages=pages,
        confidence="low",
        evidence=(
            f"the engine {engine} did not mention pages {format_pages(pages)}; they are kept so that none is lost",
        ),
    )


def _runs(pages: list[int]) -> list[tuple[int, ...]]:
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return [tuple(run) for run in runs]
