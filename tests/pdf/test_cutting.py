import io

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from splitreader import InvalidConfiguration
from splitreader._sources import Source
from splitreader.pdf._process import PDFWorker
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


def test_nothing_of_the_other_pages_is_left_in_the_file():
    (cut_out,) = cut(make_pdf(["one", "two"], fields=True), [1], page_count=2)
    everything = b"".join(
        item.get_data() if hasattr(item, "get_data") else str(item).encode()
        for item in (cut_out.get_object(number) for number in range(1, len(cut_out.xref[0]) + 1))
        if item is not None
    )
    assert b"value-1" in everything
    assert b"value-2" not in everything
    assert b"(two)" not in everything


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
