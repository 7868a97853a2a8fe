"""What a language model may answer and what must come of it: the same cases for every way to ask one.

The packet has twelve pages that the embedded engine can't tell apart, asked about in two windows, one after the other:
pages 1-8 and 7-12. `answers` are the model's first ones; what comes after them is true.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from splitreader import EmbeddedEngine, EngineAnswer, EngineError, LLMEngine, ModelError, PageText, SplitConfig
from splitreader.engines.llm import Model
from splitreader.testing import ChatAnswer, Fault
from splitreader.testing._chat_service import truthful

TRUTH = [("invoice", (1, 2, 3)), ("contract", (4, 5, 6, 7, 8)), ("invoice", (9,)), ("contract", (10, 11, 12))]
CONFIG = SplitConfig.build(
    {"invoice": "A request for payment", "contract": "An agreement"}, allow_uncategorized="forbid"
)


TEXTS = [
    "Harbour lights were seen at dusk.",
    "Nobody counted the wooden crates.",
    "A lantern stood beside the gate.",
    "Rain fell over the eastern hills.",
    "Two horses waited near the mill.",
    "Copper kettles hung in rows.",
    "The orchard was silent by noon.",
    "Seven boats left before sunrise.",
    "Old maps covered every table.",
    "Snow closed the northern road.",
    "A baker swept his narrow step.",
    "Geese crossed the frozen pond.",
]


class Packet:
    """Pages that say nothing of what they are."""

    name = "packet.pdf"
    source = None
    page_count = 12

    def pages(self) -> Iterator[PageText]:
        for number in range(1, 13):
            yield PageText(page=number, text=TEXTS[number - 1])


def rows(pages: Sequence[int], category: str = "invoice", **more: object) -> ChatAnswer:
    """An answer that names these pages."""
    found = [{"page": page, "reason": "so", "document": "start", "category": category, **more} for page in pages]
    return ChatAnswer(content={"pages": found})


FIRST = tuple(range(1, 9))
PROSE = ChatAnswer(content="These pages look like invoices to me.")
CUT_OFF = ChatAnswer(content='{"pages": [{"page": 1, "rea', finish_reason="length")
REFUSED = ChatAnswer(refusal="I can't help with that.")
FAILS = Fault(reset=True)
BUSY = Fault(status=429, headers={"Retry-After": "0.01"})


@dataclass(frozen=True, kw_only=True)
class Case:
    """What the model answers first, and what must come of it.

    Args:
        answers: the first ones; a `Fault` is an error on the way.
        calls: of the model.
        outcome: ``"true"``: all is as it is; ``"second"``: the first window falls back, pages 9-12 are as they are;
            ``"embedded"``: as the embedded engine alone; ``"error"``: a `ModelError`.
        evidence: stands in that of the pages that fell back.
    """

    answers: tuple[ChatAnswer | Fault, ...] = ()
    calls: int = 2
    outcome: str = "true"
    evidence: str = ""


FOR_EVER = 99
CASES = {
    "right answers": Case(),
    "prose once": Case(answers=(PROSE,), calls=3),
    "prose twice": Case(answers=(PROSE, PROSE), calls=3, outcome="second", evidence="unusable twice"),
    "prose for ever": Case(answers=(PROSE,) * FOR_EVER, calls=4, outcome="embedded", evidence="unusable twice"),
    "nothing once": Case(answers=(ChatAnswer(content=""),), calls=3),
    "a list once": Case(answers=(ChatAnswer(content="[1, 2]"),), calls=3),
    "a page too many once": Case(answers=(rows((*FIRST, 40)),), calls=3),
    "a page twice once": Case(answers=(rows((*FIRST, 1)),), calls=3),
    "a page missing once": Case(answers=(rows(FIRST[1:]),), calls=3),
    "wrong pages twice": Case(answers=(rows((40,)),) * 2, calls=3, outcome="second", evidence="page 40 was not asked"),
    "a wrong category once": Case(answers=(rows(FIRST, "receipt"),), calls=3),
    "a wrong category twice": Case(
        answers=(rows(FIRST, "receipt"),) * 2, calls=3, outcome="second", evidence="'receipt', which is not in the list"
    ),
    "a wrong document once": Case(answers=(rows(FIRST, document="middle"),), calls=3),
    "a refusal once": Case(answers=(REFUSED,), calls=3),
    "a refusal twice": Case(answers=(REFUSED,) * 2, calls=3, outcome="second", evidence="unusable twice"),
    "cut off once": Case(answers=(CUT_OFF,), calls=3),
    "cut off twice": Case(answers=(CUT_OFF,) * 2, calls=3, outcome="second", evidence="unusable twice"),
    "cut off, then refused": Case(answers=(CUT_OFF, REFUSED), calls=3, outcome="second", evidence="unusable twice"),
}

FAILING = {
    "an error once": Case(answers=(FAILS,), calls=2, outcome="second", evidence="the model failed"),
    "errors for ever": Case(answers=(FAILS,) * FOR_EVER, calls=2, outcome="error"),
    "prose, then an error": Case(answers=(PROSE, FAILS), calls=3, outcome="second", evidence="the model failed"),
}
"""Of models that repeat nothing themselves."""


def engine_of(model: object, **options: object) -> LLMEngine:
    """The engine that asks in two windows, one after the other."""
    return LLMEngine(model, **{"window": 8, "overlap": 2, "max_concurrent": 1} | options)


def split(engine: object, kind: str) -> EngineAnswer | EngineError:
    """What the engine makes of the packet; or the error it raises."""
    try:
        if kind == "sync":
            return engine.split(Packet(), CONFIG)
        return asyncio.run(engine.asplit(Packet(), CONFIG))
    except EngineError as error:
        return error


def cut(answer: EngineAnswer) -> list[tuple[str, tuple[int, ...]]]:
    """Category and pages of each segment."""
    return [(segment.category, tuple(segment.pages)) for segment in answer.segments]


def check(case: Case, answer: EngineAnswer | EngineError) -> None:
    """That the outcome is the case's."""
    if case.outcome == "error":
        assert isinstance(answer, EngineError)
        return
    assert isinstance(answer, EngineAnswer), answer
    pages = sorted(page for segment in answer.segments for page in segment.pages)
    assert pages == list(range(1, 13))
    evidence = [line for segment in answer.segments for line in segment.evidence]
    assert any(case.evidence in line for line in evidence) or not case.evidence
    if case.outcome == "true":
        assert cut(answer) == TRUTH
        assert not any("embedded scores" in line for line in evidence)
    elif case.outcome == "second":
        assert cut(answer) != TRUTH
        assert cut(answer)[-2:] == TRUTH[-2:]
    else:
        assert cut(answer) == cut(EmbeddedEngine().split(Packet(), CONFIG))


