"""Pages that another reader has read: which packet each is of, and in which order they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import groupby, pairwise
from pathlib import Path, PurePath
from typing import Any

from llama_index.core.schema import Document, MetadataMode

from splitreader import InvalidConfiguration

PAGE_KEYS = ("page_number", "page_no", "page", "page_label")
"""The keys in which LlamaIndex's readers tell the page of a Document; a label may be anything, so it comes last."""

_LARGEST = 100_000
"""No packet has a page with a larger number; what is larger is no page number."""

_OF_THE_FILE = ("file_path", "creation_date", "last_modified_date", "last_accessed_date")
"""What says where a file lies and when it was touched: it changes while the packet does not."""


def packets_of_pages(pages: Sequence[Document]) -> Iterator[tuple[str | None, list[Document]]]:
    """The pages of each packet, in the order given: pages of one file are one packet.

    Args:
        pages: one Document a page, of LlamaParse, Docling, PDFReader ...
    """
    packets: dict[str | None, list[Document]] = {}
    for page in pages:
        packets.setdefault(_file(page), []).append(page)
    yield from packets.items()


def texts_of(pages: Sequence[Document]) -> list[str]:
    """The text of every page of a packet, from its first.

    Where all Documents have a page number, they are put in its order, pages left out are empty, and parts of one page
    are joined. Otherwise each Document is a page, in the order given.

    Raises:
        InvalidConfiguration: only some of them have a number, or labels come again so that it can't be told whether
            they are parts of one page.
    """
    texts = [page.get_content(metadata_mode=MetadataMode.NONE) for page in pages]
    numbers = _numbers(pages)
    if numbers is None:
        return texts
    found: dict[int, list[str]] = {}
    for number, text in zip(numbers, texts, strict=True):
        found.setdefault(number, []).append(text)
    return ["\n".join(found.get(number, ())) for number in range(1, max(found) + 1)]


def shared_metadata(pages: Sequence[Document]) -> dict[str, Any]:
    """What the metadata of all pages of a packet says alike: tenant, access list ...

    Page numbers go, and what would make a moved file another one: its absolute path and its dates.
    """
    first, *others = [page.metadata for page in pages]
    name = PurePath(_file(pages[0]) or "").name
    return {
        key: deepcopy(value)
        for key, value in first.items()
        if key not in (*PAGE_KEYS, *_OF_THE_FILE)
        and not (Path(str(value)).is_absolute() and PurePath(str(value)).name == name)
        and all(key in other and other[key] == value for other in others)
    }


def _file(page: Document) -> str | None:
    name = page.metadata.get("file_path") or page.metadata.get("file_name") or page.metadata.get("source")
    return name if isinstance(name, str) else None


def _numbers(pages: Sequence[Document]) -> list[int] | None:
    """The page number of each, from 1; None where the order given is all that is known."""
    partly: list[str] = []
    for key in PAGE_KEYS:
        told = [page.metadata.get(key) for page in pages]
        numbers = [number for number in map(_number, told) if number is not None]
        if numbers and len(numbers) == len(pages):
            return _from_one(numbers, key, pages)
        if numbers and any(value is None or value == "" for value in told):
            partly.append(f"{len(pages) - len(numbers)} of {len(pages)} Documents of {_name(pages)} have no {key}")
    if partly:
        raise InvalidConfiguration(f"{partly[0]}, and the others have; give all of them one, or none")
    return None


def _from_one(numbers: list[int], key: str, pages: Sequence[Document]) -> list[int] | None:
    if key == "page_label":
        runs = [number for number, _ in groupby(numbers)]
        if len(set(runs)) < len(runs):  # a label comes again after others
            if numbers[0] == 1 and all(after in (1, before + 1) for before, after in pairwise(numbers)):
                return None  # the documents of the packet have labels of their own
            raise InvalidConfiguration(
                f"the page_label of {_name(pages)} is {', '.join(map(str, numbers[:10]))} ...: it can't be told which "
                "page each is; give the Documents a page_number"
            )
    labels = [_number(page.metadata.get("page_label")) for page in pages]
    from_zero = 0 in numbers or (key == "page" and labels == [number + 1 for number in numbers])
    return [number + 1 for number in numbers] if from_zero else numbers


def _number(value: object) -> int | None:
    text = "" if isinstance(value, bool) else str(value).strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) <= _LARGEST else None


def _name(pages: Sequence[Document]) -> str:
    return _file(pages[0]) or "a packet without a name"
