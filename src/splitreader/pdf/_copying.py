"""Some pages of a PDF copied into another with what belongs to them, and nothing that belongs to other pages.

What a page leads to in a PDF has no end: a button leads to another page, a form field to its siblings, a comment to
the one it answers. So nothing is copied because it can be reached; each reference is looked at first, and left out if
it leads to a page, an annotation or a field of somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import pypdf
from pypdf.filters import decode_stream_data
from pypdf.generic import (
    ArrayObject,
    Destination,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    PdfObject,
    StreamObject,
)

from splitreader.pdf._resources import PICKED, Role, Uses

PAGE_KEYS = (
    *("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/BoxColorInfo", "/Contents"),
    *("/Rotate", "/Group", "/Thumb", "/Dur", "/Trans", "/Metadata", "/Tabs", "/UserUnit", "/VP"),
)
FIELD_KEYS = frozenset(
    {"/FT", "/Parent", "/Kids", "/T", "/TU", "/TM", "/Ff", "/V", "/DV", "/AA", "/DA", "/Q", "/DS", "/RV", "/Opt"}
    | {"/MaxLen", "/TI", "/I", "/Lock", "/SV", "/MK"}
)
NEVER = frozenset({"/StructParent", "/StructParents", "/Pg", "/SD", "/PieceInfo"})
"""Entries that lead into the structure of the whole packet, or hold an application's own data about it."""

FAMILY = frozenset({"/Parent", "/Popup", "/IRT"})
"""Entries that name one annotation or field."""

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
        references = ((index, page.indirect_reference) for index, page in enumerate(self.pages))
        self.numbers = {reference.idnum: index for index, reference in references if reference is not None}

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
            waiting = list(_references(_resolved(self.reader.root_object.get("/AcroForm")).get("/Fields")))
            while waiting:
                field = waiting.pop()
                value = _resolved(field)
                kids = _references(value.get("/Kids")) if isinstance(value, DictionaryObject) else []
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


def copy_pages(packet: Packet, pages: Sequence[int]) -> pypdf.PdfWriter:
    """A writer with some of the packet's pages, their annotations, form fields, links and bookmarks.

    Args:
        packet: where they come from.
        pages: 0-based, in the order wanted.
    """
    writer = pypdf.PdfWriter()
    _Copier(packet, pages, writer).run()
    _add_bookmarks(packet, pages, writer)
    return writer


def count_pages(writer: pypdf.PdfWriter) -> int:
    """How many page dictionaries can be reached, be they in the page tree or not."""
    found = 0
    seen: set[int] = set()
    waiting: list[Any] = [writer.root_object]
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            if value.idnum in seen:
                continue
            seen.add(value.idnum)
            value = value.get_object()
        if isinstance(value, DictionaryObject):
            found += value.get("/Type") == "/Page"
            waiting.extend(item for item in value.values() if isinstance(item, (IndirectObject, dict, list)))
        elif isinstance(value, list):
            waiting.extend(item for item in value if isinstance(item, (IndirectObject, dict, list)))
    return found


