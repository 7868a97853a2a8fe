"""What an engine is: packet in, proposed segments out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from splitreader._config import SplitConfig
from splitreader._pages import PageText
from splitreader._result import Confidence


class Packet(Protocol):
    """A packet as an engine sees it."""

    @property
    def name(self) -> str:
        """The source's name, for messages."""
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
    """A segment as an engine proposes it. Nothing is checked yet; see `Segment` for the fields."""

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
    """

    segments: Sequence[ProposedSegment]
    job_id: str | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)
    raw: object = None
    omitted_pages: Sequence[int] = ()


@runtime_checkable
class Engine(Protocol):
    """Anything that can split a packet. `EmbeddedEngine` is the default one."""

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
        """Split one packet without blocking the event loop."""
        ...
