"""Reports as files."""

import os
from html import unescape

import pytest

from splitreader import (
    InvalidConfiguration,
    NotAPDF,
    OutputExists,
    Segment,
    SplitReader,
    SplitResult,
    WorkerTimeout,
)
from splitreader.report import ReportedPacket, report_html, write_report
from support.hostile import pdf
from support.pdfs import make_pdf

INVOICE = "INVOICE\nInvoice No: INV-{number}\nBill to: A\nAmount due 610.00"


@pytest.fixture
def reader():
    return SplitReader(["invoice", "contract"])


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a", "b & c"):
        (folder / f"{name}.pdf").write_bytes(make_pdf([INVOICE.format(number=name), "SERVICE AGREEMENT"]))
    return folder


def test_one_packet_is_one_file_with_pictures_and_texts(reader, folder, tmp_path):
    out = tmp_path / "out" / "report.html"
    assert write_report(reader, folder / "a.pdf", out) == [out]
    html = out.read_text(encoding="utf-8")
    assert html.count("data:image/jpeg;base64,/9j/") == 2
    assert "INV-a" in html
    assert [path.name for path in out.parent.iterdir()] == ["report.html"]


def test_without_pictures_and_texts(reader, folder, tmp_path):
    out = tmp_path / "report.html"
    write_report(reader, folder / "a.pdf", out, pictures=0, texts=False)
    html = out.read_text(encoding="utf-8")
    assert "data:image" not in html
    assert "<template" not in html


def test_several_packets_get_an_index(reader, folder, tmp_path):
    written = write_report(reader, folder, tmp_path / "out", pictures=0)
    assert [path.name for path in written] == ["001-a.html", "002-b-c.html", "index.html"]
    index = written[-1].read_text(encoding="utf-8")
    assert '<a href="001-a.html">a.pdf</a>' in index
    assert '<a href="002-b-c.html">b &amp; c.pdf</a>' in index
    assert "2 packets, 4 pages, 4 documents" in index


def test_the_index_names_what_could_not_be_split(folder, tmp_path):
    (folder / "z.pdf").write_bytes(b"no pdf")
    left_out = []
    reader = SplitReader(["invoice", "contract"], on_error=left_out.append)
    written = write_report(reader, folder, tmp_path / "out", pictures=0, failures=left_out)
    index = written[-1].read_text(encoding="utf-8")
    assert "1 packet could not be split" in index
    assert "z.pdf is not a PDF" in index


def test_one_file_is_not_for_several_packets(reader, folder, tmp_path):
    with pytest.raises(InvalidConfiguration, match="one packet"):
        write_report(reader, folder, tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_files_that_are_there_stay(reader, folder, tmp_path):
    out = tmp_path / "report.html"
    out.write_text("mine")
    with pytest.raises(OutputExists):
        write_report(reader, folder / "a.pdf", out)
    assert out.read_text() == "mine"
    write_report(reader, folder / "a.pdf", out, pictures=0, overwrite=True)
    assert "INV-a" in out.read_text()


def test_the_packet_is_never_written_over(reader, folder):
    packet = folder / "packet.html"
    (folder / "a.pdf").rename(packet)
    before = packet.read_bytes()
    with pytest.raises(OutputExists, match="is the packet"):
        write_report(reader, packet, packet, overwrite=True)
    assert packet.read_bytes() == before


def test_a_folder_with_reports_is_refused_before_anything_is_split(reader, folder, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "002-b.html").write_text("mine")
    with pytest.raises(OutputExists, match=r"002-b\.html"):
        write_report(reader, folder, out)
    assert [path.name for path in out.iterdir()] == ["002-b.html"]


def test_an_error_leaves_an_index_that_says_so(reader, folder, tmp_path):
    (folder / "z.pdf").write_bytes(b"no pdf")
    with pytest.raises(NotAPDF):
        write_report(reader, folder, tmp_path / "out", pictures=0)
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "An error ended the run" in index
    assert "001-a.html" in index


def test_pages_that_can_not_be_drawn_are_said(reader, tmp_path):
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>"
    packet = pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 1>>", page, page)
    out = tmp_path / "report.html"
    write_report(reader, packet, out)
    html = unescape(out.read_text(encoding="utf-8"))
    assert "Page 1 has no picture: " in html
    assert "Page 2 has no picture: " in html
    assert "PDFium finds 1 of its 2 pages" in html
    assert html.count('class="page"') == 2


class Failing(SplitReader):
    """Can't draw some pages."""

    broken = frozenset()

    def page_pictures(self, source, result, *, pages=None, longest_side=480, quality=70):
        for page, picture in super().page_pictures(
            source, result, pages=pages, longest_side=longest_side, quality=quality
        ):
            if page in self.broken:
                raise WorkerTimeout(f"page {page} takes too long")
            yield page, picture


@pytest.mark.parametrize(
    ("broken", "shown", "untried"),
    [({2}, {1, 3, 4, 5, 6, 7, 8}, None), ({1, 2, 3, 4, 5}, set(), "6-8"), ({8}, {1, 2, 3, 4, 5, 6, 7}, None)],
)
def test_a_page_that_can_not_be_drawn_takes_no_other_along(tmp_path, broken, shown, untried):
    reader = Failing(["invoice"])
    reader.broken = frozenset(broken)
    out = tmp_path / "report.html"
    write_report(reader, make_pdf([INVOICE.format(number=page) for page in range(8)]), out)
    html = out.read_text(encoding="utf-8")
    assert html.count("data:image/jpeg") == len(shown)
    for page in broken:
        assert f"Page {page} has no picture: page {page} takes too long" in html
    assert ("they were not tried" in html) is (untried is not None)
    assert untried is None or f"Pages {untried} have no picture" in html


def test_of_pages_that_were_left_out_few_are_drawn(tmp_path):
    out = tmp_path / "report.html"
    write_report(SplitReader(["invoice"], target_pages="60"), make_pdf([INVOICE] * 60), out, pictures=50)
    html = out.read_text(encoding="utf-8")
    assert html.count("data:image/jpeg") == 51
    assert html.count('class="page"') == 60


def test_text_that_can_not_be_encoded_does_not_end_it(tmp_path):
    segment = Segment(category="a", pages=[1], confidence="high", evidence=["half a pair: \ud800"])
    result = SplitResult(segments=[segment], page_count=1, engine="embedded")
    assert "half a pair" in report_html(ReportedPacket(name="a", result=result))
    packet = tmp_path / os.fsdecode(b"half a pair \xff.pdf")
    packet.write_bytes(make_pdf([INVOICE]))
    write_report(SplitReader(["invoice"]), packet, tmp_path / "report.html", pictures=0)
    assert "half a pair" in (tmp_path / "report.html").read_text(encoding="utf-8")
