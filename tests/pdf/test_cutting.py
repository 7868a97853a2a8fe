import io

import pypdf
import pytest
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from splitreader import InvalidConfiguration
from splitreader.pdf._process import PDFWorker
from splitreader.sources import Source
from support.pdfs import make_pdf


def cut(data: bytes, *groups: list[int], page_count: int) -> list[pypdf.PdfReader]:
    with PDFWorker() as worker:
        source = Source(name="p.pdf", data=data)
        return [pypdf.PdfReader(io.BytesIO(pdf)) for pdf in worker.cut(source, groups, page_count=page_count)]


def texts(reader: pypdf.PdfReader) -> list[str]:
    return [page.extract_text().strip() for page in reader.pages]


def test_each_group_becomes_a_pdf_with_its_pages_in_order():
    first, second = cut(make_pdf(["one", "two", "three", "four"]), [1, 2, 4], [3], page_count=4)
    assert texts(first) == ["one", "two", "four"]
    assert texts(second) == ["three"]


def test_form_fields_and_annotations_go_with_their_page_and_with_no_other():
    data = make_pdf(["one", "two", "three"], fields=True)
    first, second = cut(data, [1, 3], [2], page_count=3)
    assert {name: field["/V"] for name, field in first.get_fields().items()} == {
        "field-1": "value-1",
        "field-3": "value-3",
    }
    assert list(second.get_fields()) == ["field-2"]
    kinds = [annotation.get_object()["/Subtype"] for annotation in second.pages[0]["/Annots"]]
    assert sorted(kinds) == ["/Link", "/Widget"]


def objects(reader: pypdf.PdfReader) -> list:
    numbers = {number for generation in reader.xref.values() for number in generation} | set(reader.xref_objStm)
    return [reader.get_object(number) for number in sorted(numbers) if number]


def everything(reader: pypdf.PdfReader) -> bytes:
    """All that stands in a file, streams decoded."""
    found = objects(reader)
    streams = [item.get_data() for item in found if hasattr(item, "get_data")]
    return b"\n".join([*streams, *(str(item).encode() for item in found)])


def of_type(reader: pypdf.PdfReader, kind: str) -> list:
    return [item for item in objects(reader) if isinstance(item, dict) and item.get("/Type") == kind]


def pdf(value):
    """Python values as those of pypdf; text with a slash in front becomes a name."""
    match value:
        case dict():
            return DictionaryObject({NameObject(key): pdf(item) for key, item in value.items()})
        case list():
            return ArrayObject(pdf(item) for item in value)
        case str():
            return NameObject(value) if value.startswith("/") else TextStringObject(value)
        case bool() | None:
            return NullObject() if value is None else BooleanObject(value)
        case PdfObject():
            return value
    return NumberObject(value)


class Packet:
    """Two pages with a text field and a link each, to be bent before it is written."""

    def __init__(self):
        self.writer = pypdf.PdfWriter(io.BytesIO(make_pdf(["one", "two"], fields=True)))
        self.one, self.two = self.writer.pages
        self.root = self.writer.root_object

    def add(self, value):
        return self.writer._add_object(pdf(value))

    def annotate(self, page, **entries):
        entries = {f"/{key}": value for key, value in entries.items()}
        reference = self.add({"/Type": "/Annot", "/Subtype": "/Text", "/Rect": [0, 0, 9, 9], **entries})
        page["/Annots"].append(reference)
        return reference

    def goes(self):
        return {"/S": "/GoTo", "/D": [self.two.indirect_reference, "/Fit"]}

    def bytes(self):
        buffer = io.BytesIO()
        self.writer.write(buffer)
        return buffer.getvalue()


def button(packet):
    packet.annotate(packet.one, Subtype="/Widget", FT="/Btn", T="b", A=packet.goes())


def next_action(packet):
    packet.annotate(packet.one, Subtype="/Link", A={"/S": "/URI", "/URI": "https://x.y/", "/Next": packet.goes()})


