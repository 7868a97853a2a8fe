"""SplitReader: the only place where the parts are put together."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

from splitreader._config import AllowUncategorized, CategoriesLike, SplitConfig
from splitreader._documents import SegmentDocument, SplitPacket, build_documents
from splitreader._errors import InvalidConfiguration
from splitreader._files import make_folder, refuse_existing, segment_file_name, write_file
from splitreader._flow import Flow, arun, in_thread, load_flow, run, split_flow
from splitreader._origin import Labels, MetadataLike, Origin, PacketIdLike, PacketIds
from splitreader._pages import PageText, as_page_texts
from splitreader._result import SplitResult
from splitreader._sources import (
    Duplicates,
    PacketLike,
    Source,
    SourceLike,
    one_source,
    resolve_sources,
    texts_source,
    unique_sources,
)
from splitreader.engines._protocol import Engine
from splitreader.engines.embedded import EmbeddedEngine
from splitreader.pdf._packet import PDFPacket, Progress, TextPacket
from splitreader.pdf._process import PDFWorker

OCRChoice: TypeAlias = Literal["auto", "off"]


class SplitReader:
    """Splits packets into their documents.

    A reader holds its options and nothing else: it can be shared between threads and tasks, and pickled if its engine
    and its callables can.

    Args:
        categories: what the packets may hold, 1 to 50: names, `Category` objects, or ``{name: description}``.
        engine: who splits. The default works offline; no packet leaves the machine unless an engine that sends it
            was named here.
        allow_uncategorized: what becomes of pages that fit no category: ``"include"`` makes segments of them,
            ``"forbid"`` gives them the best category, ``"omit"`` leaves them out. True and False mean include and
            forbid.
        min_pages_per_split, custom_instructions, target_pages: see `SplitConfig`; an engine that can't honour one of
            them refuses it here.
        packet_id: the name of a packet that stays when its file is revised, as text (for one packet at a time) or as
            a function of `Source`. The default is the sha256 of the bytes.
        metadata: more metadata for every Document, as a dict or as a function of `Source`. Our own keys are refused.
        page_list: add ``page_list``, a list of the pages, to the metadata. Many vector stores refuse lists.
        duplicates: ``"drop"`` yields identical bytes within one call once; ``"keep"`` yields them all, with ids that
            depend on the source's name.
        ocr: ``"auto"`` refuses pages that are images without text; ``"off"`` goes on without their text.
        progress: called after each page that was read, in the thread that reads.

    Raises:
        InvalidConfiguration: an option is wrong, or the engine can't honour it.
    """

    def __init__(  # noqa: PLR0913  # options, all by name
        self,
        categories: CategoriesLike,
        *,
        engine: Engine | None = None,
        allow_uncategorized: AllowUncategorized | bool = "include",
        min_pages_per_split: int | None = None,
        custom_instructions: str | None = None,
        target_pages: str | None = None,
        packet_id: PacketIdLike | None = None,
        metadata: MetadataLike | None = None,
        page_list: bool = False,
        duplicates: Duplicates = "drop",
        ocr: OCRChoice = "auto",
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.config = SplitConfig.build(
            categories,
            allow_uncategorized=allow_uncategorized,
            min_pages_per_split=min_pages_per_split,
            custom_instructions=custom_instructions,
            target_pages=target_pages,
        )
        self.engine: Engine = EmbeddedEngine() if engine is None else engine
        if not isinstance(self.engine, Engine):
            raise InvalidConfiguration(
                f"engine is {type(engine).__name__}, which is no Engine; give an instance, such as EmbeddedEngine()"
            )
        self.engine.check(self.config)
        if ocr not in ("auto", "off"):
            raise InvalidConfiguration(f'ocr is {ocr!r}; it must be "auto" or "off"')
        self._ocr = ocr
        self._progress = progress
        self._page_list = page_list
        self._labels = Labels(packet_id=packet_id, metadata=metadata, duplicates=duplicates)

    def __repr__(self) -> str:
        return f"SplitReader(categories={list(self.config.category_names)}, engine={self.engine!r})"

    def lazy_load(self, source: SourceLike, *, name: str | None = None) -> Iterator[SegmentDocument]:
        """One Document per segment, packet by packet; holds one packet at a time.

        Args:
            source: a path, a folder (its PDFs, recursively), bytes, or several of these.
            name: what to call the packet, for bytes; only when `source` is one packet.

        Yields:
            Documents in the order of the packets given, and of the segments in each.

        Raises:
            SplitReaderError: see its tree; the packets before the one that failed have been yielded.
        """
        for packet in self.lazy_packets(source, name=name):
            yield from packet.documents

    def load(self, source: SourceLike, *, name: str | None = None) -> list[SegmentDocument]:
        """`lazy_load` as a list."""
        return list(self.lazy_load(source, name=name))

    async def alazy_load(self, source: SourceLike, *, name: str | None = None) -> AsyncGenerator[SegmentDocument]:
        """`lazy_load` for an event loop: files are read and pages are scored in threads and processes."""
        async with aclosing(self.alazy_packets(source, name=name)) as packets:
            async for packet in packets:
                for document in packet.documents:
                    yield document

    async def aload(self, source: SourceLike, *, name: str | None = None) -> list[SegmentDocument]:
        """`alazy_load` as a list."""
        return [document async for document in self.alazy_load(source, name=name)]

    def lazy_packets(self, source: SourceLike, *, name: str | None = None) -> Iterator[SplitPacket]:
        """`lazy_load` for those who want the `SplitResult` of each packet, too: one engine call for both."""
        packet_ids = PacketIds()
        with PDFWorker() as worker:
            for packet in unique_sources(resolve_sources(source, name=name), duplicates=self._labels.duplicates):
                yield run(self._load(packet, worker, packet_ids))

    async def alazy_packets(self, source: SourceLike, *, name: str | None = None) -> AsyncGenerator[SplitPacket]:
        """`lazy_packets` for an event loop."""
        packet_ids = PacketIds()
        worker = PDFWorker()
        in_worker = partial(in_thread, abort=worker.abort)
        try:
            given = await in_worker(lambda: resolve_sources(source, name=name))
            packets = unique_sources(given, duplicates=self._labels.duplicates)
            while (packet := await in_worker(lambda: next(packets, None))) is not None:
                yield await arun(self._load(packet, worker, packet_ids), abort=worker.abort)
        finally:
            await in_worker(worker.close)

    def split(self, source: PacketLike, *, name: str | None = None) -> SplitResult:
        """Run the engine on one packet.

        Raises:
            InvalidConfiguration: `source` is more than one packet.
            SplitReaderError: see its tree.
        """
        with PDFWorker() as worker:
            return run(self._split(one_source(source, name=name), worker))

    async def asplit(self, source: PacketLike, *, name: str | None = None) -> SplitResult:
        """`split` for an event loop."""
        worker = PDFWorker()
        in_worker = partial(in_thread, abort=worker.abort)
        try:
            packet = await in_worker(lambda: one_source(source, name=name))
            return await arun(self._split(packet, worker), abort=worker.abort)
        finally:
            await in_worker(worker.close)

    def documents(self, source: PacketLike, result: SplitResult, *, name: str | None = None) -> list[SegmentDocument]:
        """The Documents of a result that exists already: no engine runs, nothing is paid twice.

        Raises:
            InvalidConfiguration: the result is of a packet with another number of pages.
            SplitReaderError: see its tree.
        """
        packet = one_source(source, name=name)
        with PDFWorker() as worker:
            texts = tuple(self._packet(packet, worker).pages())
        return self._build(result, texts, self._labels.origin(packet), pdf=packet)

    def write_pdfs(
        self, source: PacketLike, folder: str | os.PathLike[str], result: SplitResult, *, overwrite: bool = False
    ) -> list[Path]:
        """One PDF per segment, cut from the packet with its form fields and annotations.

        Args:
            source: the packet.
            folder: made if it is not there. Files are called ``01-invoice.pdf``, ``02-contract.pdf`` ...
            result: of this packet.
            overwrite: replace files that are there.

        Returns:
            The paths, one for each segment, in order.

        Raises:
            OutputExists: a file is there already; nothing was written.
            SplitReaderError: see its tree.
        """
        packet = one_source(source)
        target = Path(folder)
        total = len(result.segments)
        paths = [
            target / segment_file_name(index, segment.category, total=total)
            for index, segment in enumerate(result.segments)
        ]
        if not overwrite:
            refuse_existing(paths)
        make_folder(target)
        with PDFWorker() as worker:
            pdfs = worker.cut(packet, [segment.pages for segment in result.segments], page_count=result.page_count)
            for path, data in zip(paths, pdfs, strict=True):
                write_file(path, data, overwrite=overwrite)
        return paths

    def from_pages(
        self, pages: Iterable[PageText | str], *, source: str | os.PathLike[str] | None = None
    ) -> list[SegmentDocument]:
        """Documents from pages that something else has parsed already, such as Docling, LlamaParse or PyPDFLoader.

        Args:
            pages: all pages of the packet in order, as text or as `PageText`.
            source: where they come from. If a file is there, ids are those that `load` gives it, and ``to_pdf``
                works. Otherwise it is only a name, and the packet id is a hash of the texts.

        Raises:
            InvalidConfiguration: the pages are not 1, 2, 3 ..., or the engine needs a file.
            SplitReaderError: see its tree.
        """
        texts = as_page_texts(pages)
        pdf = None
        if source is not None and (isinstance(source, os.PathLike) or Path(source).is_file()):
            pdf = one_source(source)
        identity = pdf or texts_source([page.text for page in texts], name=None if source is None else str(source))
        packet = TextPacket(identity.name, texts)
        identify = partial(self._labels.origin, identity)
        _, documents = run(load_flow(packet, self.engine, self.config, identify, partial(self._build, pdf=pdf)))
        return documents

    def _packet(self, source: Source, worker: PDFWorker) -> PDFPacket:
        return PDFPacket(source, worker, require_text=self._ocr == "auto", progress=self._progress)

    def _split(self, source: Source, worker: PDFWorker) -> Flow[SplitResult]:
        return split_flow(self._packet(source, worker), self.engine, self.config)

    def _load(self, source: Source, worker: PDFWorker, packet_ids: PacketIds) -> Flow[SplitPacket]:
        def identify() -> Origin:
            origin = self._labels.origin(source)
            packet_ids.claim(origin, source)
            return origin

        packet, build = self._packet(source, worker), partial(self._build, pdf=source)
        result, documents = yield from load_flow(packet, self.engine, self.config, identify, build)
        return SplitPacket(source=source, result=result, documents=documents)

    def _build(
        self, result: SplitResult, texts: tuple[PageText, ...], origin: Origin, *, pdf: Source | None
    ) -> list[SegmentDocument]:
        return build_documents(result, texts, origin, packet=pdf, page_list=self._page_list)
