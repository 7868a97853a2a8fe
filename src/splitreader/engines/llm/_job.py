"""One packet: what the embedded engine read of it, the questions about it, and what the answers make of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from splitreader._config import SplitConfig
from splitreader._pages import PageText, format_pages
from splitreader.engines._protocol import EngineAnswer, ProposedSegment
from splitreader.engines.embedded.learned import Learned
from splitreader.engines.embedded.reading import PageReader
from splitreader.engines.embedded.segments import propose_segments
from splitreader.engines.embedded.text import quote
from splitreader.engines.llm._asking import Asked, Question
from splitreader.engines.llm._prompt import Frame, ShownPage, Trim
from splitreader.engines.llm._unsure import unsure_positions
from splitreader.engines.llm._votes import Vote, leading, with_votes
from splitreader.engines.llm._windows import Window, around, context_of, overlapping

logger = logging.getLogger("splitreader.engines")

Mode: TypeAlias = Literal["full", "uncertain"]

CONTEXT_SHARE = 4
"""Of pages that are only context so many times less is sent: their first and last lines are what counts."""


@dataclass(frozen=True)
class Asks:
    """How to ask.

    Args:
        mode: about all pages, or only where the embedded engine is unsure.
        window: pages of a question.
        overlap: pages that neighbouring questions share.
        trim: how much of a page is sent.
        frame: of the questions.
    """

    mode: Mode
    window: int
    overlap: int
    trim: Trim
    frame: Frame


@dataclass(frozen=True)
class Job:
    """A packet that was read.

    Args:
        name: of the packet.
        config: the categories and rules.
        frame: of the questions.
        reader: what the embedded engine read.
        windows: to ask about.
        questions: one a window.
    """

    name: str
    config: SplitConfig
    frame: Frame
    reader: PageReader
    windows: tuple[Window, ...]
    questions: tuple[Question, ...]

    def answer(self, asked: Asked, extra_usage: Mapping[str, Any]) -> EngineAnswer:
        """Decode the pages with the votes on them.

        Args:
            asked: what the model said.
            extra_usage: beside what the questions used.
        """
        votes = self._votes(asked)
        pages = self.reader.read_pages
        pages[:] = [
            with_votes(page, votes.get(position, ()), self.frame.categories) for position, page in enumerate(pages)
        ]
        of_page = {pages[position].page: items for position, items in votes.items()}
        notes = self._notes({**asked.failed, **asked.unasked}, of_page)
        segments = propose_segments(self.reader, self.config)
        if notes:
            pages_without = sorted({page for pages in notes.values() for page in pages})
            logger.warning(
                "%s: the model has no say on pages %s; the embedded scores decide there, and the evidence says why",
                self.name,
                format_pages(pages_without),
            )
        usage = {**extra_usage, **asked.meter.report(), **self._page_usage(asked, of_page)}
        return EngineAnswer(segments=[_explained(segment, of_page, notes) for segment in segments], usage=usage)

    def _votes(self, asked: Asked) -> dict[int, list[Vote]]:
        """The votes on each position."""
        pages = self.reader.read_pages
        votes: dict[int, list[Vote]] = {}
        for index, window in enumerate(self.windows):
            answers = asked.answers.get(index)
            if answers is None:
                continue
            for position in window.asked:
                before, after = context_of(position, window)
                vote = Vote(answers[pages[position].page], before, after)
                votes.setdefault(position, []).append(vote)
        return votes

    def _notes(self, reasons: Mapping[int, str], voted: Mapping[int, object]) -> dict[str, frozenset[int]]:
        """Why pages have no vote, and which."""
        notes: dict[str, frozenset[int]] = {}
        for window in sorted(reasons):
            pages = frozenset(page for page in self.questions[window].pages if page not in voted)
            if pages:
                notes[reasons[window]] = notes.get(reasons[window], frozenset()) | pages
        return notes

    def _page_usage(self, asked: Asked, voted: Mapping[int, object]) -> dict[str, str]:
        fields = {}
        if voted:
            fields["answered_pages"] = format_pages(sorted(voted))
        for name, windows in (("fallback_pages", asked.failed), ("unasked_pages", asked.unasked)):
            pages = {page for window in windows for page in self.questions[window].pages if page not in voted}
            if pages:
                fields[name] = format_pages(sorted(pages))
        return fields


def read_job(name: str, pages: Iterable[PageText], config: SplitConfig, asks: Asks, learned: Learned | None) -> Job:
    """Read a packet, page by page, and work out what to ask. Of the texts only what is sent is kept."""
    reader = PageReader(config) if learned is None else PageReader(config, learned.weights, learned.prototypes)
    context = Trim(asks.trim.head // CONTEXT_SHARE, asks.trim.tail // CONTEXT_SHARE)
    texts: list[tuple[str, str]] = []
    for page in pages:
        reader.read(page)
        if len(reader.read_pages) > len(texts):
            texts.append((asks.trim.of(page.text), context.of(page.text)))
    if asks.mode == "full":
        windows = overlapping(len(texts), size=asks.window, overlap=asks.overlap)
    else:
        windows = around(unsure_positions(reader) if texts else [], size=asks.window)
    numbers = [page.page for page in reader.read_pages]
    questions = []
    for index, window in enumerate(windows):
        asked = frozenset(window.asked)
        shown = [
            ShownPage(numbers[position], texts[position][0 if position in asked else 1], position in asked)
            for position in window.shown
        ]
        questions.append(
            Question(
                window=index,
                pages=tuple(numbers[position] for position in window.asked),
                messages=asks.frame.question(shown),
                schema=asks.frame.schema,
                categories=asks.frame.categories,
            )
        )
    return Job(name, config, asks.frame, reader, tuple(windows), tuple(questions))


def _explained(
    segment: ProposedSegment, votes: Mapping[int, list[Vote]], notes: Mapping[str, frozenset[int]]
) -> ProposedSegment:
    """The segment with what the model said of its first page, and where it said nothing that counts."""
    evidence = list(segment.evidence)
    first = segment.pages[0]
    if first in votes:
        said = leading(votes[first])
        what = "starts" if said.starts else "continues"
        evidence.append(
            f"the model says that page {first} {what} a document of {quote(said.category)}: {quote(said.reason)}"
        )
    for reason, pages in notes.items():
        if touched := sorted(pages.intersection(segment.pages)):
            evidence.append(f"the embedded scores decide on pages {format_pages(touched)}: {reason}")
    return replace(segment, evidence=tuple(evidence))
