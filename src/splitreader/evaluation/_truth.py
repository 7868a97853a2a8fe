"""Packets whose documents are known."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from splitreader._config import Category, SplitConfig, in_one_line
from splitreader._errors import InvalidConfiguration
from splitreader._pages import format_pages
from splitreader._result import Segment, SplitResult


class TrueSegment(BaseModel):
    """A document that a packet really holds.

    Args:
        category: its name.
        pages: 1-based.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    category: Annotated[str, Field(min_length=1)]
    pages: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]


class TruePacket(BaseModel):
    """A packet and its documents.

    Args:
        name: for reports.
        pdf: where it is; None where the page texts are given.
        pages: the page texts, where there is no PDF.
        page_count: pages of the packet.
        categories: what it may be split into; those of the segments alone would give the answer away.
        segments: its documents. Pages in none of them are nobody's and count nowhere.
        group: packets of one group share documents or their origin; the intervals count groups, not packets.

    Raises:
        pydantic.ValidationError: a page is in two segments or beyond the end, or a category is not declared.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    pdf: Path | None = None
    pages: tuple[str, ...] | None = None
    page_count: Annotated[int, Field(ge=1)]
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    segments: Annotated[tuple[TrueSegment, ...], Field(min_length=1)]
    group: str = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        claimed = [page for segment in self.segments for page in segment.pages]
        if doubled := sorted({page for page in claimed if claimed.count(page) > 1}):
            raise ValueError(f"pages {format_pages(doubled)} are in more than one segment")
        if beyond := [page for page in claimed if page > self.page_count]:
            raise ValueError(f"page {max(beyond)} is beyond the end; the packet has {self.page_count} pages")
        names = {category.name for category in self.categories} | {"uncategorized"}
        if strangers := sorted({segment.category for segment in self.segments} - names):
            raise ValueError(f"the category {strangers[0]!r} of a segment is not among the categories")
        if (self.pdf is None) == (self.pages is None):
            raise ValueError("give either pdf or pages")
        return self

    @property
    def result(self) -> SplitResult:
        """The truth in the form of a result, to be drawn."""
        claimed = {page for segment in self.segments for page in segment.pages}
        return SplitResult(
            segments=tuple(
                Segment(category=segment.category, pages=tuple(sorted(segment.pages)), confidence="high")
                for segment in sorted(self.segments, key=lambda segment: min(segment.pages))
            ),
            omitted_pages=tuple(page for page in range(1, self.page_count + 1) if page not in claimed),
            page_count=self.page_count,
            engine="truth",
        )


def load_truth(path: str | os.PathLike[str], *, categories: SplitConfig | None = None) -> list[TruePacket]:
    """Packets with their truth, from a folder, a JSON file, or a JSON Lines file.

    A packet is an object with ``pdf`` (relative to the file) or ``pages`` (a list of texts), ``segments`` (objects with
    ``category`` and ``pages``) and ``categories`` (names, or objects with ``name`` and ``description``);
    ``page_count`` where there is a PDF, and, if there is one, ``source``: packets that share it count as one in the
    intervals, as do those of one ``name`` or else one PDF. A folder is searched for ``.json`` files that have
    ``segments``, recursively.

    Args:
        path: of the folder or file.
        categories: for packets that have none.

    Raises:
        InvalidConfiguration: there is no packet, or one can't be understood.
    """
    place = Path(path)
    is_folder = place.is_dir()
    root, files = (place, sorted(place.rglob("*.json"))) if is_folder else (place.parent, [place])
    packets = [packet for file in files for packet in _packets_of(file, root, categories, strict=not is_folder)]
    if not packets:
        raise InvalidConfiguration(
            f"{place} holds no packets with their truth; beside each PDF put a JSON file with pdf, "
            "categories and segments"
        )
    return packets


def _packets_of(file: Path, root: Path, categories: SplitConfig | None, *, strict: bool) -> Iterator[TruePacket]:
    for number, where, content in _objects(file):
        if not isinstance(content, Mapping) or "segments" not in content:
            if strict:
                raise InvalidConfiguration(f"{where} is no packet: it has no segments")
            continue
        try:
            yield _packet(content, file, number, root, categories)
        except ValidationError as error:
            raise InvalidConfiguration(f"{where} can't be: {in_one_line(error)}") from error


def _objects(file: Path) -> Iterator[tuple[int | None, str, Any]]:
    """Each object with where it stands, and its number where the file may hold several."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        if file.suffix.lower() in (".jsonl", ".ndjson"):
            # not splitlines: JSON leaves U+0085 and U+2028 in strings as they are
            lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
            yield from ((number, f"{file}, line {number},", json.loads(line)) for number, line in lines)
            return
        content = json.loads(text)
    except OSError as error:
        raise InvalidConfiguration(f"can't read {file} ({error.strerror}); check the path") from error
    except ValueError as error:
        raise InvalidConfiguration(f"{file} is no JSON ({error})") from error
    yield from (
        ((n, f"{file}, packet {n},", item) for n, item in enumerate(content, 1))
        if isinstance(content, list)
        else ((None, str(file), content),)
    )


def _packet(
    content: Mapping[str, Any], file: Path, number: int | None, root: Path, categories: SplitConfig | None
) -> TruePacket:
    fields = dict(content)
    name = file.stem if number is None else f"{file.stem} {number}"
    origin = f"{file.relative_to(root).as_posix()} {number or 1}"
    if isinstance(pdf := fields.get("pdf"), str):
        fields["pdf"] = file.parent / pdf
        name, origin = Path(pdf).stem, Path(os.path.relpath(fields["pdf"], root)).as_posix()
    declared = fields.get("categories")
    if isinstance(declared, list):
        fields["categories"] = tuple({"name": item} if isinstance(item, str) else item for item in declared)
    elif declared is None and categories is not None:
        fields["categories"] = categories.categories
    pages = fields.get("pages")
    if isinstance(pages, list):
        fields.setdefault("page_count", len(pages))
    source = fields.pop("source", None)
    if not fields.get("group"):
        fields["group"] = fields.get("name", origin) if source is None else json.dumps(source, sort_keys=True)
    fields.setdefault("name", name)
    return TruePacket.model_validate(fields)
