"""Labelled pages, from which the engine learns how a user's own documents look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, Protocol, Self, runtime_checkable

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from splitreader._config import UNCATEGORIZED, Category, in_one_line
from splitreader._errors import InvalidConfiguration
from splitreader._pages import PageText, as_page_texts, format_pages
from splitreader._result import SplitResult

_PageNumber = Annotated[int, Field(ge=1)]


def _check_name(name: str) -> str:
    return name if name == UNCATEGORIZED else Category(name=name).name


_Segment = tuple[Annotated[str, AfterValidator(_check_name)], Annotated[tuple[_PageNumber, ...], Field(min_length=1)]]


@runtime_checkable
class HasPageTexts(Protocol):
    """A Document that knows its pages, as `SegmentDocument` does."""

    @property
    def page_texts(self) -> tuple[PageText, ...]:
        """One for each page, with its number in the packet."""
        ...


class Example(BaseModel):
    """Pages whose documents are known, for `EmbeddedEngine.fit`: a packet, or a single document.

    `Example.document`, `Example.packet` and `Example.corrected` are shorter ways to make one.

    Args:
        pages: the texts of pages 1, 2, 3, ..., as strings or `PageText`.
        segments: a category's name and its 1-based pages, for each document. Pages in none of them are nobody's. What
            fits none of the categories may be ``"uncategorized"``.

    Raises:
        pydantic.ValidationError: there are no pages, or a segment names a page twice, or one that is not there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pages: Annotated[tuple[PageText, ...], Field(min_length=1)]
    segments: Annotated[tuple[_Segment, ...], Field(min_length=1)]

    @field_validator("pages", mode="before")
    @classmethod
    def _number_pages(cls, value: Any) -> Any:
        return as_page_texts(value)

    @model_validator(mode="after")
    def _check_pages(self) -> Self:
        claimed = Counter(page for _, pages in self.segments for page in pages)
        if doubled := sorted(page for page, times in claimed.items() if times > 1):
            raise ValueError(f"pages {format_pages(doubled)} are in more than one place of the example's segments")
        if beyond := sorted(page for page in claimed if page > len(self.pages)):
            raise ValueError(f"the example has {len(self.pages)} pages; there is no page {format_pages(beyond)}")
        return self

    @classmethod
    def document(cls, category: str, pages: Iterable[str | PageText]) -> Example:
        """A single document.

        Args:
            category: its name, as it will stand in the categories to split into.
            pages: the text of each of its pages.

        Raises:
            InvalidConfiguration: there is no page, or no category.
        """
        texts = as_page_texts(pages)
        return cls._build(texts, [(category, tuple(range(1, len(texts) + 1)))])

    @classmethod
    def packet(cls, pages: Iterable[str | PageText], segments: Iterable[tuple[str, Iterable[int]]]) -> Example:
        """A packet and its documents: ``Example.packet(texts, [("invoice", [1, 2]), ("letter", [3])])``.

        Raises:
            InvalidConfiguration: a segment names a page twice, or one that is not there.
        """
        return cls._build(as_page_texts(pages), [(category, tuple(numbers)) for category, numbers in segments])

    @classmethod
    def corrected(cls, pages: Iterable[str | PageText | HasPageTexts], result: SplitResult) -> Example:
        """A packet and the result that a person has checked; see `SplitResult.with_segments` for corrections.

        Args:
            pages: the text of every page of the packet, or the Documents that were made of it: `SplitPacket.documents`.
            result: what is right. Its omitted pages are nobody's.

        Raises:
            InvalidConfiguration: the result is of a packet with another number of pages, or has no segments.
        """
        given = list(pages)
        known = {text.page: text for item in given if isinstance(item, HasPageTexts) for text in item.page_texts}
        left_out = frozenset(result.omitted_pages).difference(known) if known else frozenset()
        known |= {page: PageText(page=page, text="", text_source="none") for page in left_out}
        plain = [item for item in given if not isinstance(item, HasPageTexts)]
        texts = as_page_texts([*(known[page] for page in sorted(known)), *plain])
        if len(texts) != result.page_count:
            raise InvalidConfiguration(
                f"the result is of a packet with {result.page_count} pages, but {len(texts)} are given; "
                "give the text of every page of the packet"
            )
        return cls._build(texts, [(segment.category, segment.pages) for segment in result.segments])

    @classmethod
    def _build(cls, pages: tuple[PageText, ...], segments: list[tuple[str, tuple[int, ...]]]) -> Example:
        try:
            return cls(pages=pages, segments=tuple(segments))
        except ValidationError as error:
            raise InvalidConfiguration(f"can't be an example: {in_one_line(error)}") from error

    def __repr__(self) -> str:
        documents = ", ".join(f"{category} {format_pages(sorted(pages))}" for category, pages in self.segments[:4])
        more = f", and {len(self.segments) - 4} more" if len(self.segments) > 4 else ""
        return f"Example({documents}{more})"

    __str__ = __repr__
