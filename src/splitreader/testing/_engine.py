"""For users' own tests: an engine that answers what it was told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from splitreader._config import SplitConfig
from splitreader._threads import in_thread
from splitreader.engines._protocol import EngineAnswer, Packet, ProposedSegment

Script: TypeAlias = Sequence[tuple[str, Sequence[int]]] | Callable[[Packet], EngineAnswer]


class ScriptedEngine:
    """Answers every packet with the same script and counts its calls.

    Args:
        script: ``[("invoice", [1, 2]), ("contract", [3])]``, or a function of the packet.
        name: the engine's name in results and metadata.
        job_id: the job id of every answer.
    """

    is_remote = False

    def __init__(self, script: Script, *, name: str = "scripted", job_id: str | None = None) -> None:
        self.name = name
        self.calls = 0
        self._script = script
        self._job_id = job_id

    def check(self, config: SplitConfig) -> None:
        """Honours everything, by ignoring it."""

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:  # noqa: ARG002  # the script knows better
        """The script's answer."""
        self.calls += 1
        if callable(self._script):
            return self._script(packet)
        segments = [
            ProposedSegment(category=category, pages=pages, confidence="high") for category, pages in self._script
        ]
        return EngineAnswer(segments=segments, job_id=self._job_id)

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """The script's answer; a function runs in a thread, since what it asks the packet may block."""
        if not callable(self._script):
            return self.split(packet, config)
        return await in_thread(lambda: self.split(packet, config))
