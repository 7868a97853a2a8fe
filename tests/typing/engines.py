"""Type-checked, never run: which engines users may choose, fit and write."""

import asyncio
from pathlib import Path
from typing import assert_type

from splitreader import (
    EmbeddedEngine,
    Embedding,
    Engine,
    EngineAnswer,
    Example,
    Learned,
    LlamaCloudEngine,
    LLMEngine,
    OpenAIModel,
    Packet,
    PageText,
    ProposedSegment,
    Source,
    SplitConfig,
    SplitReader,
    SplitResult,
    split_pages,
)
from splitreader.client import Limiter, SplitJob


def embed(texts: list[str]) -> list[list[float]]:
    return [[float(len(text))] for text in texts]


embedding: Embedding = embed
offline: Engine = EmbeddedEngine()
assert_type(EmbeddedEngine(embed).embedding, Embedding | None)
assert_type(EmbeddedEngine(embedding=embedding).fit([Example.document("invoice", ["text"])]), EmbeddedEngine)
assert_type(EmbeddedEngine.load(Path("engine.json"), embedding=embedding), EmbeddedEngine)


def with_what_was_learned(fitted: EmbeddedEngine) -> EmbeddedEngine:
    learned: Learned | None = fitted.learned
    return EmbeddedEngine(embedding, learned=learned)


reader = SplitReader(["invoice"], engine=offline)
result = split_pages(["one", PageText(page=2, text="two")], reader.config, engine=EmbeddedEngine())
assert_type(result, SplitResult)
assert_type(Example.packet(["text"], [("invoice", [1])]), Example)
assert_type(Example.corrected(["one", "two"], result), Example)
assert_type(Example.corrected(reader.load("packet.pdf"), result), Example)
Example(pages=(PageText(page=1, text="text"),), segments=(("invoice", (1,)),))


def watch(job: SplitJob) -> None:
    assert_type(job.status, str)


hosted: Engine = LlamaCloudEngine(api="v1", region="eu", delete_after=False, max_pages=10, progress=watch)
assert_type(LlamaCloudEngine(configuration_id="c").resume("spl-1", delete_file=True), LlamaCloudEngine)
assert_type(LlamaCloudEngine(requests_per_minute=60).limited_by(Limiter(30)), LlamaCloudEngine)
SplitReader(engine=LlamaCloudEngine(configuration_id="c"))

model = OpenAIModel("m", base_url="http://localhost:1/v1")
asking: Engine = LLMEngine(model, mode="uncertain", price_per_million=(0.4, 1.6), max_cost=0.05, cache=Path("answers"))
LLMEngine(model, examples=[Example.document("invoice", ["text"])], vision=True)


class MyEngine:
    name = "mine"
    is_remote = False

    def check(self, config: SplitConfig) -> None:
        assert_type(config.category_names, tuple[str, ...])

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        assert_type(packet.source, Source | None)
        assert_type(packet.page_count, int)
        pages = [page.page for page in packet.pages()]
        segment = ProposedSegment(category="a", pages=pages, confidence="low", score=0.4, evidence=("all of it",))
        return EngineAnswer(segments=[segment], usage={"seconds": 0.1}, is_final=False)

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        return await asyncio.to_thread(self.split, packet, config)


mine: Engine = MyEngine()
SplitReader(["a"], engine=MyEngine())