class Brain:
    """What a framework's fake model says: the answers of a case, then what is true.

    Args:
        case: whose.
    """

    def __init__(self, case: Case) -> None:
        self.calls = 0
        self._left = deque(case.answers)

    def say(self, messages: Sequence[tuple[str, str]]) -> ChatAnswer:
        """The next answer.

        Args:
            messages: role (``"system"``, ``"user"``, ``"assistant"``) and text.
        """
        self.calls += 1
        if self._left:
            answer = self._left.popleft()
            if isinstance(answer, Fault):
                raise ConnectionError("the line went dead")
            return answer
        return truthful(TRUTH, {"messages": [{"role": role, "content": text} for role, text in messages]})


def check_through(name: str, kind: str, model_of: Callable[[Brain], Model]) -> None:
    """A case, through a framework's model and the adapter to it.

    Args:
        name: of one of `CASES` or `FAILING`.
        kind: ``"sync"`` or ``"async"``.
        model_of: the adapter to a model that says what a brain says.
    """
    case = (CASES | FAILING)[name]
    brain = Brain(case)
    answer = split(engine_of(model_of(brain)), kind)
    assert brain.calls == case.calls
    check(case, answer)
    if case.outcome == "error":
        assert isinstance(answer, ModelError)
        assert isinstance(answer.__cause__, ConnectionError)
        assert "line went dead" not in str(answer)
    else:
        assert answer.usage["output_tokens"] == 10 * (brain.calls - (name in FAILING))


def text_of(answer: ChatAnswer) -> str:
    """What the model says, as one text."""
    content = answer.content
    return content if isinstance(content, str) else json.dumps(content) if content is not None else answer.refusal or ""
