"""Type-checked by mypy, never run: what users may write, and what they get."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, assert_type

from splitreader import (
    Category,
    EmbeddedEngine,
    Engine,
    EngineAnswer,
    Example,
    FileId,
    LlamaCloudEngine,
    LLMEngine,
    OpenAIModel,
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
from splitreader.client import (
    AsyncSplitClient,
    CloudFile,
    PresignedURL,
    SavedConfiguration,
    SplitClient,
    SplitJob,
)
from splitreader.engines.llm import Message, Model, Reply
from splitreader.testing import (
    ChatAnswer,
    Fault,
    Recorded,
    ScriptedChatAPI,
    ScriptedEngine,
    ScriptedSplitAPI,
    ScriptedUpload,
)

engine: Engine = EmbeddedEngine()


def embed(texts: list[str]) -> list[list[float]]:
    return [[float(len(text))] for text in texts]


assert_type(EmbeddedEngine(embedding=embed).fit([Example.document("invoice", ["text"])]), EmbeddedEngine)
assert_type(EmbeddedEngine.load(Path("engine.json"), embedding=embed), EmbeddedEngine)
Example.packet(["text"], [("invoice", [1])])
Example(pages=(PageText(page=1, text="text"),), segments=(("invoice", (1,)),))
scripted: Engine = ScriptedEngine([("invoice", [1])])

OpenAIModel("m", base_url="http://localhost:1/v1", temperature=None, extra_body={"max_tokens": 1}, json_mode="none")
assert_type(ScriptedChatAPI([("invoice", [1])]), ScriptedChatAPI)
ScriptedChatAPI(lambda body: ChatAnswer(content={"pages": []}), formats=["json_object"]).answer_next(Fault(status=500))
ScriptedChatAPI([("invoice", [1])], takes_temperature=False)
assert_type(Reply(text="").lost_requests, int)


def watch(job: SplitJob) -> None: ...


hosted: Engine = LlamaCloudEngine(api="v1", region="eu", delete_after=False, max_pages=10, progress=watch)
assert_type(LlamaCloudEngine(configuration_id="c").resume("spl-1", delete_file=True), LlamaCloudEngine)
SplitReader(engine=LlamaCloudEngine(configuration_id="c"))


class OwnModel:
    name = "own"
    is_remote = False

    def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        return Reply(text=messages[0].text, input_tokens=len(schema))

    async def acomplete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        return self.complete(messages, schema)


own: Model = OwnModel()
asking: Engine = LLMEngine(own, mode="uncertain", price_per_million=(0.4, 1.6), max_cost=0.05, cache=Path("answers"))
LLMEngine(OpenAIModel("m", base_url="http://localhost:1/v1"), examples=[Example.document("invoice", ["text"])])


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
SplitReader({"invoice": "A request for payment", "contract": None}, metadata=lambda source: {"size": source.size or 0})

assert_type(reader.load("packet.pdf"), list[SegmentDocument])
assert_type(reader.load([Path("a.pdf"), b"bytes", "b.pdf"]), list[SegmentDocument])
assert_type(reader.lazy_load(b"bytes", name="mail.pdf"), Iterator[SegmentDocument])
assert_type(reader.lazy_packets("folder"), Iterator[SplitPacket])
assert_type(reader.split_many("folder", workers=2, on_error="skip"), Generator[SplitPacket, None, None])
assert_type(reader.asplit_many("folder", ordered=False), AsyncGenerator[SplitPacket, None])
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

with SplitClient(api_key="llx-1", timeout=10) as client:
    file = client.upload_file(Path("packet.pdf"), external_file_id="mine")
    assert_type(file, CloudFile)
    assert_type(client.list_files(file_name="packet.pdf"), Iterator[CloudFile])
    assert_type(client.file_content(file.id), PresignedURL)
    assert_type(client.download_file(file.id), Iterator[bytes])
    job = client.create_job(file, ["invoice"], form="flat", allow_uncategorized=True)
    assert_type(job, SplitJob)
    client.create_job(FileId("f"), {"invoice": None}, transaction_id="t", target_pages="1-3")
    assert_type(client.wait(job.id, max_seconds=5, progress=watch), SplitJob)
    assert_type(client.run("packet.pdf", ["invoice"], delete_after=True), SplitJob)
    assert_type(client.list_jobs(job_ids=[job.id], status="completed"), Iterator[SplitJob])
    assert_type(client.cancel_job(job.id), SplitJob)
    assert_type(client.create_configuration("mail", ["invoice"]), SavedConfiguration)
    assert_type(client.list_configurations(), Iterator[SavedConfiguration])
    if done := job.result:
        assert_type(done.segments[0].pages, tuple[int, ...])


def script(upload: ScriptedUpload, body: dict[str, object]) -> list[tuple[str, list[int]]]:
    return [("invoice", [len(upload.data)])]


with ScriptedSplitAPI(script, seconds=lambda number: number / 2, outcome="failed") as api:
    api.fail("create", Fault(reset=True, after=True), times=None)
    assert_type(api.requests, list[Recorded])
    assert_type(api.count("list_jobs"), int)


async def asynchronous() -> None:
    assert_type(await reader.asplit("packet.pdf"), SplitResult)
    assert_type(await reader.aload("packet.pdf"), list[SegmentDocument])
    documents: AsyncIterator[SegmentDocument] = reader.alazy_load("packet.pdf")
    async for document in documents:
        assert_type(document, SegmentDocument)
    async with AsyncSplitClient() as client:
        assert_type(await client.upload_file(b"bytes", name="packet.pdf"), CloudFile)
        assert_type(await client.run(FileId("f"), ["invoice"]), SplitJob)
        assert_type(client.list_jobs(), AsyncIterator[SplitJob])
        async for job in client.list_jobs(page_size=10):
            assert_type(job, SplitJob)
