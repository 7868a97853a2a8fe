"""From an engine's answer to a `SplitResult`: no page is lost, none is doubled, whatever the engine said."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from operator import index
from typing import Any, SupportsIndex

from pydantic import ValidationError

from splitreader._config import UNCATEGORIZED, SplitConfig, in_one_line, quoted, shortened
from splitreader._errors import InvalidEngineResult
from splitreader._pages import format_pages
from splitreader._result import Segment, SplitResult
from splitreader.engines._protocol import EngineAnswer, ProposedSegment

logger = logging.getLogger(__name__)


def conserve_pages(answer: object, config: SplitConfig, *, page_count: int, engine: str, source: str) -> SplitResult:
    """The answer as a result in which every page from 1 to `page_count` is exactly once.

    Unsorted pages are sorted. Pages that the engine did not mention become low-confidence ``uncategorized`` segments,
    one for each run, whose evidence says so; with ``allow_uncategorized="omit"`` they become omitted pages. So do
    pages outside ``target_pages``, which no segment may have. What the engine calls ``uncategorized`` in spite of
    ``allow_uncategorized="forbid"`` is kept, since the answer is paid for: with low confidence, no score, evidence that
    says so, and a warning in the log.

    Args:
        answer: an `EngineAnswer`, with whatever values the engine has put into it.
        config: what the engine was asked.
        page_count: pages of the whole packet.
        engine: its name.
        source: the packet's name.

    Raises:
        InvalidEngineResult: a page is out of range, outside ``target_pages`` or claimed twice, a segment has no page,
            a category was not asked for, or a value is of another type or range than `EngineAnswer` and
            `ProposedSegment` want. It carries the job id and the raw answer.
        PageNotFound: ``target_pages`` names a page that the packet does not have.
    """
    job_id = _job_id(answer)
    where = f"{engine}'s answer for {source}" + (f" (job {job_id})" if job_id else "")
    selected = set(config.selected_pages(page_count, source=source))
    try:
        checked = _check(answer, config, selected, page_count)
        segments, omitted = list(checked.segments), set(checked.omitted_pages)
        claimed = {page for segment in segments for page in segment.pages}
        unmentioned = sorted(selected.difference(claimed, omitted))
        omitted.update(set(range(1, page_count + 1)).difference(selected))
        if config.allow_uncategorized == "omit":
            omitted.update(unmentioned, _uncategorized_pages(segments))
            segments = [segment for segment in segments if segment.category != UNCATEGORIZED]
        elif config.allow_uncategorized == "forbid":
            segments = [_distrusted(segment, engine, where) for segment in segments]
        if unmentioned:
            logger.warning("%s does not mention pages %s; they are kept apart", where, format_pages(unmentioned))
        if config.allow_uncategorized != "omit":
            segments.extend(_kept_apart(run, engine) for run in _runs(unmentioned))
        return SplitResult(
            segments=tuple(sorted(segments, key=lambda segment: segment.pages)),
            omitted_pages=tuple(sorted(omitted)),
            page_count=page_count,
            engine=engine,
            job_id=checked.job_id,
            usage=checked.usage,
        )
    except (_Wrong, ValidationError) as error:
        complaint = str(error) if isinstance(error, _Wrong) else f"can't be: {in_one_line(error)}"
        raw = getattr(answer, "raw", None)
        raise InvalidEngineResult(
            f"{where} {complaint}; the raw answer is in this error's `raw`",
            source=source,
            job_id=job_id,
            raw=answer if raw is None else raw,
        ) from error


class _Wrong(Exception):
    """An answer that can't be. The message is the rest of a sentence that begins with the answer."""


@dataclass(frozen=True, kw_only=True)
class _Checked:
    """An answer whose every value is right by itself, and whose pages are in one place each."""

    segments: Sequence[Segment]
    omitted_pages: Sequence[int]
    job_id: str | None
    usage: dict[str, Any]


def _check(answer: object, config: SplitConfig, selected: Container[int], page_count: int) -> _Checked:
    if not isinstance(answer, EngineAnswer):
        raise _Wrong(f"is {type(answer).__name__}, no EngineAnswer")
    if answer.job_id is not None and not isinstance(answer.job_id, str):
        raise _Wrong(f"has the job_id {quoted(answer.job_id)}, which is no text")
    if not isinstance(answer.usage, Mapping) or not all(isinstance(key, str) for key in answer.usage):
        raise _Wrong(f"has the usage {quoted(answer.usage)}, which is no mapping from text")
    proposals = _proposals(answer.segments)
    pages = [_pages(proposal.pages, "pages") for proposal in proposals]
    omitted = _pages(answer.omitted_pages, "omitted_pages")
    _check_pages(pages, omitted, selected, page_count)
    if isinstance(answer.categories, str) or not isinstance(answer.categories, Collection):
        raise _Wrong(f"has the categories {quoted(answer.categories)}, which are no list of names")
    known = (*config.category_names, *answer.categories, UNCATEGORIZED)
    return _Checked(
        segments=[_segment(*pair, known) for pair in zip(proposals, pages, strict=True)],
        omitted_pages=omitted,
        job_id=answer.job_id,
        usage=dict(answer.usage),
    )


