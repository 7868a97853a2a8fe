"""Some pages of a PDF copied into another with what belongs to them, and nothing that belongs to other pages.

Pages, their resources and annotations, the form, layers and bookmarks; `_copier` copies what they consist of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pypdf
from pypdf.filters import decode_stream_data
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NullObject, PdfObject, StreamObject

from splitreader.pdf._copier import Copier
from splitreader.pdf._resources import PICKED, Role, Uses
from splitreader.pdf._structure import Family, Packet, resolved

PAGE_KEYS = (
    *("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/BoxColorInfo", "/Contents"),
    *("/Rotate", "/Group", "/Thumb", "/Dur", "/Trans", "/Metadata", "/Tabs", "/UserUnit", "/VP"),
)


def copy_pages(packet: Packet, pages: Sequence[int]) -> pypdf.PdfWriter:
    """A writer with some of the packet's pages, their annotations, form fields, links and bookmarks.

    Args:
        packet: where they come from.
        pages: 0-based, in the order wanted.
    """
    writer = pypdf.PdfWriter()
    family = Family(packet)
    copier = Copier(packet, writer, family)
    copies = [copier.add_page(number) for number in pages]
    annotations = [family.adopt(packet.pages[number]) for number in pages]
    for number, copy, items in zip(pages, copies, annotations, strict=True):
        _fill_page(packet.pages[number], copy, items, copier)
    _copy_form(packet, copier, writer)
    copier.fill_waiting()
    _copy_layers(packet, copier, writer)
    copier.fill_waiting()
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


def _fill_page(page: pypdf.PageObject, copy: pypdf.PageObject, annotations: list[Any], copier: Copier) -> None:
    for key in PAGE_KEYS:
        if key in page and (value := copier.copy(page.raw_get(key))) is not None:
            copy[NameObject(key)] = value
    copy[NameObject("/Resources")] = _copy_resources(page, annotations, copier)
    if annotations:
        copy[NameObject("/Annots")] = ArrayObject(_copy_annotation(item, copier) for item in annotations)


def _copy_resources(page: DictionaryObject, annotations: list[Any], copier: Copier) -> DictionaryObject:
    """A dictionary of the page's own, without what only other pages use of a common one."""
    copy = DictionaryObject()
    resources = resolved(page.get("/Resources"))
    if not isinstance(resources, DictionaryObject):
        return copy
    uses = Uses(page, resources, annotations, _decoded)
    for key, value in resources.items():
        names = resolved(value)
        if key in PICKED and isinstance(names, DictionaryObject):
            used = DictionaryObject({name: item for name, item in names.items() if name in uses})
            part = copier.copy(used, Role.NAMES)
        else:
            part = copier.entry(resources, key, value, Role.RESOURCES)
        if part is not None:
            copy[NameObject(key)] = part
    return copy


def _decoded(stream: StreamObject) -> bytes:
    """The data, which pypdf's own method would keep in memory as well."""
    return decode_stream_data(stream) if "/Filter" in stream else stream.get_data()


def _copy_annotation(item: Any, copier: Copier) -> PdfObject:
    if isinstance(item, IndirectObject):
        return copier.reference(item) or NullObject()
    copy = DictionaryObject()
    copier.fill(item, copy)
    return copy


def _copy_form(packet: Packet, copier: Copier, writer: pypdf.PdfWriter) -> None:
    form = resolved(packet.reader.root_object.get("/AcroForm"))
    if not isinstance(form, DictionaryObject):
        return
    fields = copier.own_of(form.get("/Fields"))
    if not fields:
        return
    copy = DictionaryObject()
    # /XFA is the whole form once more, with all its values
    copier.fill(form, copy, frozenset(form) - {"/Fields", "/XFA"})
    copy[NameObject("/Fields")] = fields
    writer.root_object[NameObject("/AcroForm")] = copy


def _copy_layers(packet: Packet, copier: Copier, writer: pypdf.PdfWriter) -> None:
    """Which layers are shown, of those that came along with something on the pages."""
    layers = resolved(packet.reader.root_object.get("/OCProperties"))
    if not isinstance(layers, DictionaryObject):
        return
    copier.refuse_new_layers()
    groups = copier.copy(resolved(layers.get("/OCGs")))
    if not isinstance(groups, ArrayObject) or not groups:
        return
    copy = DictionaryObject({NameObject("/OCGs"): groups})
    for key, value in layers.items():
        if key == "/D":
            copy[NameObject(key)] = _layer_settings(value, copier)
        elif key == "/Configs":
            listed = resolved(value)
            settings = listed if isinstance(listed, list) else ()
            copy[NameObject(key)] = ArrayObject(_layer_settings(item, copier) for item in settings)
        elif key != "/OCGs" and (part := copier.copy(value)) is not None:
            copy[NameObject(key)] = part
    writer.root_object[NameObject("/OCProperties")] = copy


def _layer_settings(item: Any, copier: Copier) -> DictionaryObject:
    copy = DictionaryObject()
    settings = resolved(item)
    if isinstance(settings, DictionaryObject):
        copier.fill(settings, copy, frozenset(settings) - {"/Order"})
        if "/Order" in settings:
            copy[NameObject("/Order")] = _layer_order(resolved(settings.get("/Order")), copier)
    return copy


def _layer_order(listed: Any, copier: Copier) -> ArrayObject:
    """The tree of layers without those left behind and without headings that nothing stands under."""
    copy = ArrayObject()
    is_parent_here = True
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        value = resolved(item)
        if isinstance(value, list):
            below = _layer_order(value, copier)
            has_heading = bool(below) and isinstance(below[0], (str, bytes))
            if len(below) > has_heading:
                copy.extend([below] if has_heading or is_parent_here else below)
            continue
        part = copier.copy(item) if isinstance(item, IndirectObject) or index == 0 else None
        is_parent_here = part is not None
        if part is not None:
            copy.append(part)
    return copy


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
