"""Type-checked by mypy, never run: what users may write, and what they get."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import assert_type

from splitreader import (
    Category,
    EmbeddedEngine,
    Engine,
    EngineAnswer,
    Packet,
    PageText,
    Progress,
    ProposedSegment,
    Segment,
    SegmentDocument,
    Source,
    SplitConfig,
    SplitPacket,
    SplitReader,
    SplitResult,
    split_pages,
)
from splitreader.testing import ScriptedEngine

engine: Engine = EmbeddedEngine()
scripted: Engine = ScriptedEngine([("invoice", [1])])


class MyEngine:
    name = "mine"
    is_remote = False

    def check(self, config: SplitConfig) -> None: ...

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        pages = [page.page for page in packet.pages()]
        return EngineAnswer(segments=[ProposedSegment(category="a", pages=pages, confidence="low")])

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        return await asyncio.to_thread(self.split, packet, config)


def report(progress: Progress) -> None: ...


def packet_id(source: Source) -> str:
    return source.sha256


reader = SplitReader(
    [Category(name="invoice", description="A request for payment"), "contract", {"name": "letter"}],
    engine=MyEngine(),
    allow_uncategorized=True,
    packet_id=packet_id,
    metadata={"tenant": "t", "access": ["a", "b"]},
    progress=report,
)
SplitReader({"invoice": "A request for payment", "contract": None}, metadata=lambda source: {"size": source.size})

assert_type(reader.load("packet.pdf"), list[SegmentDocument])
assert_type(reader.load([Path("a.pdf"), b"bytes", "b.pdf"]), list[SegmentDocument])
assert_type(reader.lazy_load(b"bytes", name="mail.pdf"), Iterator[SegmentDocument])
assert_type(reader.lazy_packets("folder"), Iterator[SplitPacket])
assert_type(reader.split("packet.pdf"), SplitResult)
assert_type(reader.from_pages(["one", PageText(page=2, text="two")], source="x"), list[SegmentDocument])
assert_type(split_pages(["one"], reader.config), SplitResult)

result = reader.split("packet.pdf")
assert_type(reader.documents("packet.pdf", result), list[SegmentDocument])
assert_type(reader.write_pdfs("packet.pdf", "out", result), list[Path])
assert_type(result.segments, tuple[Segment, ...])
assert_type(result.with_segments([{"category": "a", "pages": [1]}, result.segments[0]]), SplitResult)
document = reader.load("packet.pdf")[0]
assert_type(document.text, str)
assert_type(document.segment.score, float | None)
assert_type(document.page_offsets, dict[int, int])
assert_type(document.to_pdf(), bytes)


async def asynchronous() -> None:
    assert_type(await reader.asplit("packet.pdf"), SplitResult)
    assert_type(await reader.aload("packet.pdf"), list[SegmentDocument])
    documents: AsyncIterator[SegmentDocument] = reader.alazy_load("packet.pdf")
    async for document in documents:
        assert_type(document, SegmentDocument)
