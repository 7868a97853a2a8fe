"""The way of a packet from source to Documents, as flows: written once, run by the sync and the async reader."""

from __future__ import annotations

from dataclasses import dataclass, field

from splitreader._config import SplitConfig
from splitreader._documents import SegmentDocument, SplitPacket, build_documents
from splitreader._errors import InvalidConfiguration, SplitReaderError
from splitreader._failures import Failure, OnError
from splitreader._flow import AskEngine, Blocking, Flow, InTurn
from splitreader._keeping import Keeping, Made, Shelf
from splitreader._limits import Limits
from splitreader._origin import Labels, Origin, PacketIds
from splitreader._pages import PageText, parse_pages
from splitreader._result import SplitResult
from splitreader.engines._conservation import conserve_pages
from splitreader.engines._in_worker import understood
from splitreader.engines._protocol import Engine, EngineAnswer, FetchesFiles, Packet
from splitreader.pdf._packet import PDFPacket
from splitreader.pdf._process import PDFWorker
from splitreader.pdf._reading import Reading
from splitreader.pdf._text_packet import TextPacket
from splitreader.sources import Abort, Source, Twins, localize


@dataclass(frozen=True)
class Tools:
    """What one call of the reader works with.

    Args:
        worker: reads the PDFs.
        downloads: calls off what is being downloaded.
        helpers: idle workers, for the pages of a large scan.
        splitter: the engine as the worker wants it; None where it is asked here.
    """

    worker: PDFWorker
    downloads: Abort = field(default_factory=Abort)
    helpers: tuple[PDFWorker, ...] = ()
    splitter: bytes | None = None

    def abort(self) -> None:
        """End whatever is being read, from any thread; nothing more begins."""
        self.downloads()
        for worker in (self.worker, *self.helpers):
            worker.abort()


