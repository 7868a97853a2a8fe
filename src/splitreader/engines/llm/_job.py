"""One packet: what the embedded engine read of it, the questions about it, and what the answers make of it."""

from __future__ import annotations

import logging
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from splitreader._config import SplitConfig
from splitreader._errors import PacketError, WorkerError
from splitreader._pages import format_pages
from splitreader.engines._protocol import EngineAnswer, ProposedSegment
from splitreader.engines.embedded.reading import PageReader, ReadPage
from splitreader.engines.embedded.segments import propose_segments
from splitreader.engines.embedded.text import quote
from splitreader.engines.llm._asking import Asked, Question
from splitreader.engines.llm._prompt import Frame
from splitreader.engines.llm._seen import after_picture
from splitreader.engines.llm._votes import Vote, is_disputed, leading, with_votes
from splitreader.engines.llm._windows import Window, context_of

logger = logging.getLogger("splitreader.engines")


@dataclass(frozen=True)
class Job:
    """A packet that was read.

    Args:
        name: of the packet.
        config: the categories and rules.
        frame: of the questions.
        reader: what the embedded engine read.
        pages: what may be asked about: the pages with text and, where pictures are sent, those without.
        windows: to ask about; positions are those of `pages`.
        questions: one a window.
    """

    name: str
    config: SplitConfig
    frame: Frame
    reader: PageReader
    pages: tuple[ReadPage, ...]
    windows: tuple[Window, ...]
    questions: tuple[Question, ...]

    def answer(
        self, asked: Asked, extra_usage: Mapping[str, Any], undrawn: Mapping[int, PacketError] | None = None
    ) -> EngineAnswer:
        """Decode the pages with the votes on them.

        Args:
            asked: what the model said.
            extra_usage: beside what the questions used.
            undrawn: pages whose picture could not be had, and why.
        """
        undrawn = undrawn or {}
        votes = self._votes(asked, undrawn)
        voted = copy(self.reader)
        voted.read_pages = self._with_votes(votes)
        of_page = {self.pages[position].page: items for position, items in votes.items()}
        fallen, unasked = (self._without_vote(reasons, of_page) for reasons in (asked.failed, asked.unasked))
        notes = [
            *_notes(asked.failed, fallen, of_page),
            *_notes(asked.unasked, unasked, of_page),
            *self._picture_notes(undrawn),
        ]
        segments = propose_segments(voted, self.config)
        if pages_without := sorted({page for without in (*fallen.values(), *unasked.values()) for page in without}):
            logger.warning(
                "%s: the model has no say on pages %s; the embedded scores decide there, and the evidence says why",
                self.name,
                format_pages(pages_without),
            )
        usage: dict[str, Any] = {**extra_usage, **asked.meter.report()}
        for name, pages in (
            ("answered_pages", of_page),
            ("fallback_pages", frozenset().union(*fallen.values())),
            ("unasked_pages", frozenset().union(*unasked.values())),
            ("undrawn_pages", undrawn),
        ):
            if pages:
                usage[name] = format_pages(sorted(pages))
        if asked.failed:
            usage["failed_windows"] = len(asked.failed)
        return EngineAnswer(
            segments=[_explained(segment, of_page, notes) for segment in segments],
            usage=usage,
            is_final=not asked.failed and not any(isinstance(error, WorkerError) for error in undrawn.values()),
        )

    def _with_text(self) -> frozenset[int]:
        return frozenset(page.page for page in self.reader.read_pages)

    def _votes(self, asked: Asked, undrawn: Container[int]) -> dict[int, list[Vote]]:
        """The votes on each position; none on a page that the model was shown neither as text nor as picture."""
        with_text = self._with_text()
        votes: dict[int, list[Vote]] = {}
        for index, window in enumerate(self.windows):
            answers = asked.answers.get(index)
            if answers is None:
                continue
            for position in window.asked:
                page = self.pages[position].page
                if page in with_text or page not in undrawn:
                    before, after = context_of(position, window)
                    votes.setdefault(position, []).append(Vote(answers[page], before, after))
        return votes

    def _with_votes(self, votes: Mapping[int, Sequence[Vote]]) -> list[ReadPage]:
        """The pages to decode. What nobody could read is left out, as a blank page."""
        with_text = self._with_text()
        read: list[ReadPage] = []
        for position, item in enumerate(self.pages):
            page = item
            if page.page in with_text:
                if read and read[-1].page not in with_text:
                    page = after_picture(page, read[-1].page, self.reader)
            elif position not in votes:
                continue
            read.append(with_votes(page, votes.get(position, ()), self.frame.categories))
        return read

    def _without_vote(self, windows: Iterable[int], voted: Mapping[int, Sequence[Vote]]) -> dict[int, frozenset[int]]:
        """Of each of these windows the pages that have no vote on their start. The packet's first one needs none."""
        first = self.pages[0].page if self.pages else 0
        without = {}
        for window in sorted(windows):
            without[window] = frozenset(
                page
                for page in self.questions[window].pages
                if page not in voted or (page != first and not any(vote.start_weight for vote in voted[page]))
            )
        return without

    def _picture_notes(self, undrawn: Mapping[int, PacketError]) -> Iterator[Note]:
        with_text = self._with_text()
        kinds = sorted({type(error).__name__ for error in undrawn.values()})
        for kind in kinds:
            pages = frozenset(page for page, error in undrawn.items() if type(error).__name__ == kind)
            yield Note(f"no picture could be made ({kind}), so the model saw only the text of", pages & with_text)
            yield Note(f"no picture could be made ({kind}), and there is no text, of", pages - with_text)


@dataclass(frozen=True)
class Note:
    """What is to be said of pages that the model has no full say on.

    Args:
        what: a sentence up to the pages.
        pages: that it is about.
        why: ends it.
    """

    what: str
    pages: frozenset[int]
    why: str = ""

    def of(self, pages: Iterable[int]) -> str | None:
        """The sentence for some pages; None where it is about none of them."""
        touched = sorted(self.pages.intersection(pages))
        return f"{self.what} pages {format_pages(touched)}{self.why and f': {self.why}'}" if touched else None


def _notes(
    reasons: Mapping[int, str], without: Mapping[int, frozenset[int]], voted: Mapping[int, object]
) -> Iterator[Note]:
    """For each reason why pages have no vote, or none on their start."""
    for why in dict.fromkeys(reasons[window] for window in without):
        pages = frozenset[int]().union(*(without[window] for window in without if reasons[window] == why))
        yield Note("the embedded scores decide on", pages.difference(voted), why)
        yield Note("the embedded scores decide whether a document starts on", pages.intersection(voted), why)


def _explained(segment: ProposedSegment, votes: Mapping[int, Sequence[Vote]], notes: Sequence[Note]) -> ProposedSegment:
    """The segment with what the model said of its first page, and where it said nothing that counts."""
    evidence = list(segment.evidence)
    first = segment.pages[0]
    if first in votes:
        evidence.append(_said(first, votes[first]))
    evidence.extend(sentence for note in notes if (sentence := note.of(segment.pages)))
    return replace(segment, evidence=tuple(evidence))


def _said(page: int, votes: Sequence[Vote]) -> str:
    """What the model said of a page, without what it could not know."""
    vote = leading(votes)
    said = vote.answer
    category, reason = quote(said.category), quote(said.reason)
    if not vote.start_weight:
        return f"the model takes page {page} for {category}: {reason}"
    other = "; another window says otherwise" if is_disputed(votes) else ""
    verb = "starts" if said.starts else "continues"
    return f"the model says that page {page} {verb} a document of {category}: {reason}{other}"
