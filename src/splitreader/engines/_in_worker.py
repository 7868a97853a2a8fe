"""Engines that split a packet in the process that reads it: how they get there, and how their answers come back.

An engine goes as a pickle, which only the caller can have written. Its answer comes back as JSON and is looked at
value by value, for it comes from where a hostile PDF may have taken over.
"""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from splitreader._config import SplitConfig
from splitreader.engines._protocol import Engine, EngineAnswer, Packet, ProposedSegment

_Text = Annotated[str, Field(max_length=1000)]
_Pages = Annotated[tuple[int, ...], Field(strict=False)]


class _Segment(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    category: _Text
    pages: _Pages
    confidence: Literal["high", "medium", "low"]
    score: Annotated[float, Field(ge=0, le=1)] | None
    key: _Text | None
    evidence: Annotated[tuple[_Text, ...], Field(max_length=50, strict=False)]


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    segments: list[_Segment]
    omitted_pages: _Pages
    usage: dict[str, Any]
    is_final: bool = True


def pickled_splitter(engine: Engine, config: SplitConfig) -> bytes | None:
    """The engine and its configuration, for `splitreader.pdf._splitting`; None for an engine that stays here."""
    if not getattr(engine, "runs_in_worker", False):
        return None
    return pickle.dumps(partial(_split, engine, config))


def understood(answer: bytes) -> EngineAnswer:
    """The answer that came back.

    Raises:
        ValueError: no honest process sends that.
    """
    checked = _Answer.model_validate(json.loads(answer))
    return EngineAnswer(
        segments=[ProposedSegment(**dict(segment)) for segment in checked.segments],
        omitted_pages=checked.omitted_pages,
        usage=checked.usage,
        is_final=checked.is_final,
    )


def _split(engine: Engine, config: SplitConfig, packet: Packet) -> bytes:
    answer = engine.split(packet, config)
    fields = {
        "segments": [asdict(segment) for segment in answer.segments],
        "omitted_pages": list(answer.omitted_pages),
        "usage": dict(answer.usage),
        "is_final": answer.is_final,
    }
    return json.dumps(fields).encode()
