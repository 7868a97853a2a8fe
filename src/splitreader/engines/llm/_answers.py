"""What the model answered: the schema, and every way in which an answer can be unusable."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from splitreader._config import quoted
from splitreader._pages import format_pages

_FENCE = "```"
_END_OF_THINKING = ("</think>", "</thinking>")
"""What reasoning models put between what they think and what they say."""


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """What the model says of one page.

    Args:
        starts: whether a document begins on it.
        category: of that document; one of the names that were given.
        reason: why, in the model's words, as they came.
    """

    starts: bool
    category: str
    reason: str = field(repr=False)


class UnusableAnswer(Exception):
    """An answer that can't be used. The message says in one sentence why, for evidence; it may quote the answer.

    Attributes:
        told: the same for the model. It quotes nothing: what is in an answer, a page may have dictated.
    """

    def __init__(self, why: str, *, told: str | None = None) -> None:
        super().__init__(why)
        self.told = why if told is None else told


def answer_schema(categories: Sequence[str]) -> dict[str, Any]:
    """The JSON schema of an answer, with nothing in it that strict modes of model servers do not know."""
    page = {
        "type": "object",
        "properties": {
            "page": {"type": "integer"},
            "reason": {"type": "string"},
            "document": {"type": "string", "enum": ["start", "continue"]},
            "category": {"type": "string", "enum": list(categories)},
        },
        "required": ["page", "reason", "document", "category"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"pages": {"type": "array", "items": page}},
        "required": ["pages"],
        "additionalProperties": False,
    }


def parse_answer(text: str, asked: Collection[int], categories: Collection[str]) -> dict[int, PageAnswer]:
    """The answer for each page that was asked about.

    JSON in a fenced block, or with words before or after it, is taken; fields that were not asked for are passed over.

    Args:
        text: what the model said.
        asked: numbers of the pages.
        categories: names it may use.

    Raises:
        UnusableAnswer: it is no JSON, lacks something, or names a page or a category that can't be.
    """
    content = _read(text)
    rows = content.get("pages") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise UnusableAnswer('it has no list called "pages"')
    answers: dict[int, PageAnswer] = {}
    for row in rows:
        page = _page(row)
        if page not in asked:
            raise UnusableAnswer(f"page {quoted(page)} was not asked about")
        if page in answers:
            raise UnusableAnswer(f"page {page} is in it twice")
        answers[page] = _answer(row, page, categories)
    if missing := sorted(set(asked).difference(answers)):
        raise UnusableAnswer(f"page {format_pages(missing)} is missing")
    return answers


def _page(row: object) -> int:
    page = row.get("page") if isinstance(row, dict) else None
    if not isinstance(page, int) or isinstance(page, bool):
        raise UnusableAnswer('an item of "pages" has no "page" that is a number')
    return page


def _answer(row: Mapping[str, Any], page: int, categories: Collection[str]) -> PageAnswer:
    document, category, reason = row.get("document"), row.get("category"), row.get("reason")
    if document not in ("start", "continue"):
        raise UnusableAnswer(
            f'page {page} has the "document" {quoted(document)}; it must be "start" or "continue"',
            told=f'page {page} has a "document" that is neither "start" nor "continue"',
        )
    if not isinstance(category, str) or category not in categories:
        raise UnusableAnswer(
            f'page {page} has the "category" {quoted(category)}, which is not in the list',
            told=f'page {page} has a "category" that is not in the list',
        )
    if not isinstance(reason, str):
        raise UnusableAnswer(f'page {page} has no "reason" that is text')
    return PageAnswer(starts=document == "start", category=category, reason=reason)


def _read(text: str) -> object:
    """The JSON in an answer."""
    if not text.strip():
        raise UnusableAnswer("it is empty")
    for candidate in _candidates(text):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    raise UnusableAnswer("it is not JSON, or was cut off")


def _candidates(text: str) -> Iterator[str]:
    """What in an answer may be its JSON, the likeliest first: all of it, a fenced block, what is in braces."""
    yield text
    said = text
    for mark in _END_OF_THINKING:
        said = said.rpartition(mark)[2]
    yield _in_braces(said[said.find(_FENCE) : said.rfind(_FENCE)])
    yield _in_braces(said)


def _in_braces(text: str) -> str:
    return text[text.find("{") : text.rfind("}") + 1]
