"""What a split says: segments, and the promise that every page is in exactly one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from splitreader._config import in_one_line
from splitreader._errors import InvalidConfiguration
from splitreader._pages import format_pages

Confidence: TypeAlias = Literal["high", "medium", "low"]

CONFIDENCE_RANK: Mapping[str, int] = {"low": 1, "medium": 2, "high": 3}
"""Confidence as a number, so that stores can filter with ``>=``."""


class Segment(BaseModel):
    """One document inside a packet.

    Args:
        category: a declared category's name, or ``"uncategorized"``.
        pages: 1-based, ascending, each once; usually a run, but an engine may leave gaps.
        confidence: how sure the engine is.
        score: the same as a number from 0 to 1; None where the engine gives none.
        key: the value that sets this segment apart from its neighbours of one category; None where there is none.
        evidence: why the segment starts where it starts and has this category, in words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: Annotated[str, Field(min_length=1)]
    pages: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]
    confidence: Confidence
    score: Annotated[float | None, Field(ge=0, le=1)] = None
    key: str | None = None
    evidence: tuple[str, ...] = ()

    @field_validator("pages")
    @classmethod
    def _check_ascending(cls, pages: tuple[int, ...]) -> tuple[int, ...]:
        if any(later <= earlier for earlier, later in pairwise(pages)):
            raise ValueError(f"pages must ascend, each once; got {format_pages(pages)}")
        return pages


class SplitResult(BaseModel):
    """How a packet was split.

    Every page from 1 to `page_count` is in exactly one segment or in `omitted_pages`; nothing else can be built.
    ``model_dump_json`` and ``model_validate_json`` carry it to a file and back.

    Args:
        segments: in the order of their first pages.
        omitted_pages: pages left out on purpose (``allow_uncategorized="omit"``, ``target_pages``), ascending.
        page_count: pages of the whole packet.
        engine: the short name of the engine that answered.
        job_id: the engine's own id of the job; None where there is none.
        usage: what the job used (tokens, money, seconds), as the engine names it.

    Raises:
        pydantic.ValidationError: a page is missing, doubled or out of range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    segments: tuple[Segment, ...]
    omitted_pages: tuple[int, ...] = ()
    page_count: Annotated[int, Field(ge=0)]
    engine: str
    job_id: str | None = None
    usage: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_pages_once(self) -> Self:
        claimed = [page for segment in self.segments for page in segment.pages] + list(self.omitted_pages)
        unique = set(claimed)
        if len(unique) != len(claimed):
            doubled = sorted(page for page, times in Counter(claimed).items() if times > 1)
            raise ValueError(f"pages {format_pages(doubled)} are in more than one place")
        everything = set(range(1, self.page_count + 1))
        if extra := sorted(unique - everything):
            raise ValueError(f"the packet has {self.page_count} pages; there is no page {format_pages(extra)}")
        if missing := sorted(everything - unique):
            raise ValueError(f"pages {format_pages(missing)} are in no segment and not in omitted_pages")
        if any(later.pages[0] < earlier.pages[0] for earlier, later in pairwise(self.segments)):
            raise ValueError("segments must be in the order of their first pages")
        if any(later <= earlier for earlier, later in pairwise(self.omitted_pages)):
            raise ValueError("omitted_pages must ascend")
        return self

    def _repr_html_(self) -> str:
        """The page strip that notebooks show: one cell a page, coloured by category."""
        from splitreader.strip.notebook import strip_html

        return strip_html(self)

    def with_segments(
        self, segments: Iterable[Segment | Mapping[str, Any]], *, omitted_pages: Iterable[int] | None = None
    ) -> SplitResult:
        """A validated copy with other segments, for corrections by hand.

        Args:
            segments: `Segment` objects, or dicts with ``category`` and ``pages`` (confidence "high" if silent), in
                any order.
            omitted_pages: None keeps those of this result that no new segment takes.

        Raises:
            InvalidConfiguration: a page would be lost or doubled; the message names it.
        """
        try:
            chosen = [
                item if isinstance(item, Segment) else Segment(**{"confidence": "high", **item}) for item in segments
            ]
            taken = {page for segment in chosen for page in segment.pages}
            kept = omitted_pages if omitted_pages is not None else (p for p in self.omitted_pages if p not in taken)
            return SplitResult(
                **{
                    **dict(self),
                    "segments": tuple(sorted(chosen, key=lambda segment: segment.pages)),
                    "omitted_pages": tuple(sorted(kept)),
                }
            )
        except ValidationError as error:
            raise InvalidConfiguration(f"can't take these segments: {in_one_line(error)}") from error
