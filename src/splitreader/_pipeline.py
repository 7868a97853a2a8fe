"""The way of a packet from source to Documents, as flows: written once, run by the sync and the async reader."""

from __future__ import annotations

from dataclasses import dataclass, field

from splitreader._config import SplitConfig
from splitreader._documents import SegmentDocument, SplitPacket, build_documents
from splitreader._errors import InvalidConfiguration, SplitReaderError
from splitreader._failures import Failure, OnError, handle
from splitreader._flow import AskEngine, Blocking, Flow
from splitreader._limits import Limits
from splitreader._origin import Labels, Origin, PacketIds
from splitreader._pages import PageText, parse_pages
from splitreader._result import SplitResult
from splitreader.engines._conservation import conserve_pages
from splitreader.engines._protocol import Engine, EngineAnswer, FetchesFiles, Packet
from splitreader.pdf._packet import PDFPacket, Reading, TextPacket
from splitreader.pdf._process import PDFWorker
from splitreader.sources import Abort, Source, Twins, localize


@dataclass(frozen=True)
class Tools:
    """What one call of the reader works with.

    Args:
        worker: reads the PDFs.
        downloads: calls off what is being downloaded.
    """

    worker: PDFWorker
    downloads: Abort = field(default_factory=Abort)

    def abort(self) -> None:
        """End whatever is being read, from any thread; nothing more begins."""
        self.downloads()
        self.worker.abort()


@dataclass(frozen=True)
class Call:
    """One load of several packets.

    Args:
        tools: to work with.
        sources: the packets, of identical ones only one.
        packet_ids: that were given so far.
    """

    tools: Tools
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

    def load(self, source: Source, call: Call) -> Flow[SplitPacket | None]:
        """Split a packet and build its Documents; None for one that is left out.

        Who the packet is gets settled before the engine runs: it may be refused for that.
        """
        try:
            return (yield from self._load(source, call))
        except SplitReaderError as error:
            failure = Failure(source.name, error)
            yield Blocking(lambda: handle(failure, self.on_error))
            return None

    def _load(self, source: Source, call: Call) -> Flow[SplitPacket | None]:
        local = yield from self._localize(source, call.tools)
        if not (yield Blocking(lambda: call.sources.admits(local))):
            return None
        origin: Origin = yield Blocking(lambda: call.packet_ids.claim(self.labels.origin(local), local))
        packet = self._packet(local, call.tools.worker)
        if self.engine.is_remote:  # what can't be read should be known before anything is paid for
            yield Blocking(lambda: sum(1 for _ in packet.pages()))
        result = yield from self._ask(packet)
        documents = yield Blocking(lambda: self._build(result, packet, origin, pdf=local))
        return SplitPacket(source=local, result=result, documents=documents)

    def local(self, source: Source, abort: Abort) -> Source:
        """The source with its bytes here. Blocks; a `FileId` is fetched by the engine, if it is one that can."""
        if source.file_id is not None and not source.is_local and isinstance(self.engine, FetchesFiles):
            return self.engine.fetch(source, self.limits, abort)
        return localize(source, self.limits, allow_private=self.allow_private, abort=abort)

    def split(self, source: Source, tools: Tools) -> Flow[SplitResult]:
        """Ask the engine about one packet."""
        local = yield from self._localize(source, tools)
        return (yield from self._ask(self._packet(local, tools.worker)))

    def documents(self, source: Source, result: SplitResult, tools: Tools) -> Flow[list[SegmentDocument]]:
        """The Documents of a result that exists: only the pages of its segments are read."""
        local = yield from self._localize(source, tools)
        origin: Origin = yield Blocking(lambda: self.labels.origin(local))
        pages = tuple(sorted(page for segment in result.segments for page in segment.pages))
        packet = PDFPacket(local, tools.worker, self.reading, wanted=pages)
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
        result = yield from self._ask(packet)
        documents: list[SegmentDocument] = yield Blocking(lambda: self._build(result, packet, origin, pdf=pdf))
        return documents

    def _localize(self, source: Source, tools: Tools) -> Flow[Source]:
        local: Source = yield Blocking(lambda: self.local(source, tools.downloads))
        return local

    def _ask(self, packet: Packet) -> Flow[SplitResult]:
        """Ask the engine, and see that no page is lost."""
        if self.engine.is_remote or self.config.target_pages is not None:  # wrong pages are known before they are paid
            yield Blocking(lambda: self.config.selected_pages(packet.page_count, source=packet.name))
        answer: EngineAnswer = yield AskEngine(self.engine, packet, self.config)
        page_count: int = yield Blocking(lambda: packet.page_count)
        return conserve_pages(answer, self.config, page_count=page_count, engine=self.engine.name, source=packet.name)

    def _packet(self, source: Source, worker: PDFWorker) -> PDFPacket:
        target = self.config.target_pages
        return PDFPacket(source, worker, self.reading, wanted=None if target is None else parse_pages(target))

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