class _Copier:
    """Copies what one group of pages is made of. References wait in a queue, so that long chains need no stack."""

    def __init__(self, packet: Packet, pages: Sequence[int], writer: pypdf.PdfWriter) -> None:
        self._packet = packet
        self._pages = pages
        self._writer = writer
        self._copies: dict[int, IndirectObject] = {}
        self._targets: dict[int, IndirectObject] = {}
        self._own: set[int] = set()
        self._ancestors: set[int] = set()
        self._waiting: list[tuple[PdfObject, PdfObject, int, Role]] = []
        self._are_layers_known = False

    def run(self) -> None:
        """Copy pages and form."""
        copies = [self._new_page(number) for number in self._pages]
        annotations = [self._annotations(self._packet.pages[number]) for number in self._pages]
        for number, copy, items in zip(self._pages, copies, annotations, strict=True):
            page = self._packet.pages[number]
            for key in PAGE_KEYS:
                if key in page and (value := self._copy(page.raw_get(key))) is not None:
                    copy[NameObject(key)] = value
            copy[NameObject("/Resources")] = self._resources(page, items)
            if items:
                copy[NameObject("/Annots")] = ArrayObject(self._copy_annotation(item) for item in items)
        self._copy_form()
        self._fill_waiting()
        self._copy_layers()
        self._fill_waiting()

    def _fill_waiting(self) -> None:
        while self._waiting:
            source, target, number, role = self._waiting.pop()
            self._fill(source, target, FIELD_KEYS if number in self._ancestors else None, role)

    def _new_page(self, number: int) -> pypdf.PageObject:
        page = self._packet.pages[number]
        page[NameObject("/Type")] = NameObject("/Page")
        copy = self._writer.add_page(page, excluded_keys=[*page, "/Annots"])
        copy[NameObject("/Type")] = NameObject("/Page")
        if copy.indirect_reference is not None:
            self._targets[number] = copy.indirect_reference
            if page.indirect_reference is not None:
                self._copies[page.indirect_reference.idnum] = copy.indirect_reference
        return copy

    def _annotations(self, page: pypdf.PageObject) -> list[Any]:
        """The page's annotations as they stand in its list. They and the fields they belong to become our own."""
        listed = _resolved(page.get("/Annots"))
        found = []
        for item in listed if isinstance(listed, list) else []:
            annotation = _resolved(item)
            if isinstance(annotation, DictionaryObject) and "/Subtype" in annotation and not _of_the_packet(annotation):
                found.append(item)
                if isinstance(item, IndirectObject):
                    self._own.add(item.idnum)
                if annotation.get("/Subtype") != "/Popup":
                    self._adopt_ancestors(item)
        return found

    def _resources(self, page: DictionaryObject, annotations: list[Any]) -> DictionaryObject:
        """A dictionary of the page's own, without what only other pages use of a common one."""
        copy = DictionaryObject()
        resources = _resolved(page.get("/Resources"))
        if not isinstance(resources, DictionaryObject):
            return copy
        uses = Uses(page, resources, annotations, _decoded)
        for key, value in resources.items():
            names = _resolved(value)
            if key in PICKED and isinstance(names, DictionaryObject):
                used = DictionaryObject({name: item for name, item in names.items() if name in uses})
                part = self._copy(used, Role.NAMES)
            else:
                part = self._entry(resources, key, value, Role.RESOURCES)
            if part is not None:
                copy[NameObject(key)] = part
        return copy

    def _adopt_ancestors(self, item: Any) -> None:
        waiting = [item]
        while waiting:
            field = waiting.pop()
            above = [dict.get(_resolved(field), "/Parent")]
            if isinstance(field, IndirectObject):
                above.append(self._packet.parents.get(field.idnum))
            for reference in above:
                if not isinstance(reference, IndirectObject) or reference.idnum in self._own:
                    continue
                parent = _resolved(reference)
                if isinstance(parent, DictionaryObject) and not _of_the_packet(parent) and not _is_annotation(parent):
                    self._own.add(reference.idnum)
                    self._ancestors.add(reference.idnum)
                    waiting.append(reference)

    def _copy_annotation(self, item: Any) -> PdfObject:
        if isinstance(item, IndirectObject):
            return self._reference(item) or NullObject()
        copy = DictionaryObject()
        self._fill(item, copy)
        return copy

    def _copy_form(self) -> None:
        form = _resolved(self._packet.reader.root_object.get("/AcroForm"))
        if not isinstance(form, DictionaryObject):
            return
        fields = self._own_of(form.get("/Fields"))
        if not fields:
            return
        copy = DictionaryObject()
        # /XFA is the whole form once more, with all its values
        self._fill(form, copy, frozenset(form) - {"/Fields", "/XFA"})
        copy[NameObject("/Fields")] = fields
        self._writer.root_object[NameObject("/AcroForm")] = copy

    def _copy_layers(self) -> None:
        """Which layers are shown, of those that came along with something on the pages."""
        layers = _resolved(self._packet.reader.root_object.get("/OCProperties"))
        if not isinstance(layers, DictionaryObject):
            return
        self._are_layers_known = True
        groups = self._copy(_resolved(layers.get("/OCGs")))
        if not isinstance(groups, ArrayObject) or not groups:
            return
        copy = DictionaryObject({NameObject("/OCGs"): groups})
        for key, value in layers.items():
            if key == "/D":
                copy[NameObject(key)] = self._layer_settings(value)
            elif key == "/Configs":
                listed = _resolved(value)
                settings = listed if isinstance(listed, list) else ()
                copy[NameObject(key)] = ArrayObject(self._layer_settings(item) for item in settings)
            elif key != "/OCGs" and (part := self._copy(value)) is not None:
                copy[NameObject(key)] = part
        self._writer.root_object[NameObject("/OCProperties")] = copy

    def _layer_settings(self, item: Any) -> DictionaryObject:
        copy = DictionaryObject()
        settings = _resolved(item)
        if isinstance(settings, DictionaryObject):
            self._fill(settings, copy, frozenset(settings) - {"/Order"})
            if "/Order" in settings:
                copy[NameObject("/Order")] = self._layer_order(_resolved(settings.get("/Order")))
        return copy

    def _layer_order(self, listed: Any) -> ArrayObject:
        """The tree of layers without those left behind and without headings that nothing stands under."""
        copy = ArrayObject()
        is_parent_here = True
        for index, item in enumerate(listed if isinstance(listed, list) else ()):
            value = _resolved(item)
            if isinstance(value, list):
                below = self._layer_order(value)
                has_heading = bool(below) and isinstance(below[0], (str, bytes))
                if len(below) > has_heading:
                    copy.extend([below] if has_heading or is_parent_here else below)
                continue
            part = self._copy(item) if isinstance(item, IndirectObject) or index == 0 else None
            is_parent_here = part is not None
            if part is not None:
                copy.append(part)
        return copy

    def _copy(self, value: Any, role: Role = Role.PLAIN) -> PdfObject | None:
        """The value for the cut; None if it leads to somebody else's."""
        if isinstance(value, IndirectObject):
            return self._reference(value, role)
        if self._is_foreign(value):
            return None
        if isinstance(value, (DictionaryObject, ArrayObject)):
            copy = DictionaryObject() if isinstance(value, DictionaryObject) else ArrayObject()
            self._fill(value, copy, role=role)
            return copy
        return value  # type: ignore[no-any-return]  # numbers, names and texts are never changed

    def _reference(self, reference: IndirectObject, role: Role = Role.PLAIN) -> PdfObject | None:
        if (known := self._copies.get(reference.idnum)) is not None:
            return known
        if reference.idnum in self._packet.numbers:
            return None
        value = _resolved(reference)
        if reference.idnum not in self._own and self._is_foreign(value):
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

    def _fill(self, source: Any, target: Any, keys: frozenset[str] | None = None, role: Role = Role.PLAIN) -> None:
        if isinstance(source, list):
            target.extend(copy for item in source if (copy := self._copy(item)) is not None)
            return
        if isinstance(source, StreamObject):
            role = Role.PLAIN
        for key, value in source.items():
            if keys is not None and key not in keys:
                continue
            if (copy := self._entry(source, key, value, role)) is not None:
                target[NameObject(key)] = copy

    def _entry(self, source: DictionaryObject, key: str, value: Any, role: Role) -> PdfObject | None:
        if role is Role.NAMES:
            return self._copy(value)
        if key in NEVER:
            return None
        if key in FAMILY:
            is_own = isinstance(value, IndirectObject) and value.idnum in self._own
            return self._reference(value) if is_own else None
        if key == "/Kids":
            return self._own_of(value)
        if key == "/Dest" or (key == "/D" and source.get("/S") == "/GoTo"):
            return self._destination(value)
        return self._copy(value, role.inside(key))

    def _own_of(self, items: Any) -> ArrayObject:
        copies = (self._reference(item) for item in _references(items) if item.idnum in self._own)
        return ArrayObject(copy for copy in copies if copy is not None)

    def _destination(self, value: Any) -> ArrayObject | None:
        """A place on one of our pages, written out even where it had a name; None for all others."""
        place = _resolved(value)
        if isinstance(place, (str, bytes)):
            place = self._packet.named.get(place if isinstance(place, str) else place.decode("latin-1"))
        if not isinstance(place, list) or not place:
            return None
        target = self._targets.get(self._packet.number(next(iter(place))))
        if target is None:
            return None
        view = (_resolved(item) for item in list(place)[1:])
        return ArrayObject([target, *(item for item in view if not isinstance(item, (dict, list, type(None))))])

    def _is_foreign(self, value: Any) -> bool:
        if isinstance(value, list):
            first = next(iter(value), None)
            number = self._packet.number(first) if isinstance(first, IndirectObject) else -1
            return number >= 0 and number not in self._targets
        if not isinstance(value, DictionaryObject):
            return False
        if _of_the_packet(value) or _is_annotation(value) or _is_field(value):
            return True
        kind = value.get("/S")
        return kind == "/Thread" or (kind == "/GoTo" and self._destination(dict.get(value, "/D")) is None)


