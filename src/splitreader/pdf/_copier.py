"""Objects of one PDF copied into another, unless they are somebody else's.

What a page leads to in a PDF has no end: a button leads to another page, a form field to its siblings, a comment to
the one it answers. So nothing is copied because it can be reached; each reference is looked at first, and left out if
it leads to a page, an annotation or a field of somebody else.
"""

from __future__ import annotations

from typing import Any

import pypdf
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    PdfObject,
    StreamObject,
)

from splitreader.pdf._resources import Role
from splitreader.pdf._structure import Family, Packet, is_annotation, is_field, of_the_packet, references, resolved

FIELD_KEYS = frozenset(
    {"/FT", "/Parent", "/Kids", "/T", "/TU", "/TM", "/Ff", "/V", "/DV", "/AA", "/DA", "/Q", "/DS", "/RV", "/Opt"}
    | {"/MaxLen", "/TI", "/I", "/Lock", "/SV", "/MK"}
)
NEVER = frozenset({"/StructParent", "/StructParents", "/Pg", "/SD", "/PieceInfo"})
"""Entries that lead into the structure of the whole packet, or hold an application's own data about it."""

FAMILY = frozenset({"/Parent", "/Popup", "/IRT"})
"""Entries that name one annotation or field."""


class Copier:
    """Copies objects for one group of pages. References wait in a queue, so that long chains need no stack.

    Args:
        packet: where they come from.
        writer: where they go.
        family: which annotations and fields go along.
    """

    def __init__(self, packet: Packet, writer: pypdf.PdfWriter, family: Family) -> None:
        self._packet = packet
        self._writer = writer
        self._family = family
        self._copies: dict[int, IndirectObject] = {}
        self._targets: dict[int, IndirectObject] = {}
        self._waiting: list[tuple[PdfObject, PdfObject, int, Role]] = []
        self._are_layers_known = False

    def add_page(self, number: int) -> pypdf.PageObject:
        """A new page for the packet's page of this 0-based number, with nothing on it; links to that lead to this."""
        page = self._packet.pages[number]
        page[NameObject("/Type")] = NameObject("/Page")
        copy = self._writer.add_page(page, excluded_keys=[*page, "/Annots"])
        copy[NameObject("/Type")] = NameObject("/Page")
        if copy.indirect_reference is not None:
            self._targets[number] = copy.indirect_reference
            if page.indirect_reference is not None:
                self._copies[page.indirect_reference.idnum] = copy.indirect_reference
        return copy

    def fill_waiting(self) -> None:
        """Copy what has been referred to so far, and what that refers to."""
        while self._waiting:
            source, target, number, role = self._waiting.pop()
            self.fill(source, target, FIELD_KEYS if number in self._family.ancestors else None, role)

    def refuse_new_layers(self) -> None:
        """From now on, copy no layer that has not come along yet."""
        self._are_layers_known = True

    def copy(self, value: Any, role: Role = Role.PLAIN) -> PdfObject | None:
        """The value for the cut; None if it leads to somebody else's."""
        if isinstance(value, IndirectObject):
            return self.reference(value, role)
        if self._is_foreign(value):
            return None
        if isinstance(value, (DictionaryObject, ArrayObject)):
            copy = DictionaryObject() if isinstance(value, DictionaryObject) else ArrayObject()
            self.fill(value, copy, role=role)
            return copy
        return value  # type: ignore[no-any-return]  # numbers, names and texts are never changed

    def reference(self, reference: IndirectObject, role: Role = Role.PLAIN) -> PdfObject | None:
        """A reference to the copy, which is filled later; None if it leads to somebody else's."""
        if (known := self._copies.get(reference.idnum)) is not None:
            return known
        if reference.idnum in self._packet.numbers:
            return None
        value = resolved(reference)
        if reference.idnum not in self._family.own and self._is_foreign(value):
            return None
        if not isinstance(value, (DictionaryObject, ArrayObject)):
            return NullObject() if value is None else value
        if self._are_layers_known and isinstance(value, DictionaryObject) and value.get("/Type") == "/OCG":
            return None
        copy: PdfObject
        if isinstance(value, StreamObject):
            copy = value.clone(self._writer, ignore_fields=list(value))
        else:
            copy = DictionaryObject() if isinstance(value, DictionaryObject) else ArrayObject()
        added = self._copies[reference.idnum] = self._writer._add_object(copy)  # noqa: SLF001  # has no public name
        self._waiting.append((value, copy, reference.idnum, role))
        return added

    def fill(self, source: Any, target: Any, keys: frozenset[str] | None = None, role: Role = Role.PLAIN) -> None:
        """Copy the entries of a dictionary, all or those under `keys`, or the items of a list, into another."""
        if isinstance(source, list):
            target.extend(copy for item in source if (copy := self.copy(item)) is not None)
            return
        if isinstance(source, StreamObject):
            role = Role.PLAIN
        for key, value in source.items():
            if keys is not None and key not in keys:
                continue
            if (copy := self.entry(source, key, value, role)) is not None:
                target[NameObject(key)] = copy

    def entry(self, source: DictionaryObject, key: str, value: Any, role: Role) -> PdfObject | None:
        """The value that stands under `key` in a dictionary, for the cut; None if it leads to somebody else's."""
        if role is Role.NAMES:
            return self.copy(value)
        if key in NEVER:
            return None
        if key in FAMILY:
            is_own = isinstance(value, IndirectObject) and value.idnum in self._family.own
            return self.reference(value) if is_own else None
        if key == "/Kids":
            return self.own_of(value)
        if key == "/Dest" or (key == "/D" and source.get("/S") == "/GoTo"):
            return self._destination(value)
        return self.copy(value, role.inside(key))

    def own_of(self, items: Any) -> ArrayObject:
        """Those annotations and fields in a list that go along."""
        copies = (self.reference(item) for item in references(items) if item.idnum in self._family.own)
        return ArrayObject(copy for copy in copies if copy is not None)

    def _destination(self, value: Any) -> ArrayObject | None:
        """A place on one of our pages, written out even where it had a name; None for all others."""
        place = resolved(value)
        if isinstance(place, (str, bytes)):
            place = self._packet.named.get(place if isinstance(place, str) else place.decode("latin-1"))
        if not isinstance(place, list) or not place:
            return None
        target = self._targets.get(self._packet.number(next(iter(place))))
        if target is None:
            return None
        view = (resolved(item) for item in list(place)[1:])
        return ArrayObject([target, *(item for item in view if not isinstance(item, (dict, list, type(None))))])

    def _is_foreign(self, value: Any) -> bool:
        if isinstance(value, list):
            first = next(iter(value), None)
            number = self._packet.number(first) if isinstance(first, IndirectObject) else -1
            return number >= 0 and number not in self._targets
        if not isinstance(value, DictionaryObject):
            return False
        if of_the_packet(value) or is_annotation(value) or is_field(value):
            return True
        kind = value.get("/S")
        return kind == "/Thread" or (kind == "/GoTo" and self._destination(dict.get(value, "/D")) is None)
