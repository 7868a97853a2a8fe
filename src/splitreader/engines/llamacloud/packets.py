"""Between packets and the service: what is uploaded, what its answer means."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from splitreader._config import quoted
from splitreader._errors import InvalidConfiguration
from splitreader._result import CONFIDENCE_RANK
from splitreader.engines._protocol import Packet, ProposedSegment

if TYPE_CHECKING:
    from splitreader.wire import JobSegment, SplitJob


class OnePacket:
    """The packet that a job is taken up for. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._identity: object = None

    def claim(self, packet: Packet, job_id: str) -> None:
        """See that it is always the same one. May read the packet.

        Raises:
            InvalidConfiguration: it is another than before.
        """
        source = packet.source
        identity = packet.name if source is None else source.file_id or source.sha256
        with self._lock:
            first = self._identity = self._identity or identity
        if first != identity:
            raise InvalidConfiguration(
                f"{packet.name} is another packet than the one that job {job_id} was taken up for; resume() is for one",
                source=packet.name,
                job_id=job_id,
            )


def check_file(job: SplitJob, packet: Packet) -> None:
    """See that a job is about the packet, where both are known by the file's id.

    Raises:
        InvalidConfiguration: it is about another file.
    """
    file_id = None if packet.source is None else packet.source.file_id
    if file_id is not None and job.file_id is not None and job.file_id != file_id.id:
        raise InvalidConfiguration(
            f"job {job.id} is about the file {quoted(job.file_id)}, not about {packet.name}; give its own packet",
            source=packet.name,
            job_id=job.id,
        )


def file_of(packet: Packet) -> tuple[Any, str | None]:
    """What to upload, and what to call it: a path, bytes, or the id of a file that is there.

    Raises:
        InvalidConfiguration: there is no file.
    """
    source = packet.source
    if source is not None and source.file_id is not None:
        return source.file_id, None
    if source is None or not source.is_local:
        raise InvalidConfiguration(
            f"{packet.name} is no file, only page texts, and LlamaCloud splits files; give from_pages the packet's "
            "path as source=, or use the embedded engine",
            source=packet.name,
        )
    name = source.file_name if source.file_name.lower().endswith(".pdf") else "packet.pdf"
    return source.data if source.path is None else source.path, name


def proposed(segment: JobSegment) -> ProposedSegment:
    """The segment; a confidence that nobody knows counts as low."""
    known: dict[str, Any] = {name: name for name in CONFIDENCE_RANK}
    said = segment.confidence_category
    evidence = () if said in known else (f"LlamaCloud's confidence was {quoted(said)}",)
    return ProposedSegment(
        category=segment.category, pages=segment.pages, confidence=known.get(said, "low"), evidence=evidence
    )
