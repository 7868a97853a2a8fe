"""SplitReader: the public face of it all."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from functools import partial
from pathlib import Path
from types import NoneType

from splitreader._config import AllowUncategorized, CategoriesLike, SplitConfig
from splitreader._documents import SegmentDocument, SplitPacket
from splitreader._errors import InvalidConfiguration
from splitreader._failures import Failure, OnError, check_on_error, handle
from splitreader._files import make_folder, refuse_existing, refuse_inputs, segment_paths, write_file
from splitreader._flow import arun, run
from splitreader._limits import Limits
from splitreader._origin import Labels, MetadataLike, PacketIdLike
from splitreader._pages import PageText, as_page_texts
from splitreader._pipeline import Call, Pipeline, Tools
from splitreader._result import SplitResult
from splitreader._secrets import Secret
from splitreader._threads import in_thread
from splitreader.engines._protocol import Engine
from splitreader.engines.embedded import EmbeddedEngine
from splitreader.pdf._packet import OCRLike, PasswordLike, Progress, Reading
from splitreader.pdf._process import PDFWorker
from splitreader.sources import (
    Abort,
    Duplicates,
    PacketLike,
    SourceLike,
    Twins,
    is_file,
    one_source,
    resolve_sources,
    texts_source,
)


class SplitReader:
    """Splits packets into their documents.

    A reader holds its options and nothing else: it can be shared between threads and tasks, and pickled if its engine
    and its callables can and it holds no password as text.

    Args:
        categories: what the packets may hold, 1 to 50: names, `Category` objects, or ``{name: description}``. None
            only with an engine that brings its own, such as `LlamaCloudEngine` with a ``configuration_id``.
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
        ocr: for pages that are images without a text layer, or with one too thin to be the page. ``"auto"`` reads
            them with the extra ``ocr`` and refuses them where it is not installed; a function of `PagePicture` reads
            them its own way, in the thread that reads; ``"off"`` goes on without their text.
        password: for encrypted packets, as text or as a function of `Source`.
        on_error: what becomes of a packet that can't be read, in loads of several: ``"raise"``; ``"skip"`` logs it and
            goes on; a function of `Failure` is called, and the load goes on unless it raises.
        limits: what one packet may take of this machine.
        allow_private: let URLs lead to addresses that are not on the public internet.
        progress: called after each page that was read, in the thread that reads.

    Raises:
        InvalidConfiguration: an option is wrong, or the engine can't honour it.
    """

    def __init__(  # noqa: PLR0913  # options, all by name
        self,
        categories: CategoriesLike | None = None,
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
        ocr: OCRLike = "auto",
        password: PasswordLike | None = None,
        on_error: OnError = "raise",
        limits: Limits | None = None,
        allow_private: bool = False,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        engine = EmbeddedEngine() if engine is None else engine
        if categories is None and not getattr(engine, "brings_categories", False):
            raise InvalidConfiguration(
                'no categories; say what the packets may hold: SplitReader({"invoice": "A request for payment"})'
            )
        config = SplitConfig.build(
            categories,
            allow_uncategorized=allow_uncategorized,
            min_pages_per_split=min_pages_per_split,
            custom_instructions=custom_instructions,
            target_pages=target_pages,
        )
        if not isinstance(engine, Engine):
            raise InvalidConfiguration(
                f"engine is {type(engine).__name__}, which is no Engine; give an instance, such as EmbeddedEngine()"
            )
        engine.check(config)
        check_on_error(on_error)
        if not isinstance(limits, (Limits, NoneType)):
            raise InvalidConfiguration(f"limits is {type(limits).__name__}; it must be Limits(...)")
        self._pipeline = Pipeline(
            config=config,
            engine=engine,
            reading=Reading(
                ocr=ocr,
                password=Secret(password) if isinstance(password, str) else password,
                progress=progress,
            ),
            labels=Labels(packet_id=packet_id, metadata=metadata, duplicates=duplicates),
            limits=limits or Limits(),
            allow_private=allow_private,
            on_error=on_error,
            page_list=page_list,
        )

    @property
    def config(self) -> SplitConfig:
        """The categories and the rules of the split."""
        return self._pipeline.config

    @property
    def engine(self) -> Engine:
        """Who splits."""
        return self._pipeline.engine

    def __repr__(self) -> str:
        return f"SplitReader(categories={list(self.config.category_names)}, engine={self.engine!r})"

    def lazy_load(self, source: SourceLike, *, name: str | None = None) -> Iterator[SegmentDocument]:
        """One Document per segment, packet by packet; holds one packet at a time.

        Args:
            source: a path, a folder (its PDFs, recursively), a glob, an http(s) URL, bytes, a binary stream, a
                `FileId`, or several of these. Several are all looked up before the first is read; what a generator
                gives is held until the end.
            name: what to call the packet, for bytes and streams; only when `source` is one packet.

        Yields:
            Documents in the order of the packets given, and of the segments in each.

        Raises:
            SplitReaderError: see its tree; the packets before the one that failed have been yielded.
        """
        for packet in self.lazy_packets(source, name=name):
            documents = iter(packet.documents)
            del packet  # held no longer than needed: the next one is read while this frame waits
            yield from documents

    def load(self, source: SourceLike, *, name: str | None = None) -> list[SegmentDocument]:
        """`lazy_load` as a list."""
        return list(self.lazy_load(source, name=name))

    async def alazy_load(self, source: SourceLike, *, name: str | None = None) -> AsyncGenerator[SegmentDocument]:
        """`lazy_load` for an event loop: files are read and pages are scored in threads and processes."""
        async with aclosing(self.alazy_packets(source, name=name)) as packets:
            async for packet in packets:
                documents = iter(packet.documents)
                del packet
                for document in documents:
                    yield document
                    del document

    async def aload(self, source: SourceLike, *, name: str | None = None) -> list[SegmentDocument]:
        """`alazy_load` as a list."""
        return [document async for document in self.alazy_load(source, name=name)]

    def lazy_packets(self, source: SourceLike, *, name: str | None = None) -> Iterator[SplitPacket]:
        """`lazy_load` for those who want the `SplitResult` of each packet, too: one engine call for both."""
        with PDFWorker(self._pipeline.limits) as worker:
            call = self._call(source, name, Tools(worker))
            for packet in call.sources:
                if (done := run(self._pipeline.load(packet, call))) is not None:
                    yield done
                    del done

    async def alazy_packets(self, source: SourceLike, *, name: str | None = None) -> AsyncGenerator[SplitPacket]:
        """`lazy_packets` for an event loop."""
        tools = Tools(PDFWorker(self._pipeline.limits))
        in_worker = partial(in_thread, abort=tools.abort)
        try:
            call = await in_worker(lambda: self._call(source, name, tools))
            for packet in call.sources:
                if (done := await arun(self._pipeline.load(packet, call), abort=tools.abort)) is not None:
                    yield done
                    del done
        finally:
            await in_worker(tools.worker.close)

    def split(self, source: PacketLike, *, name: str | None = None) -> SplitResult:
        """Run the engine on one packet.

        Raises:
            InvalidConfiguration: `source` is more than one packet.
            SplitReaderError: see its tree.
        """
        with PDFWorker(self._pipeline.limits) as worker:
            return run(self._pipeline.split(one_source(source, name=name), Tools(worker)))

    async def asplit(self, source: PacketLike, *, name: str | None = None) -> SplitResult:
        """`split` for an event loop."""
        tools = Tools(PDFWorker(self._pipeline.limits))
        in_worker = partial(in_thread, abort=tools.abort)
        try:
            packet = await in_worker(lambda: one_source(source, name=name))
            return await arun(self._pipeline.split(packet, tools), abort=tools.abort)
        finally:
            await in_worker(tools.worker.close)

    def documents(self, source: PacketLike, result: SplitResult, *, name: str | None = None) -> list[SegmentDocument]:
        """The Documents of a result that exists already: no engine runs, nothing is paid twice.

        Raises:
            InvalidConfiguration: the result is of a packet with another number of pages.
            SplitReaderError: see its tree.
        """
        with PDFWorker(self._pipeline.limits) as worker:
            return run(self._pipeline.documents(one_source(source, name=name), result, Tools(worker)))

    def write_pdfs(
        self, source: PacketLike, folder: str | os.PathLike[str], result: SplitResult, *, overwrite: bool = False
    ) -> list[Path]:
        """One PDF per segment, cut from the packet with its form fields and annotations.

        Args:
            source: the packet. PDFs cut from an encrypted one are not encrypted.
            folder: made if it is not there. Files are called ``01-invoice.pdf``, ``02-contract.pdf`` ...
            result: of this packet.
            overwrite: replace files that are there.

        Returns:
            The paths, one for each segment, in order.

        Raises:
            OutputExists: a file is there already; nothing was written.
            SplitReaderError: see its tree.
        """
        packet = self._pipeline.local(one_source(source), Abort())
        target = Path(folder)
        paths = segment_paths(target, [segment.category for segment in result.segments])
        refuse_inputs(paths, [] if packet.path is None else [packet.path])
        if not overwrite:
            refuse_existing(paths)
        make_folder(target)
        groups = [segment.pages for segment in result.segments]
        password = self._pipeline.reading.password_of(packet)
        with PDFWorker(self._pipeline.limits) as worker:
            pdfs = worker.cut(packet, groups, page_count=result.page_count, password=password)
            for path, data in zip(paths, pdfs, strict=True):
                write_file(path, data, overwrite=overwrite)
        return paths

    def to_pdf(self, document: SegmentDocument) -> bytes:
        """`SegmentDocument.to_pdf` with the reader's password, which the document does not keep.

        Raises:
            SplitReaderError: see `SegmentDocument.to_pdf`.
        """
        packet = document.packet
        return document.to_pdf(password=None if packet is None else self._pipeline.reading.password_of(packet))

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
        if source is not None and (isinstance(source, os.PathLike) or is_file(source)):
            pdf = one_source(source)
        identity = pdf or texts_source([page.text for page in texts], name=None if source is None else str(source))
        return run(self._pipeline.from_texts(texts, identity, pdf))

    def _call(self, source: SourceLike, name: str | None, tools: Tools) -> Call:
        on_error = self._pipeline.on_error
        sources = resolve_sources(
            source, name=name, on_error=lambda error: handle(Failure(error.source or "a source", error), on_error)
        )
        return Call(tools, Twins(sources, duplicates=self._pipeline.labels.duplicates))
