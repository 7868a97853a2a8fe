"""SplitReader: the public face of it all."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import NoneType

from splitreader._config import AllowUncategorized, CategoriesLike, SplitConfig
from splitreader._documents import SegmentDocument, SplitPacket
from splitreader._errors import InvalidConfiguration
from splitreader._failures import Failure, OnError, check_on_error, handle
from splitreader._flow import arun, run
from splitreader._keeping import Keeping
from splitreader._limits import Limits
from splitreader._many import Crew, How, asplit_all, check_bar, check_workers, size_of, split_all
from splitreader._origin import Labels, MetadataLike, PacketIdLike
from splitreader._outputs import draw_pages, write_segment_pdfs
from splitreader._pages import PageText, as_page_texts
from splitreader._pipeline import Call, Pipeline
from splitreader._result import SplitResult
from splitreader._secrets import Secret
from splitreader._threads import in_thread
from splitreader.cache import Cache, CacheLike
from splitreader.engines._protocol import Engine
from splitreader.engines.embedded import EmbeddedEngine
from splitreader.pdf._pictures import Drawing
from splitreader.pdf._reading import OCRLike, PasswordLike, Progress, Reading
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
        cache: the path of a folder, or a `Cache`: results and page texts are kept there, and what was kept is neither
            read nor asked for again; hosted jobs that an ended run left behind are taken up. None keeps nothing.
        limits: what one packet may take of this machine.
        allow_private: let URLs lead to addresses that are not on the public internet.
        progress: called after each page that was read, in the thread that reads; where packets are split side by side,
            for one page at a time.
        workers: how many processes read, and how many packets of one call are split side by side. None is one for each
            CPU that this process may use; packets then come one after the other all the same with an engine that is
            remote, has an ``embedding`` or is your own, and with an OCR function, since none of these may expect to be
            called for two packets at once. A number counts for them, too. A long scan is read by several processes
            where they have nothing else to do; each holds the OCR models.

    Raises:
        InvalidConfiguration: an option is wrong, or the engine can't honour it.
        CacheError: the cache can't be used, or its packages are not installed.
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
        workers: int | None = None,
        cache: CacheLike | None = None,
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
        check_workers(workers)
        if not isinstance(limits, (Limits, NoneType)):
            raise InvalidConfiguration(f"limits is {type(limits).__name__}; it must be Limits(...)")
        self._workers = workers
        reading = Reading(
            ocr=ocr, password=Secret(password) if isinstance(password, str) else password, progress=progress
        )
        self._pipeline = Pipeline(
            config=config,
            engine=engine,
            reading=reading,
            labels=Labels(packet_id=packet_id, metadata=metadata, duplicates=duplicates),
            limits=limits or Limits(),
            allow_private=allow_private,
            on_error=on_error,
            page_list=page_list,
            keeping=None if cache is None else Keeping.of(Cache.of(cache), engine, reading, config),
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
        """One Document per segment, packet by packet.

        Several packets are split side by side, as `split_many` does; at most two for each worker are held at a time,
        and one where ``workers=1``.

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
        """`lazy_load` as a list: the same arguments and errors."""
        return list(self.lazy_load(source, name=name))

    async def alazy_load(self, source: SourceLike, *, name: str | None = None) -> AsyncGenerator[SegmentDocument]:
        """`lazy_load` for an event loop: the same arguments and errors.

        Files are read and pages are scored in threads and processes. To leave the loop early, close the generator with
        ``contextlib.aclosing``.
        """
        async with aclosing(self.alazy_packets(source, name=name)) as packets:
            async for packet in packets:
                documents = iter(packet.documents)
                del packet
                for document in documents:
                    yield document
                    del document

    async def aload(self, source: SourceLike, *, name: str | None = None) -> list[SegmentDocument]:
        """`alazy_load` as a list: the same arguments and errors."""
        return [document async for document in self.alazy_load(source, name=name)]

    def lazy_packets(self, source: SourceLike, *, name: str | None = None) -> Iterator[SplitPacket]:
        """`lazy_load` with each packet's `SplitResult`, by one engine call for both: the same arguments and errors."""
        yield from split_all(self._pipeline, self._call(source, name, self._pipeline), How(workers=self._workers))

    async def alazy_packets(self, source: SourceLike, *, name: str | None = None) -> AsyncGenerator[SplitPacket]:
        """`lazy_packets` for an event loop: the same arguments and errors."""
        find = partial(self._call, source, name, self._pipeline)
        async with aclosing(asplit_all(self._pipeline, find, How(workers=self._workers))) as packets:
            async for packet in packets:
                yield packet
                del packet

    def split_many(
        self,
        sources: SourceLike,
        *,
        workers: int | None = None,
        ordered: bool = True,
        show_progress: bool = False,
        on_error: OnError | None = None,
    ) -> Generator[SplitPacket]:
        """Split many packets side by side.

        Results, ids and errors are the same whatever the number of workers; packets come as soon as they are done. At
        most two packets for each worker are in work or wait to be taken. To close the generator ends all processes and
        threads at once, as does whatever ends the loop around it.

        Args:
            sources: what `lazy_load` takes, all of it looked up before the first is read.
            workers: how many packets are split at once. None is the reader's own number; see `SplitReader`.
            ordered: give the packets in the order of the sources, else as they are done; then it also depends on
                timing which of two identical packets is left out, and which of two with one ``packet_id`` is refused.
            show_progress: show a bar for the packets, also in notebooks; needs the extra ``progress``.
            on_error: for this call; None is what the reader does.

        Yields:
            Each packet's source, result and Documents.

        Raises:
            InvalidConfiguration: an option is wrong.
            SplitReaderError: see its tree; in order, the packets before the one that failed have been yielded.
        """
        pipeline, how = self._for_many(workers, on_error, ordered=ordered, show_progress=show_progress)
        return self._split_many(sources, pipeline, how)

    def asplit_many(
        self,
        sources: SourceLike,
        *,
        workers: int | None = None,
        ordered: bool = True,
        show_progress: bool = False,
        on_error: OnError | None = None,
    ) -> AsyncGenerator[SplitPacket]:
        """`split_many` for an event loop: the same options, packets and errors.

        To leave the loop early, close the generator with ``contextlib.aclosing``, or cancel the task.
        """
        pipeline, how = self._for_many(workers, on_error, ordered=ordered, show_progress=show_progress)
        return asplit_all(pipeline, partial(self._call, sources, None, pipeline), how)

    def split(self, source: PacketLike, *, name: str | None = None) -> SplitResult:
        """Run the engine on one packet.

        Args:
            source: one of what `lazy_load` takes.
            name: what to call it, for bytes and streams.

        Raises:
            InvalidConfiguration: `source` is more than one packet.
            SplitReaderError: see its tree.
        """
        with self._crew() as crew:
            return run(self._pipeline.split(one_source(source, name=name), crew.lend()))

    async def asplit(self, source: PacketLike, *, name: str | None = None) -> SplitResult:
        """`split` for an event loop: the same arguments and errors."""
        crew = self._crew()
        in_worker = partial(in_thread, abort=crew.abort)
        try:
            packet = await in_worker(lambda: one_source(source, name=name, abort=crew.downloads))
            return await arun(self._pipeline.split(packet, crew.lend()), abort=crew.abort)
        finally:
            await in_worker(crew.close)

    def documents(self, source: PacketLike, result: SplitResult, *, name: str | None = None) -> list[SegmentDocument]:
        """The Documents of a result that exists already: no engine runs, nothing is paid twice.

        Args:
            source: the packet that the result is of.
            result: of `split`, or one that was corrected; see `SplitResult.with_segments`.
            name: what to call the packet, for bytes and streams.

        Raises:
            InvalidConfiguration: the result is of a packet with another number of pages.
            SplitReaderError: see its tree.
        """
        with self._crew() as crew:
            return run(self._pipeline.documents(one_source(source, name=name), result, crew.lend()))

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
        return write_segment_pdfs(self._pipeline, one_source(source), Path(folder), result, overwrite=overwrite)

    def page_pictures(
        self,
        source: PacketLike,
        result: SplitResult,
        *,
        pages: Sequence[int] | None = None,
        longest_side: int = 480,
        quality: int = 70,
    ) -> Generator[tuple[int, bytes]]:
        """Pages as JPEG files, drawn as they are asked for.

        Args:
            source: the packet.
            result: of this packet.
            pages: 1-based, in the order in which they are drawn; None for all.
            longest_side: pixels of the longer side of each picture, 1 to 4,000.
            quality: of the JPEG, 1 to 95.

        Yields:
            The page and its picture.

        Raises:
            InvalidConfiguration: a number is out of range, or the packet has no such page.
            SplitReaderError: see its tree.
        """
        wanted = range(1, result.page_count + 1) if pages is None else pages
        try:
            drawing = Drawing(page_count=result.page_count, longest_side=longest_side, quality=quality)
        except ValueError as error:
            raise InvalidConfiguration(f"{error}; give 1 to 4,000 pixels and a quality of 1 to 95") from error
        yield from draw_pages(self._pipeline, one_source(source), wanted, drawing)

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

    def _call(self, source: SourceLike, name: str | None, pipeline: Pipeline, abort: Abort | None = None) -> Call:
        sources = resolve_sources(
            source,
            name=name,
            abort=abort,
            on_error=lambda error: handle(Failure(error.source or "a source", error), pipeline.on_error),
        )
        return Call(Twins(sources, duplicates=pipeline.labels.duplicates))

    def _crew(self) -> Crew:
        """The processes for one packet."""
        return Crew(self._pipeline.limits, size_of(self._workers, self._pipeline))

    def _for_many(
        self, workers: int | None, on_error: OnError | None, *, ordered: bool, show_progress: bool
    ) -> tuple[Pipeline, How]:
        """The options of one call, checked before anything begins."""
        check_workers(workers)
        check_bar(show_progress=show_progress)
        pipeline = self._pipeline
        if on_error is not None:
            check_on_error(on_error)
            pipeline = replace(pipeline, on_error=on_error)
        workers = self._workers if workers is None else workers
        return pipeline, How(workers=workers, ordered=ordered, show_progress=show_progress)

    def _split_many(self, sources: SourceLike, pipeline: Pipeline, how: How) -> Generator[SplitPacket]:
        yield from split_all(pipeline, self._call(sources, None, pipeline), how)
