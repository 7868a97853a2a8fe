"""Reports as files: one page for one packet, an index beside them for several."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from splitreader._documents import SplitPacket
from splitreader._failures import Failure
from splitreader._files import make_folder, packet_folder_name, refuse_existing, refuse_inputs, write_file
from splitreader._reader import SplitReader
from splitreader.report._contents import ReportedPacket, ReportedPage, texts_of
from splitreader.report._html import report_pieces
from splitreader.report._index import IndexRow, index_html
from splitreader.report._pictures import draw_pages
from splitreader.sources import SourceLike, one_source

PICTURE_SIDE = 480
"""Pixels of a page's longer side: headings can be read, and a page takes about 30 kB of the HTML."""

INDEX = "index.html"

REPORTS = "[0-9][0-9][0-9]*-*.html"
"""How the reports beside an index are called."""


def write_report(  # noqa: PLR0913  # options, all by name
    reader: SplitReader,
    source: SourceLike,
    out: str | os.PathLike[str],
    *,
    pictures: int = PICTURE_SIDE,
    texts: bool = True,
    overwrite: bool = False,
    failures: Sequence[Failure] = (),
) -> list[Path]:
    """Split packets and write what became of them as HTML that anyone can open: no server, nothing is loaded.

    The files hold page pictures and texts: keep them as private as the packets.

    Args:
        reader: splits.
        source: as in `SplitReader.lazy_load`.
        out: a file ``*.html``, for one packet; or a folder, which gets a file a packet and ``index.html``.
        pictures: pixels of the longer side of each page's picture, 1 to 4,000; 0 for none.
        texts: whether the texts of pages are in it.
        overwrite: replace files that are there.
        failures: packets that the reader's ``on_error`` left out, a list that it fills: the index names them.

    Returns:
        The files, the index last. It is written also where an error ends the run, and says so.

    Raises:
        InvalidConfiguration: `out` is one file, but `source` is more than one packet.
        OutputExists: a file is there already, or a folder has reports; nothing was split.
        SplitReaderError: see its tree.
    """
    target = Path(out)
    if target.suffix.lower() in (".html", ".htm"):
        if not overwrite:
            refuse_existing([target])
        make_folder(target.parent)
        for packet in reader.lazy_packets(one_source(source)):
            _write(packet, target, _reported(packet, reader, pictures, texts=texts), overwrite=overwrite)
            return [target]
        return []
    if not overwrite:
        refuse_existing([target / INDEX, *target.glob(REPORTS)])
    make_folder(target)
    written: list[Path] = []
    rows: list[IndexRow] = []
    is_whole = False
    try:
        for packet in reader.lazy_packets(source):
            path = target / f"{len(rows) + 1:03d}-{packet_folder_name(packet.source.file_name)}.html"
            reported = _reported(packet, reader, pictures, texts=texts)
            _write(packet, path, reported, overwrite=overwrite)
            written.append(path)
            rows.append(IndexRow.of(path.name, reported))
        is_whole = True
    finally:
        index = index_html(rows, failures, is_whole=is_whole).encode(errors="replace")
        write_file(target / INDEX, [index], overwrite=overwrite)
    return [*written, target / INDEX]


def _reported(packet: SplitPacket, reader: SplitReader, pictures: int, *, texts: bool) -> ReportedPacket:
    known = texts_of(packet) if texts else {}
    drawn, notes = draw_pages(packet, reader, longest_side=pictures) if pictures else ({}, [])
    pages = {
        page: ReportedPage(text=known.get(page), picture=drawn.get(page))
        for page in range(1, packet.result.page_count + 1)
    }
    return ReportedPacket(name=packet.source.name, result=packet.result, pages=pages, notes=tuple(notes))


def _write(packet: SplitPacket, path: Path, reported: ReportedPacket, *, overwrite: bool) -> None:
    refuse_inputs([path], [] if packet.source.path is None else [packet.source.path])
    pieces = (piece.encode(errors="replace") for piece in report_pieces(reported))
    write_file(path, pieces, overwrite=overwrite)