def chain_of_actions(packet):
    action = packet.add(packet.goes())
    for _ in range(1500):
        action = packet.add({"/S": "/URI", "/URI": "https://x.y/", "/Next": [action]})
    packet.annotate(packet.one, Subtype="/Link", A=action)


def annotation_events(packet):
    packet.annotate(packet.one, AA={"/E": packet.add(packet.goes())})


def page_events(packet):
    packet.one[NameObject("/AA")] = pdf({"/O": packet.goes()})


def popup(packet):
    packet.annotate(packet.one, Popup=packet.annotate(packet.two, Subtype="/Popup", P=packet.two.indirect_reference))


def answer(packet):
    packet.annotate(packet.one, IRT=packet.annotate(packet.two, Contents="value-2"))


def popup_of_another_page(packet):
    packet.annotate(packet.one, Subtype="/Popup", Parent=packet.annotate(packet.two, Contents="value-2"))


def siblings(packet):
    widgets = [page["/Annots"][0] for page in (packet.one, packet.two)]
    parent = packet.add({"/T": "family", "/Kids": widgets})
    for widget in widgets:
        widget.get_object()[NameObject("/Parent")] = parent
    packet.root["/AcroForm"][NameObject("/Fields")] = ArrayObject([parent])


def calculation_order(packet):
    packet.root["/AcroForm"][NameObject("/CO")] = ArrayObject([page["/Annots"][0] for page in (packet.one, packet.two)])


def xml_form(packet):
    packet.root["/AcroForm"][NameObject("/XFA")] = TextStringObject("<field>value-2</field>")


def beads(packet):
    beads = [packet.add({"/Type": "/Bead", "/P": page.indirect_reference}) for page in (packet.one, packet.two)]
    thread = packet.add({"/Type": "/Thread", "/F": beads[0], "/I": {"/Title": "value-2"}})
    for bead, other, page in zip(beads, beads[::-1], (packet.one, packet.two), strict=True):
        bead.get_object().update(pdf({"/N": other, "/V": other, "/T": thread}))
        page[NameObject("/B")] = ArrayObject([bead])
    packet.root[NameObject("/Threads")] = ArrayObject([thread])
    packet.annotate(packet.one, Subtype="/Link", A={"/S": "/Thread", "/D": thread})


def structure(packet):
    tree = packet.add({"/Type": "/StructTreeRoot"})
    parts = [
        packet.add(
            {"/Type": "/StructElem", "/S": "/P", "/P": tree, "/Pg": page.indirect_reference, "/ActualText": text}
        )
        for page, text in ((packet.one, "value-1"), (packet.two, "value-2"))
    ]
    tree.get_object().update(pdf({"/K": parts, "/ParentTree": {"/Nums": [0, parts[0], 1, parts[1]]}}))
    packet.root[NameObject("/StructTreeRoot")] = tree
    packet.one[NameObject("/StructParents")] = NumberObject(0)
    packet.annotate(packet.one, StructParent=1, Subtype="/Link", A={"/S": "/GoTo", "/SD": [parts[1], "/Fit"]})


def destination(packet):
    packet.annotate(packet.one, Subtype="/Link", Dest=[packet.two.indirect_reference, "/Fit"])


def named_destination(packet):
    packet.writer.add_named_destination("value-2", 1)
    packet.annotate(packet.one, Subtype="/Link", Dest="value-2")
    packet.annotate(packet.one, Subtype="/Link", A={"/S": "/GoTo", "/D": "value-2"})


def outline(packet):
    top = packet.writer.add_outline_item(title="first", page_number=0)
    packet.writer.add_outline_item(title="value-2", page_number=1, parent=top)


def opening(packet):
    packet.root[NameObject("/OpenAction")] = pdf(packet.goes())


def resources(packet):
    packet.one["/Resources"][NameObject("/Properties")] = pdf({"/M": {"/Where": packet.two.indirect_reference}})


def private_data(packet):
    packet.one[NameObject("/PieceInfo")] = pdf({"/App": {"/Private": packet.two.indirect_reference}})


def hiding(packet):
    packet.annotate(packet.one, Subtype="/Link", A={"/S": "/Hide", "/T": [packet.two["/Annots"][0]]})