def _resolved(value: Any) -> Any:
    return value.get_object() if isinstance(value, IndirectObject) else value


def _decoded(stream: StreamObject) -> bytes:
    """The data, which pypdf's own method would keep in memory as well."""
    return decode_stream_data(stream) if "/Filter" in stream else stream.get_data()


def _of_the_packet(value: DictionaryObject) -> bool:
    kind = value.get("/Type")
    return isinstance(kind, str) and kind in OF_THE_PACKET


def _references(items: Any) -> list[IndirectObject]:
    listed = _resolved(items)
    return [item for item in listed if isinstance(item, IndirectObject)] if isinstance(listed, list) else []


def _is_annotation(value: DictionaryObject) -> bool:
    if value.get("/Type") == "/Annot":
        return True
    if "/Rect" not in value or "/Subtype" not in value:
        return False
    return isinstance(_resolved(value.get("/Rect")), list) and isinstance(_resolved(value.get("/Subtype")), NameObject)


def _is_field(value: DictionaryObject) -> bool:
    if "/FT" in value and isinstance(_resolved(value.get("/FT")), NameObject):
        return True
    if "/Kids" not in value or not isinstance(_resolved(value.get("/Kids")), list):
        return False
    return isinstance(_resolved(value.get("/T")), (str, bytes)) or isinstance(_resolved(value.get("/Parent")), dict)


def _add_bookmarks(packet: Packet, pages: Sequence[int], writer: pypdf.PdfWriter) -> None:
    """Bookmarks of our pages, each under the nearest one above that came along."""
    places = {page: place for place, page in enumerate(pages)}
    above: list[tuple[int, IndirectObject]] = []
    for bookmark in packet.bookmarks:
        while above and above[-1][0] >= bookmark.depth:
            above.pop()
        if bookmark.page in places:
            parent = above[-1][1] if above else None
            item = writer.add_outline_item(title=bookmark.title, page_number=places[bookmark.page], parent=parent)
            above.append((bookmark.depth, item))
