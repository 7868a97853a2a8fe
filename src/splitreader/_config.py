"""What to split a packet into: categories and the rules of the split."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from splitreader._errors import InvalidConfiguration, PageNotFound
from splitreader._pages import format_pages, parse_pages

UNCATEGORIZED = "uncategorized"
"""The category of pages that fit none of the declared ones. No declared category may have this name."""

QUOTED_AT_MOST = 80
"""Characters of a user's value that a message shows."""

AllowUncategorized: TypeAlias = Literal["include", "forbid", "omit"]


class Category(BaseModel):
    """A kind of document that a packet may hold.

    Args:
        name: 1 to 200 characters; what `Segment.category` will say. ``"uncategorized"`` is reserved.
        description: 1 to 2,000 characters; what such a document looks like. Engines split better with one.
        partition_key: 1 to 200 characters; what every document of the category has its own value of, as its pages
            print it: ``"invoice number"``, ``"employee name"``. Neighbouring pages of the category are cut where the
            value changes; it becomes `Segment.key`. The embedded engine reads it; with LlamaCloud it is refused.

    Raises:
        pydantic.ValidationError: a length is out of range, the name is blank or reserved, the partition key is blank.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str | None, Field(min_length=1, max_length=2000)] = None
    partition_key: Annotated[str | None, Field(min_length=1, max_length=200)] = None

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if not name.strip():
            raise ValueError("a category needs a name that is not blank")
        if name.strip().casefold() == UNCATEGORIZED:
            raise ValueError(f"{UNCATEGORIZED!r} is reserved for pages that fit no category; choose another name")
        return name

    @field_validator("partition_key")
    @classmethod
    def _check_partition_key(cls, partition_key: str | None) -> str | None:
        if partition_key is not None and not any(character.isalnum() for character in partition_key):
            raise ValueError('a partition key needs words, such as "invoice number"')
        return partition_key


CategoriesLike: TypeAlias = Iterable[Category | str | Mapping[str, Any]] | Mapping[str, str | None]
"""Categories as a user may write them: a list of names, dicts or `Category`, or ``{name: description}``."""


class SplitConfig(BaseModel):
    """The categories and the rules of one split; the same for every engine.

    Args:
        categories: 1 to 50, with unique names; left out where the engine brings its own.
        allow_uncategorized: pages that fit no category become segments of their own (``"include"``), must take the
            best category (``"forbid"``), or are left out of the segments (``"omit"``). True and False mean include
            and forbid, as the first form of the Split API has it.
        custom_instructions: up to 5,000 characters of free text for engines that read instructions.
        min_pages_per_split: the smallest number of pages of a segment, for engines that can hold to it; 1 is the same
            as None.
        target_pages: which pages to split, 1-based, like ``"1,3,5-7"``; the others become `SplitResult.omitted_pages`.

    Raises:
        pydantic.ValidationError: a value is out of range, or two categories share a name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    categories: Annotated[tuple[Category, ...], Field(min_length=1, max_length=50)] = ()
    allow_uncategorized: AllowUncategorized = "include"
    custom_instructions: Annotated[str | None, Field(max_length=5000)] = None
    min_pages_per_split: Annotated[int | None, Field(ge=1)] = None
    target_pages: str | None = None

    @field_validator("categories", mode="before")
    @classmethod
    def _read_categories(cls, value: object) -> object:
        if isinstance(value, str):
            raise ValueError(
                f"categories is one string ({quoted(value)}); give a list of names, or {{name: description}}"
            )
        if isinstance(value, Mapping):
            return tuple({"name": name, "description": description} for name, description in value.items())
        if isinstance(value, Iterable):
            return tuple({"name": item} if isinstance(item, str) else item for item in value)
        return value

    @field_validator("allow_uncategorized", mode="before")
    @classmethod
    def _read_allow_uncategorized(cls, value: object) -> object:
        if isinstance(value, bool):
            return "include" if value else "forbid"
        return value

    @field_validator("target_pages")
    @classmethod
    def _check_target_pages(cls, value: str | None) -> str | None:
        if value is not None:
            parse_pages(value)
        return value

    @model_validator(mode="after")
    def _check_unique(self) -> Self:
        seen: set[str] = set()
        for category in self.categories:
            if category.name in seen:
                raise ValueError(f"two categories are called {quoted(category.name)}; names must be unique")
            seen.add(category.name)
        return self

    @classmethod
    def build(cls, categories: CategoriesLike | None, **options: Any) -> SplitConfig:
        """A config from categories as a user writes them; None where the engine brings its own.

        Raises:
            InvalidConfiguration: a value is out of range; the message names it.
        """
        try:
            return cls(**options) if categories is None else cls(categories=categories, **options)
        except ValidationError as error:
            raise InvalidConfiguration(f"can't split with these options: {in_one_line(error)}") from error

    @property
    def category_names(self) -> tuple[str, ...]:
        """The declared names, in order."""
        return tuple(category.name for category in self.categories)

    def selected_pages(self, page_count: int, *, source: str = "the packet") -> tuple[int, ...]:
        """The pages to split of a packet with `page_count` pages, ascending: all of them without `target_pages`.

        Raises:
            PageNotFound: `target_pages` names a page that the packet called `source` does not have.
        """
        if self.target_pages is None:
            return tuple(range(1, page_count + 1))
        pages = parse_pages(self.target_pages)
        if beyond := [page for page in pages if page > page_count]:
            count = f"{page_count} page{'' if page_count == 1 else 's'}"
            raise PageNotFound(
                f"target_pages names page {format_pages(beyond)}, but {source} has {count}", source=source
            )
        return pages


def in_one_line(error: ValidationError) -> str:
    """The first complaints of a pydantic error as one line a person can read."""
    complaints = []
    for item in error.errors(include_url=False, include_input=False, include_context=False)[:3]:
        where = ".".join(shortened(str(part)) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        complaints.append(f"{where}: {message}" if where else message)
    return "; ".join(complaints)


def quoted(value: object) -> str:
    """A value for a message: as Python writes it, on one line and in part if it is long."""
    writer = reprlib.Repr()
    writer.maxstring = writer.maxother = writer.maxlong = QUOTED_AT_MOST
    return shortened(writer.repr(value).replace("\n", " "))


def shortened(text: str) -> str:
    """A text for a message, in part if it is long."""
    return text if len(text) <= QUOTED_AT_MOST else f"{text[: QUOTED_AT_MOST - 3]}..."