def _job_id(answer: object) -> str | None:
    """The job's id for an error: also one that is no text leads to what was paid for."""
    job_id = answer.job_id if isinstance(answer, EngineAnswer) else None
    return job_id if job_id is None or isinstance(job_id, str) else shortened(str(job_id))


def _proposals(segments: object) -> list[ProposedSegment]:
    if not isinstance(segments, Iterable):
        raise _Wrong(f"has the segments {quoted(segments)}, which are no list of ProposedSegment")
    proposals = list(segments)
    for proposal in proposals:
        if not isinstance(proposal, ProposedSegment):
            raise _Wrong(f"has a {type(proposal).__name__} among its segments, which is no ProposedSegment")
    return proposals


def _pages(pages: object, field: str) -> tuple[int, ...]:
    """The pages, sorted, as whole numbers of Python's own: engines that count with numpy have others."""
    if not isinstance(pages, Iterable) or isinstance(pages, (str, bytes, bytearray, Mapping)):
        raise _Wrong(f"has the {field} {quoted(pages)}, which are no list of whole numbers")
    numbers = []
    for page in pages:
        if isinstance(page, bool) or not isinstance(page, SupportsIndex):
            raise _Wrong(f"has the page {quoted(page)}, which is no whole number")
        numbers.append(index(page))
    return tuple(sorted(numbers))


def _check_pages(
    pages: Sequence[Sequence[int]], omitted: Sequence[int], selected: Container[int], page_count: int
) -> None:
    claimed = Counter(page for run in pages for page in run)
    strays = sorted(page for page in claimed if page not in selected)
    claimed.update(omitted)
    if outside := sorted(page for page in claimed if not 1 <= page <= page_count):
        raise _Wrong(f"names page {shortened(format_pages(outside))}, but the packet has {page_count} pages")
    if doubled := sorted(page for page, times in claimed.items() if times > 1):
        raise _Wrong(f"puts page {shortened(format_pages(doubled))} in more than one place")
    if strays:
        raise _Wrong(f"puts page {shortened(format_pages(strays))} into a segment, which target_pages leaves out")


def _segment(proposal: ProposedSegment, pages: tuple[int, ...], known: Collection[str]) -> Segment:
    """The proposed segment with these pages, if all of its values are right."""
    if not pages:
        raise _Wrong(f"has a segment {quoted(proposal.category)} without pages")
    if proposal.category not in known:
        raise _Wrong(f"has the category {quoted(proposal.category)}, which was not asked for")
    score, evidence = proposal.score, proposal.evidence
    fields = {
        "category": proposal.category,
        "pages": pages,
        "confidence": proposal.confidence,
        "score": float(score) if isinstance(score, Real) and not isinstance(score, bool) else score,
        "key": proposal.key,
        "evidence": tuple(evidence) if isinstance(evidence, list) else evidence,
    }
    try:
        return Segment.model_validate(fields, strict=True)
    except ValidationError as error:
        what = f"{quoted(proposal.category)}, pages {shortened(format_pages(pages))}"
        raise _Wrong(f"has a segment ({what}) that can't be: {in_one_line(error)}") from error


def _uncategorized_pages(segments: Iterable[Segment]) -> list[int]:
    return [page for segment in segments if segment.category == UNCATEGORIZED for page in segment.pages]


def _distrusted(segment: Segment, engine: str, where: str) -> Segment:
    """The segment, with low confidence if it is uncategorized, which was forbidden."""
    if segment.category != UNCATEGORIZED:
        return segment
    logger.warning(
        '%s has pages %s as uncategorized, although allow_uncategorized is "forbid"; they are kept with low confidence',
        where,
        format_pages(segment.pages),
    )
    complaint = f'the engine {engine} answered uncategorized, although allow_uncategorized is "forbid"'
    return segment.model_copy(update={"confidence": "low", "score": None, "evidence": (*segment.evidence, complaint)})


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
