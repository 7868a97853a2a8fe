"""What an engine is: packet in, proposed segments out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from splitreader._config import SplitConfig
from splitreader._limits import Limits
from splitreader._pages import PageText
from splitreader._result import Confidence
from splitreader.sources._deadline import Abort
from splitreader.sources._source import Source

if TYPE_CHECKING:
    from splitreader.client._record import JobRecord


class Packet(Protocol):
    """A packet as an engine sees it."""

    @property
    def name(self) -> str:
        """The source's name, for messages."""
        ...

    @property
    def source(self) -> Source | None:
        """The PDF itself, for engines that send it somewhere; None where only page texts are known."""
        ...

    @property
    def page_count(self) -> int:
        """Pages of the whole packet. Opens the file when first asked; may block."""
        ...

    def pages(self) -> Iterator[PageText]:
        """The page texts in order, as they are read. May block; a second walk costs no reading."""
        ...


@dataclass(frozen=True, kw_only=True)
class ProposedSegment:
    """A segment as an engine proposes it. Nothing is checked yet; the reader refuses what a `Segment` can't be.

    Args:
        category: one of the config's, or ``"uncategorized"``.
        pages: 1-based, in any order; at least one.
        confidence, score, key, evidence: see `Segment`.
    """

    category: str
    pages: Sequence[int]
    confidence: Confidence
    score: float | None = None
    key: str | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EngineAnswer:
    """An engine's whole answer for one packet.

    Args:
        segments: in any order; pages that are in none of them are found and kept by the reader.
        job_id: the engine's own id of the job.
        usage: what the job used (tokens, money, seconds).
        raw: the answer as it came; an error about it carries this.
        omitted_pages: pages the engine left out because the config told it to.
        categories: names that segments may have beside the config's, where the engine brings its own.
        is_final: asking again would give no better answer. False where something failed that may work the next time:
            such an answer is given, but no cache keeps it.
    """

    segments: Sequence[ProposedSegment]
    job_id: str | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)
    raw: object = None
    omitted_pages: Sequence[int] = ()
    categories: Collection[str] = ()
    is_final: bool = True


@runtime_checkable
class Engine(Protocol):
    """Anything that can split a packet. `EmbeddedEngine` is the default one.

    An engine that has categories of its own says so by an attribute ``brings_categories = True``; then the reader needs
    none. One that may be pickled and run in the process that reads, where packets are split side by side, says so by
    ``runs_in_worker = True``: it walks the pages once, asks for nothing but their texts and count, and answers with
    segments, omitted pages and usage that JSON can hold. If it fails there it is asked once more, here.

    An engine whose results may be kept in a cache has an attribute ``fingerprint``: text that is the same for two
    engines only if they give the same result for the same packet and config. Where the result depends on the file
    alone, ``reads_pages = False`` says so; then it also stays when pages would be read otherwise.
    """

    @property
    def name(self) -> str:
        """Short and stable: it stands in every Document's metadata."""
        ...

    @property
    def is_remote(self) -> bool:
        """Whether the packet leaves this machine."""
        ...

    def check(self, config: SplitConfig) -> None:
        """Refuse what this engine can't honour, before anything is read.

        Raises:
            InvalidConfiguration: an option that would otherwise be ignored.
        """
        ...

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """Split one packet; may block.

        Raises:
            EngineError: the engine failed.
        """
        ...

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """`split` without blocking the event loop; the same errors."""
        ...


@runtime_checkable
class ShowsPages(Protocol):
    """A packet that can show its pages as pictures."""

    def pictures(self, pages: Sequence[int], *, longest_side: int, quality: int = 70) -> Mapping[int, bytes]:
        """Pages as JPEG files, by page number; may block, and may be called from any thread.

        Args:
            pages: 1-based.
            longest_side: pixels of the longer side of each picture.
            quality: of the JPEG, 1 to 95.

        Raises:
            PacketError, SourceError, WorkerError: a page can't be shown.
        """
        ...


@runtime_checkable
class TakesUpJobs(Protocol):
    """An engine that starts jobs elsewhere, and can take up one that another process has started."""

    def recorded(self, record: JobRecord) -> Engine:
        """This engine for one packet: it keeps a trace of the job, and takes up the one whose trace is there.

        Args:
            record: of this packet, engine and config; dropped by the caller when the result is safe.
        """
        ...


@runtime_checkable
class FetchesFiles(Protocol):
    """An engine that can make a source with a `FileId` local."""

    def fetch(self, source: Source, limits: Limits, abort: Abort) -> Source:
        """The source with its bytes here; may block.

        Raises:
            SplitReaderError: the file can't be had.
        """
        ...