def signature(packet):
    value = {"/Type": "/Sig", "/Reference": [{"/Data": packet.root.indirect_reference}]}
    packet.annotate(packet.one, Subtype="/Widget", FT="/Sig", T="s", V=value)


@pytest.mark.parametrize(
    "bend",
    [
        *(lambda packet: None, button, next_action, chain_of_actions, annotation_events, page_events, popup, answer),
        *(popup_of_another_page, siblings, calculation_order, xml_form, beads, structure, destination),
        *(named_destination, outline, opening, resources, private_data, hiding, signature),
    ],
)
def test_nothing_of_the_other_pages_is_left_in_the_file(bend):
    packet = Packet()
    bend(packet)
    expected = len(packet.one["/Annots"])
    (cut_out,) = cut(packet.bytes(), [1], page_count=2)
    written = everything(cut_out)
    assert len(of_type(cut_out, "/Page")) == 1
    assert b"value-2" not in written
    assert b"(two)" not in written
    assert b"value-1" in written
    assert len(cut_out.pages[0]["/Annots"]) == expected
    assert [field["/V"] for name, field in cut_out.get_fields().items() if name.endswith("field-1")] == ["value-1"]


@pytest.mark.parametrize("bend", [button, next_action, annotation_events, destination, named_destination, answer])
def test_what_leads_to_a_page_of_the_same_document_goes_on_working(bend):
    packet = Packet()
    bend(packet)
    (cut_out,) = cut(packet.bytes(), [2, 1], page_count=2)
    second, first = cut_out.pages
    annotation = first["/Annots"][-1].get_object()
    kept = [annotation.get(key) for key in ("/A", "/AA", "/Dest", "/IRT")]
    assert any(kept)
    if bend is not answer:
        assert f"IndirectObject({second.indirect_reference.idnum}, 0" in str(
            [item.get_object() if item else "" for item in (*kept, (annotation.get("/AA") or {}).get("/E"))]
        )


def test_bookmarks_of_the_pages_go_along():
    packet = Packet()
    outline(packet)
    first, second = cut(packet.bytes(), [1], [2], page_count=2)
    assert [item.title for item in first.outline] == ["first"]
    assert [item.title for item in second.outline] == ["value-2"]


def test_the_claim_form_of_the_sample_keeps_its_field_checkbox_and_link(sample_packet):
    (cut_out,) = cut(sample_packet.read_bytes(), list(range(1, 15)), page_count=16)
    whole = pypdf.PdfReader(sample_packet)
    values = {"policyholder": "Oakmere Animal Clinic, Ruth Haldane", "photos_enclosed": "/Yes"}
    for reader in (whole, cut_out):
        assert {name: field["/V"] for name, field in reader.get_fields().items()} == values
        annotations = [item.get_object() for item in reader.pages[13]["/Annots"]]
        assert [item["/Subtype"] for item in annotations] == ["/Widget", "/Widget", "/Link"]
        assert annotations[-1]["/A"]["/URI"] == "https://claims.summithollow.example/track"


def test_a_field_whose_widgets_stand_on_several_pages_stays_with_each():
    writer = pypdf.PdfWriter(io.BytesIO(make_pdf(["one", "two"], fields=True)))
    widgets = [page["/Annots"][0] for page in writer.pages]
    parent = writer._add_object(
        DictionaryObject(
            {
                NameObject("/T"): TextStringObject("shared"),
                NameObject("/FT"): NameObject("/Tx"),
                NameObject("/V"): TextStringObject("both"),
                NameObject("/Kids"): ArrayObject(widgets),
            }
        )
    )
    for widget in widgets:
        widget.get_object()[NameObject("/Parent")] = parent
        del widget.get_object()["/T"]
    writer.root_object["/AcroForm"][NameObject("/Fields")] = ArrayObject([parent])
    buffer = io.BytesIO()
    writer.write(buffer)
    first, second = cut(buffer.getvalue(), [1], [2], page_count=2)
    assert first.get_fields()["shared"]["/V"] == "both"
    assert second.get_fields()["shared"]["/V"] == "both"


