"""What stands where in a packet that is cut: its pages, named places, bookmarks and fields, and what an object is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import pypdf
from pypdf.generic import Destination, DictionaryObject, IndirectObject, NameObject

OF_THE_PACKET = frozenset(
    {"/Page", "/Pages", "/Template", "/Catalog", "/Outlines", "/StructTreeRoot", "/StructElem", "/Thread", "/Bead"}
)
"""Types of dictionaries that never go along."""


class Bookmark(NamedTuple):
    """A bookmark, its depth in the tree, and the 0-based page it leads to."""

    depth: int
    title: str
    page: int


class Packet:
    """What all cuts of one packet share.

    Args:
        reader: the packet in pypdf.
    """

    def __init__(self, reader: pypdf.PdfReader) -> None:
        self.reader = reader
        self.pages = list(reader.pages)
        places = ((index, page.indirect_reference) for index, page in enumerate(self.pages))
        self.numbers = {place.idnum: index for index, place in places if place is not None}

    @cached_property
    def named(self) -> dict[str, Any]:
        """Destinations that have a name."""
        try:
            return {str(name): place.dest_array for name, place in self.reader.named_destinations.items()}
        except (MemoryError, RecursionError):
            raise
        except Exception:  # noqa: BLE001  # links that lead nowhere are no reason to refuse a cut
            return {}

    @cached_property
    def bookmarks(self) -> list[Bookmark]:
        """In order, parents first."""
        try:
            return list(self._walk(self.reader.outline, 0))
        except (MemoryError, RecursionError):
            raise
        except Exception:  # noqa: BLE001  # nor are bookmarks
            return []

    @cached_property
    def parents(self) -> dict[int, IndirectObject]:
        """The field above each one, for those that don't name it themselves."""
        found: dict[int, IndirectObject] = {}
        try:
            waiting = list(references(resolved(self.reader.root_object.get("/AcroForm")).get("/Fields")))
            while waiting:
                field = waiting.pop()
                value = resolved(field)
                kids = references(value.get("/Kids")) if isinstance(value, DictionaryObject) else []
                for kid in kids:
                    if kid.idnum not in found:
                        found[kid.idnum] = field
                        waiting.append(kid)
        except (MemoryError, RecursionError):
            raise
        except Exception:  # noqa: BLE001  # nor are fields
            return found
        return found

    def _walk(self, items: Sequence[Any], depth: int) -> Iterator[Bookmark]:
        for item in items:
            if isinstance(item, list):
                yield from self._walk(item, depth + 1)
            elif isinstance(item, Destination):
                yield Bookmark(depth, str(item.title or ""), self.number(item.raw_get("/Page")))

    def number(self, target: object) -> int:
        """The 0-based page that a destination begins with; -1 for none."""
        if isinstance(target, IndirectObject):
            return self.numbers.get(target.idnum, -1)
        if isinstance(target, int):
            return target if 0 <= target < len(self.pages) else -1
        return -1


class Family:
    """The annotations of some pages of a packet, and the form fields they belong to: what may go along with them.

    Args:
        packet: where the pages stand.
    """

    def __init__(self, packet: Packet) -> None:
        self._packet = packet
        self.own: set[int] = set()
        """The object numbers of all of them."""
        self.ancestors: set[int] = set()
        """Those of the fields above."""

    def adopt(self, page: DictionaryObject) -> list[Any]:
        """The page's annotations as they stand in its list. They and the fields they belong to become our own."""
        listed = resolved(page.get("/Annots"))
        found = []
        for item in listed if isinstance(listed, list) else []:
            annotation = resolved(item)
            if isinstance(annotation, DictionaryObject) and "/Subtype" in annotation and not of_the_packet(annotation):
                found.append(item)
                if isinstance(item, IndirectObject):
                    self.own.add(item.idnum)
                if annotation.get("/Subtype") != "/Popup":
                    self._adopt_ancestors(item)
        return found

    def _adopt_ancestors(self, item: Any) -> None:
        waiting = [item]
        while waiting:
            field = waiting.pop()
            above = [dict.get(resolved(field), "/Parent")]
            if isinstance(field, IndirectObject):
                above.append(self._packet.parents.get(field.idnum))
            for reference in above:
                if not isinstance(reference, IndirectObject) or reference.idnum in self.own:
                    continue
                parent = resolved(reference)
                if isinstance(parent, DictionaryObject) and not of_the_packet(parent) and not is_annotation(parent):
                    self.own.add(reference.idnum)
                    self.ancestors.add(reference.idnum)
                    waiting.append(reference)


def resolved(value: Any) -> Any:
    """What a reference leads to; anything else as it is."""
    return value.get_object() if isinstance(value, IndirectObject) else value


def of_the_packet(value: DictionaryObject) -> bool:
    """Whether a dictionary belongs to the packet as a whole."""
    kind = value.get("/Type")
    return isinstance(kind, str) and kind in OF_THE_PACKET


def references(items: Any) -> list[IndirectObject]:
    """The references in a list, or in a list that is referred to."""
    listed = resolved(items)
    return [item for item in listed if isinstance(item, IndirectObject)] if isinstance(listed, list) else []


def is_annotation(value: DictionaryObject) -> bool:
    """Whether a dictionary is an annotation, be its type written or not."""
    if value.get("/Type") == "/Annot":
        return True
    if "/Rect" not in value or "/Subtype" not in value:
        return False
    return isinstance(resolved(value.get("/Rect")), list) and isinstance(resolved(value.get("/Subtype")), NameObject)


def is_field(value: DictionaryObject) -> bool:
    """Whether a dictionary is a form field, be its kind its own or inherited."""
    if "/FT" in value and isinstance(resolved(value.get("/FT")), NameObject):
        return True
    if "/Kids" not in value or not isinstance(resolved(value.get("/Kids")), list):
        return False
    return isinstance(resolved(value.get("/T")), (str, bytes)) or isinstance(resolved(value.get("/Parent")), dict)