@dataclass(frozen=True)
class Call:
    """One load of several packets.

    Args:
        sources: the packets, of identical ones only one.
        packet_ids: that were given so far.
    """

    sources: Twins
    packet_ids: PacketIds = field(default_factory=PacketIds)


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The options of a reader, and the flows that follow from them; see `SplitReader` for the fields."""

    config: SplitConfig
    engine: Engine
    reading: Reading
    labels: Labels
    limits: Limits
    allow_private: bool
    on_error: OnError
    page_list: bool
    keeping: Keeping | None = None

    def load(self, source: Source, call: Call, tools: Tools) -> Flow[SplitPacket | Failure | None]:
        """Split a packet and build its Documents; None for one that is left out because another has the same bytes.

        Who the packet is gets settled in turn and before the engine runs: it may be refused for that.
        """
        try:
            return (yield from self._load(source, call, tools))
        except SplitReaderError as error:
            return Failure(source.name, error)

    def _load(self, source: Source, call: Call, tools: Tools) -> Flow[SplitPacket | None]:
        local = yield from self._localize(source, tools)
        origin: Origin | None = yield InTurn(lambda: self._origin(local, call))
        if origin is None:
            return None
        packet = self._packet(local, tools)
        result = yield from self._ask(packet, tools.downloads, for_documents=True)
        documents = yield Blocking(lambda: self._build(result, packet, origin, pdf=local))
        return SplitPacket(source=local, result=result, documents=documents)

    def _origin(self, local: Source, call: Call) -> Origin | None:
        """Who the packet is; None for one whose bytes another packet has."""
        if not call.sources.admits(local):
            return None
        return call.packet_ids.claim(self.labels.origin(local), local)

    def local(self, source: Source, abort: Abort) -> Source:
        """The source with its bytes here. Blocks; a `FileId` is fetched by the engine, if it is one that can."""
        if source.file_id is not None and not source.is_local and isinstance(self.engine, FetchesFiles):
            return self.engine.fetch(source, self.limits, abort)
        return localize(source, self.limits, allow_private=self.allow_private, abort=abort)

    def split(self, source: Source, tools: Tools) -> Flow[SplitResult]:
        """Ask the engine about one packet."""
        local = yield from self._localize(source, tools)
        return (yield from self._ask(self._packet(local, tools), tools.downloads))

    def documents(self, source: Source, result: SplitResult, tools: Tools) -> Flow[list[SegmentDocument]]:
        """The Documents of a result that exists: only the pages of its segments are read."""
        local = yield from self._localize(source, tools)
        origin: Origin = yield Blocking(lambda: self.labels.origin(local))
        pages = tuple(sorted(page for segment in result.segments for page in segment.pages))
        packet = PDFPacket(
            local, tools.worker, self.reading, wanted=pages, helpers=tools.helpers, shelf=self._shelf(local, pages)
        )
        documents: list[SegmentDocument] = yield Blocking(lambda: self._build(result, packet, origin, pdf=local))
        return documents

    def from_texts(
        self, texts: tuple[PageText, ...], identity: Source, pdf: Source | None
    ) -> Flow[list[SegmentDocument]]:
        """Split a packet whose page texts are known already.

        Args:
            texts: of all pages.
            identity: what the packet's id and name come from.
            pdf: the packet itself, if there is one.
        """
        wanted = self.config.selected_pages(len(texts), source=identity.name)
        packet = TextPacket(identity.name, texts, source=pdf, wanted=wanted)
        origin: Origin = yield Blocking(lambda: self.labels.origin(identity))
        result = yield from self._ask(packet, Abort())
        documents: list[SegmentDocument] = yield Blocking(lambda: self._build(result, packet, origin, pdf=pdf))
        return documents

    def _localize(self, source: Source, tools: Tools) -> Flow[Source]:
        local: Source = yield Blocking(lambda: self.local(source, tools.downloads))
        return local

    def _ask(self, packet: Packet, downloads: Abort, *, for_documents: bool = False) -> Flow[SplitResult]:
        """The result that was kept, or the engine's.

        Args:
            packet: to split.
            downloads: called off with the call.
            for_documents: the texts will be needed, too.
        """

        def ask(engine: Engine) -> Flow[Made]:
            if for_documents and engine.is_remote:  # what can't be read should be known before anything is paid for
                yield Blocking(lambda: sum(1 for _ in packet.pages()))
            return (yield from self._ask_engine(packet, engine))

        if self.keeping is None:
            made = yield from ask(self.engine)
            return made.result
        return (
            yield from self.keeping.ask(
                packet,
                self.engine,
                ask,
                opens=for_documents,
                limits=self.limits,
                is_called_off=lambda: downloads.called,
            )
        )

    def _ask_engine(self, packet: Packet, engine: Engine) -> Flow[Made]:
        """Ask the engine, and see that no page is lost."""
        if engine.is_remote or self.config.target_pages is not None:  # wrong pages are known before they are paid
            yield Blocking(lambda: self.config.selected_pages(packet.page_count, source=packet.name))
        answer = yield from self._answer(packet, engine)
        page_count: int = yield Blocking(lambda: packet.page_count)
        result = conserve_pages(answer, self.config, page_count=page_count, engine=engine.name, source=packet.name)
        return Made(result, is_final=getattr(answer, "is_final", True) is not False)

    def _answer(self, packet: Packet, engine: Engine) -> Flow[EngineAnswer]:
        """What the engine says, in the process that reads if it can be asked there."""
        if isinstance(packet, PDFPacket) and packet.has_splitter:
            self.engine.check(self.config)  # as it would do here, with the same warnings
            there: EngineAnswer | None = yield Blocking(lambda: packet.worker_answer(understood))
            if there is not None:
                return there
        answer: EngineAnswer = yield AskEngine(engine, packet, self.config)
        return answer

    def _packet(self, source: Source, tools: Tools) -> PDFPacket:
        target = self.config.target_pages
        wanted = None if target is None else parse_pages(target)
        return PDFPacket(
            source,
            tools.worker,
            self.reading,
            wanted=wanted,
            splitter=tools.splitter,
            helpers=tools.helpers,
            shelf=self._shelf(source, wanted),
        )

    def _shelf(self, source: Source, wanted: tuple[int, ...] | None) -> Shelf | None:
        return None if self.keeping is None else self.keeping.shelf(source, wanted, self.limits)

    def _build(
        self, result: SplitResult, packet: Packet, origin: Origin, *, pdf: Source | None
    ) -> list[SegmentDocument]:
        if packet.page_count != result.page_count:
            raise InvalidConfiguration(
                f"the result is of a packet of {result.page_count} pages, but {packet.name} has {packet.page_count}; "
                "pass the packet that was split",
                source=packet.name,
            )
        texts = {page.page: page for page in packet.pages()}
        return build_documents(result, texts, origin, packet=pdf, limits=self.limits, page_list=self.page_list)
