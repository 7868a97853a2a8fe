"""A language model that says what a test told it to."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from splitreader._pages import PageText
from splitreader.engines.llm import Message, Reply

Shown = list[dict[str, Any]]
Row = dict[str, Any]


def row(page: int, category: str, *, starts: bool, reason: str = "as the heading shows") -> Row:
    return {"page": page, "reason": reason, "document": "start" if starts else "continue", "category": category}


class ToldModel:
    """Answers each page by a function of the page as it was shown.

    Args:
        says: gives a row for a page; it may also return text, which becomes the whole answer, or raise.
        tokens: input and output tokens of each reply; None for a model that does not count.
    """

    name = "told"
    is_remote = False

    def __init__(self, says: Callable[[Row], Row | str], tokens: tuple[int, int] | None = None) -> None:
        self.says = says
        self.tokens = tokens or (None, None)
        self.asked: list[tuple[Message, ...]] = []

    def complete(self, messages: Sequence[Message], schema: Any) -> Reply:
        self.asked.append(tuple(messages))
        rows = [self.says(item) for item in shown_in(messages) if item["ask"]]
        whole = [item for item in rows if isinstance(item, str)]
        text = whole[0] if whole else json.dumps({"pages": rows})
        return Reply(text=text, input_tokens=self.tokens[0], output_tokens=self.tokens[1])

    async def acomplete(self, messages: Sequence[Message], schema: Any) -> Reply:
        return self.complete(messages, schema)

    @property
    def pages_asked(self) -> list[list[int]]:
        """The pages of each question."""
        return [[item["page"] for item in shown_in(messages) if item["ask"]] for messages in self.asked]


def shown_in(messages: Sequence[Message]) -> Shown:
    """The pages in a question."""
    return json.loads(messages[1].text)["pages"]


class Texts:
    """A packet of texts."""

    name = "fake.pdf"
    source = None

    def __init__(self, texts: Sequence[str]) -> None:
        self.page_count = len(texts)
        self._texts = [PageText(page=page, text=text) for page, text in enumerate(texts, start=1)]

    def pages(self):
        yield from self._texts
