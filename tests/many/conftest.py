"""Packets of every kind, and what is left of a call."""

import threading

import psutil
import pytest

from support.pdfs import make_pdf

CATEGORIES = {"invoice": "A request for payment", "contract": "An agreement between two parties"}


def invoice(number: int, pages: int = 1) -> list[str]:
    first = f"INVOICE\nInvoice number: {number}\nDate: 2024-01-{number % 28 + 1:02}\nTotal due: {number}.00"
    return [first, *(f"Invoice number: {number}\nPage {page} of {pages}" for page in range(2, pages + 1))]


def contract(number: int) -> list[str]:
    return [f"CONTRACT\nThis agreement {number} is made between the parties", "The parties agree.\nSigned: A. and B."]


@pytest.fixture
def folder(tmp_path):
    """Ten packets, of which 03 is no PDF, 05 is damaged, and 08 has the bytes of 01."""
    folder = tmp_path / "packets"
    folder.mkdir()
    for number in range(10):
        pages = [page for part in range(number % 3 + 1) for page in invoice(10 * number + part, part + 1)]
        (folder / f"{number:02}.pdf").write_bytes(make_pdf(pages + contract(number)))
    (folder / "03.pdf").write_bytes(b"no PDF at all")
    (folder / "05.pdf").write_bytes(make_pdf(["x"] * 3)[:900])
    (folder / "08.pdf").write_bytes((folder / "01.pdf").read_bytes())
    return folder


@pytest.fixture
def nothing_is_left():
    """A function that sees that no process and no thread of a call is there any more."""
    before = set(threading.enumerate())

    def look() -> None:
        assert psutil.Process().children(recursive=True) == []
        for thread in set(threading.enumerate()) - before:
            if thread.name.startswith("splitreader"):
                thread.join(10)  # a watchdog looks up four times a second
                assert not thread.is_alive(), thread.name

    return look


def told(packets):
    """All that a user can see of packets."""
    return [
        (
            packet.source.name,
            packet.result.model_dump_json(),
            [document.model_dump_json() for document in packet.documents],
        )
        for packet in packets
    ]