def test_a_result_of_another_packet_is_refused():
    with pytest.raises(InvalidConfiguration, match=r"7 pages, but p\.pdf has 2"):
        cut(make_pdf(["one", "two"]), [1], page_count=7)


def stream(packet, data, **entries):
    item = StreamObject()
    item.set_data(data)
    item.update(pdf({f"/{key}": value for key, value in entries.items()}))
    return packet.writer._add_object(item)


def image(packet, data):
    return stream(packet, data, Type="/XObject", Subtype="/Image", Width=1, Height=1)


def form(packet, data, **entries):
    return stream(packet, data, Type="/XObject", Subtype="/Form", BBox=[0, 0, 9, 9], **entries)


def draw(packet, page, content, **resources):
    """Replaces what stands on a page. Both pages can be given the same resources."""
    page[NameObject("/Contents")] = stream(packet, content)
    page[NameObject("/Resources")] = pdf({f"/{key}": value for key, value in resources.items()})


@pytest.mark.parametrize("name", ["/Pg", "/SD", "/Parent", "/Popup", "/Dest", "/IRT", "/FT", "/Kids", "/T", "/Rect"])
def test_a_resource_may_have_any_name(name):
    packet = Packet()
    others = {"/Kids": "/T", "/T": "/Kids", "/Rect": "/Subtype"}
    names = [name, others.get(name, "/Other")]
    pictures = {key: image(packet, b"picture" + key.encode()) for key in names}
    fonts = {key: packet.add({"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Courier"}) for key in names}
    states = {key: {"/LW": 2} for key in names}
    content = b" ".join(key.encode() + b" Do" for key in names)
    draw(packet, packet.one, content, XObject=pictures, Font=fonts, ExtGState=states)
    (cut_out,) = cut(packet.bytes(), [1], page_count=2)
    resources = cut_out.pages[0]["/Resources"]
    assert sorted(resources["/Font"]) == sorted(resources["/ExtGState"]) == sorted(names)
    assert {key: item.get_object().get_data() for key, item in resources["/XObject"].items()} == {
        key: b"picture" + key.encode() for key in names
    }


def test_a_resource_that_leads_to_a_page_is_left_out():
    packet = Packet()
    draw(packet, packet.one, b"/X Do /Y Do", XObject={"/X": packet.two.indirect_reference, "/Y": image(packet, b"y")})
    (cut_out,) = cut(packet.bytes(), [1], page_count=2)
    assert list(cut_out.pages[0]["/Resources"]["/XObject"]) == ["/Y"]


def test_a_radio_button_keeps_its_look_whatever_its_value_is_called():
    packet = Packet()
    states = {"/SD": form(packet, b"on"), "/Off": form(packet, b"off")}
    packet.annotate(packet.one, Subtype="/Widget", FT="/Btn", T="r", AP={"/N": states, "/D": packet.add(states)})
    (cut_out,) = cut(packet.bytes(), [1], page_count=2)
    looks = cut_out.pages[0]["/Annots"][-1].get_object()["/AP"]
    assert looks["/N"]["/SD"].get_data() == looks["/D"]["/SD"].get_data() == b"on"


@pytest.mark.parametrize("is_indirect", [True, False])
def test_images_of_other_pages_stay_behind_where_resources_are_shared(is_indirect):
    packet = Packet()
    shared = {f"/I{number}": image(packet, f"picture {number}".encode()) for number in (1, 2, 3, 4, 5, 6)}
    shared["/I 7"] = image(packet, b"picture 7")
    shared["/F"] = form(packet, b"/I3 Do")
    shared["/G"] = form(packet, b"/I5 Do", Resources={})
    packet.annotate(packet.one, Subtype="/Stamp", AP={"/N": form(packet, b"/I4 Do")})
    for page, content in ((packet.one, b"/I1 Do/F Do /G Do /I#207 Do"), (packet.two, b"/I2 Do /I6 Do")):
        draw(packet, page, content, XObject=shared)
        page["/Resources"][NameObject("/Shading")] = pdf({"/I1": {"/ShadingType": 2}, "/I2": {"/ShadingType": 3}})
    if is_indirect:
        common = packet.add(packet.one["/Resources"])
        packet.one[NameObject("/Resources")] = packet.two[NameObject("/Resources")] = common
    first, second = cut(packet.bytes(), [1], [2], page_count=2)
    found = [{number for number in range(1, 8) if b"picture %d" % number in everything(pdf)} for pdf in (first, second)]
    assert found == [{1, 3, 4, 7}, {2, 6}]
    assert list(first.pages[0]["/Resources"]["/Shading"]) == ["/I1"]


