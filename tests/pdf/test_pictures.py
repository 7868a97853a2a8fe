"""Pages as small pictures: of the right page, of the size asked for, and within the worker's limits."""

import io
import threading

import PIL.Image
import psutil
import pypdf
import pytest

from splitreader import Limits, PageUnreadable, PasswordWrong, WorkerError, WorkerTimeout
from splitreader.engines._protocol import ShowsPages
from splitreader.pdf._frames import Frame
from splitreader.pdf._packet import PDFPacket
from splitreader.pdf._process import PDFWorker
from splitreader.pdf._reading import Reading
from splitreader.pdf._text_packet import TextPacket
from splitreader.sources import Source
from support.hostile import one_page, pdf, stream
from support.pdfs import make_pdf

DARKER = ["\n".join(["x" * 60] * lines) for lines in (1, 15, 40)]
"""Pages of which each shows more ink than the one before."""


def encrypted(data, password):
    writer = pypdf.PdfWriter(io.BytesIO(data))
    writer.encrypt(password, algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def packet_of(worker, data, **reading):
    return PDFPacket(Source(name="p.pdf", data=data), worker, Reading(**reading))


def opened(jpeg):
    image = PIL.Image.open(io.BytesIO(jpeg))
    assert image.format == "JPEG"
    return image


def ink(jpeg):
    return 255 - opened(jpeg).convert("L").resize((1, 1), PIL.Image.Resampling.BOX).getpixel((0, 0))


@pytest.fixture
def worker():
    with PDFWorker() as worker:
        yield worker


def test_each_page_is_shown_under_its_number(worker):
    pictures = packet_of(worker, make_pdf(DARKER)).pictures([3, 1, 2], longest_side=500)
    assert list(pictures) == [3, 1, 2]
    assert ink(pictures[1]) < ink(pictures[2]) < ink(pictures[3])


@pytest.mark.parametrize("side", [1, 64, 1000, 4000])
def test_the_longer_side_has_as_many_pixels_as_asked_for(worker, side):
    (jpeg,) = packet_of(worker, make_pdf(["text"])).pictures([1], longest_side=side).values()
    assert max(opened(jpeg).size) == side


def test_less_quality_takes_fewer_bytes(worker):
    packet = packet_of(worker, make_pdf(DARKER))
    sizes = [len(packet.pictures([3], longest_side=800, quality=quality)[3]) for quality in (30, 70, 95)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize(
    "box",
    [b"[0 0 14400 14400]", b"[0 0 14400 100]", b"[0 0 0 0]", b"[0 0 0.001 0.001]", b"[9 9 9 500]", b"[0 0 1e39 1e39]"],
)
def test_pages_of_200_inches_and_of_no_size_are_drawn_no_larger(worker, box):
    packet = packet_of(worker, one_page(stream(b"0 0 100 100 re f"), b"", box), ocr="off")
    (jpeg,) = packet.pictures([1], longest_side=300).values()
    assert max(opened(jpeg).size) <= 300


def test_texts_are_read_once_and_first(worker):
    packet = packet_of(worker, make_pdf(DARKER))
    walk = packet.pages()
    assert next(walk).text == DARKER[0]
    assert list(packet.pictures([1], longest_side=64)) == [1]
    assert [page.text for page in walk] == DARKER[1:]
    pid = worker.pid
    assert list(packet.pictures([2], longest_side=64)) == [2]
    assert [page.text for page in packet.pages()] == DARKER
    assert worker.pid == pid


def test_several_threads_may_ask_at_once(worker):
    packet = packet_of(worker, make_pdf(DARKER))
    expected = packet.pictures([1, 2, 3], longest_side=200)
    found = []

    def ask(page):
        found.append((page, packet.pictures([page], longest_side=200)[page]))

    threads = [threading.Thread(target=ask, args=(number % 3 + 1,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert all(expected[page] == jpeg for page, jpeg in found)


def test_the_password_is_asked_for_once(worker):
    asked = []

    def password(source):
        asked.append(source.name)
        return "open"

    packet = packet_of(worker, encrypted(make_pdf(DARKER), "open"), password=password)
    for page in (1, 2):
        assert ink(packet.pictures([page], longest_side=100)[page]) > 0
    assert asked == ["p.pdf"]
    with pytest.raises(PasswordWrong):
        packet_of(worker, encrypted(make_pdf(DARKER), "open"), password=lambda _: "wrong").pictures(
            [1], longest_side=100
        )


@pytest.mark.parametrize("wrong", [{"pages": [4]}, {"pages": [0]}, {"longest_side": 0}, {"longest_side": 9000}])
def test_what_is_not_there_is_refused(worker, wrong):
    packet = packet_of(worker, make_pdf(DARKER))
    with pytest.raises(ValueError, match=r"p\.pdf has no page|a picture can't have"):
        packet.pictures(wrong.get("pages", [1]), longest_side=wrong.get("longest_side", 100))
    assert list(packet.pictures([3], longest_side=100)) == [3]


def test_a_page_that_takes_too_long_is_given_up():
    with PDFWorker(Limits(page_seconds=1)) as worker:
        packet = packet_of(worker, make_pdf(DARKER))
        assert len(list(packet.pages())) == 3
        psutil.Process(worker.pid).suspend()
        with pytest.raises(WorkerTimeout, match=r"p\.pdf.*1 s on one page"):
            packet.pictures([1], longest_side=100)
        assert list(packet.pictures([1], longest_side=100)) == [1]


def test_where_pdfium_sees_other_pages_no_wrong_one_is_shown(worker):
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>"
    short = pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 1>>", page, page)
    packet = packet_of(worker, short)
    assert packet.page_count == 2
    with pytest.raises(PageUnreadable, match=r"PDFium finds 1 of its 2 pages.*repair the file, or go on without"):
        packet.pictures([1], longest_side=100)


@pytest.mark.parametrize(
    "sent",
    [
        [],
        [Frame("picture", {"page": 2}, b"\xff\xd8\xff")],
        [Frame("picture", {"page": 1}, b"<script>")],
        [Frame("page", {"page": 1}, b"\xff\xd8\xff")],
        [Frame("picture", {"page": 1}, b"\xff\xd8\xff")] * 2,
    ],
)
def test_a_worker_that_sends_something_else_is_not_believed(worker, monkeypatch, sent):
    packet = packet_of(worker, make_pdf(DARKER))
    assert list(packet.pages())
    monkeypatch.setattr(worker, "pictures", lambda *_, **__: iter(sent))
    with pytest.raises(WorkerError, match="sent what can't be"):
        packet.pictures([1], longest_side=100)


def test_only_a_packet_with_a_pdf_shows_pages(worker):
    assert isinstance(packet_of(worker, make_pdf(DARKER)), ShowsPages)
    assert not isinstance(TextPacket("p", ()), ShowsPages)
