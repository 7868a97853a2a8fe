"""Type-checked, never run: an engine of several others, made of the names of splitreader.engines."""

from collections.abc import Iterable, Sequence
from typing import assert_type

from splitreader import PageText, SplitConfig, SplitResult
from splitreader.engines import (
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
    ProposedSegment,
    split_pages,
)


def is_sure(segment: ProposedSegment) -> bool:
    assert_type(segment.pages, Sequence[int])
    return segment.confidence == "high"


class FirstThatIsSure:
    def __init__(self, engines: Iterable[Engine]) -> None:
        self.engines = list(engines)

    @property
    def name(self) -> str:
        return " or ".join(engine.name for engine in self.engines)

    @property
    def is_remote(self) -> bool:
        return any(engine.is_remote for engine in self.engines)

    def check(self, config: SplitConfig) -> None:
        for engine in self.engines:
            engine.check(config)

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        answers = (engine.split(packet, config) for engine in self.engines)
        return next((answer for answer in answers if all(map(is_sure, answer.segments))), EngineAnswer(segments=[]))

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        for engine in self.engines:
            answer = await engine.asplit(packet, config)
            if all(map(is_sure, answer.segments)):
                return answer
        return EngineAnswer(segments=[])


def embed(texts: list[str]) -> list[tuple[float, float]]:
    return [(0.0, float(len(text))) for text in texts]


nearness: Embedding = embed
fitted = EmbeddedEngine(nearness).fit([Example.document("invoice", [PageText(page=1, text="text")])])
assert_type(fitted.learned, Learned | None)
asking = LLMEngine(OpenAIModel("m", base_url="http://localhost:1/v1"), learned=fitted.learned)
assert_type(asking.learned, Learned | None)

chain: Engine = FirstThatIsSure([fitted, asking, LlamaCloudEngine(api_key="llx-1")])
assert_type(split_pages(["one"], SplitConfig.build(["invoice"]), engine=fitted), SplitResult)