def test_all_resources_go_along_with_content_that_cannot_be_read():
    packet = Packet()
    draw(packet, packet.one, b"?", XObject={"/I1": image(packet, b"picture 1")})
    packet.one["/Contents"].get_object()[NameObject("/Filter")] = NameObject("/Unheard")
    (cut_out,) = cut(packet.bytes(), [1], page_count=2)
    assert cut_out.pages[0]["/Resources"]["/XObject"]["/I1"].get_data() == b"picture 1"


def test_a_field_that_only_the_form_leads_to_goes_along():
    packet = Packet()
    widgets = [page["/Annots"][0] for page in (packet.one, packet.two)]
    groups = [packet.add({"/T": f"group-{number}", "/Kids": [widget]}) for number, widget in enumerate(widgets, 1)]
    top = packet.add({"/T": "top", "/Kids": groups})
    packet.root["/AcroForm"][NameObject("/Fields")] = ArrayObject([top])
    (cut_out,) = cut(packet.bytes(), [1], page_count=2)
    assert "/Parent" not in cut_out.pages[0]["/Annots"][0].get_object()
    (kept,) = cut_out.trailer["/Root"]["/AcroForm"]["/Fields"]
    (group,) = kept.get_object()["/Kids"]
    (field,) = group.get_object()["/Kids"]
    assert [item.get_object()["/T"] for item in (kept, group, field)] == ["top", "group-1", "field-1"]
    assert b"group-2" not in everything(cut_out)


def test_hidden_layers_stay_hidden_and_those_of_other_pages_behind():
    packet = Packet()
    one, two, hidden = (packet.add({"/Type": "/OCG", "/Name": name}) for name in ("shown", "value-2", "hidden"))
    groups = [one, two, hidden]
    draw(packet, packet.one, b"/OC /A BDC EMC /OC /C BDC EMC", Properties={"/A": one, "/B": two, "/C": hidden})
    settings = {
        "/BaseState": "/ON",
        "/ON": [one, two],
        "/OFF": [two, hidden],
        "/Order": [two, [one], ["value-2", two], ["Heading", two, hidden]],
        "/RBGroups": [groups],
        "/AS": [{"/Event": "/View", "/Category": ["/View"], "/OCGs": groups}],
        "/Locked": [two],
    }
    packet.root[NameObject("/OCProperties")] = pdf({"/OCGs": groups, "/D": settings, "/Configs": [settings]})
    (cut_out,) = cut(packet.bytes(), [1], page_count=2)
    layers = cut_out.trailer["/Root"]["/OCProperties"]

    def names(item):
        item = item.get_object()
        if isinstance(item, list):
            return [names(part) for part in item]
        return item["/Name"] if isinstance(item, dict) else str(item)

    assert names(layers["/OCGs"]) == ["shown", "hidden"]
    for kept in (layers["/D"], *layers["/Configs"]):
        assert kept["/BaseState"] == "/ON"
        assert names(kept["/ON"]) == ["shown"]
        assert names(kept["/OFF"]) == ["hidden"]
        assert names(kept["/Order"]) == ["shown", ["Heading", "hidden"]]
        assert names(kept["/RBGroups"]) == [["shown", "hidden"]]
        assert names(kept["/AS"][0]["/OCGs"]) == ["shown", "hidden"]
        assert kept["/Locked"] == []
    assert b"value-2" not in everything(cut_out)
