"""What a packet is written as, beside Documents: a PDF for each segment, pictures of pages."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

from splitreader._errors import InvalidConfiguration
from splitreader._files import make_folder, refuse_existing, refuse_inputs, segment_paths, write_file
from splitreader._pipeline import Pipeline
from splitreader._result import SplitResult
from splitreader.pdf._pictures import Drawing, jpeg_in
from splitreader.pdf._process import PDFWorker
from splitreader.pdf._understanding import understood
from splitreader.sources import Abort, Source


def write_segment_pdfs(
    pipeline: Pipeline, source: Source, folder: Path, result: SplitResult, *, overwrite: bool
) -> list[Path]:
    """One PDF per segment; see `SplitReader.write_pdfs`."""
    packet = pipeline.local(source, Abort())
    paths = segment_paths(folder, [segment.category for segment in result.segments])
    refuse_inputs(paths, [] if packet.path is None else [packet.path])
    if not overwrite:
        refuse_existing(paths)
    make_folder(folder)
    groups = [segment.pages for segment in result.segments]
    password = pipeline.reading.password_of(packet)
    with PDFWorker(pipeline.limits) as worker:
        pdfs = worker.cut(packet, groups, page_count=result.page_count, password=password)
        for path, data in zip(paths, pdfs, strict=True):
            write_file(path, data, overwrite=overwrite)
    return paths


def draw_pages(
    pipeline: Pipeline, source: Source, pages: Sequence[int], drawing: Drawing
) -> Generator[tuple[int, bytes]]:
    """Pages as JPEG files; see `SplitReader.page_pictures`."""
    if missing := [page for page in pages if not 1 <= page <= drawing.page_count]:
        raise InvalidConfiguration(
            f"page {missing[0]} can't be drawn: the packet has pages 1 to {drawing.page_count}; leave it out"
        )
    packet = pipeline.local(source, Abort())
    password = pipeline.reading.password_of(packet)
    with PDFWorker(pipeline.limits) as worker:
        frames = worker.pictures(packet, pages, drawing, password=password)
        for page, frame in zip(pages, frames, strict=True):
            with understood(packet.name):
                picture = jpeg_in(frame, page)
            yield page, picture
