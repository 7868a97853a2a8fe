"""Two neighbouring pages, and what a cue says about them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from splitreader.engines.embedded.identifiers import changed_identifier, kept_identifier
from splitreader.engines.embedded.page_features import PageFeatures
from splitreader.engines.embedded.page_numbers import PrintedNumber
from splitreader.engines.embedded.text import mask, pattern
from splitreader.engines.embedded.titles import TitleHit

LATER_SECTION = (
    r"(?i)^(?:(?:article|section|clause|§|part|chapter|paragraph)\s{0,2}(?:[2-9]|1\d|[ivx]{2,5}\b)"
    r"|(?:[2-9]|[1-9]\d)(?:(?:\.\d{1,2}){1,3}[.)]?|[.)])\s+[^\W\d](?!.{0,20}\b(?:19|20)\d\d\W?$)"
    r"|\d{1,2}\.\d{1,2}(?![\d.,])\s|\([b-z]\)|\((?:[ivx]{1,4}|\d{1,2})\))"
)
"""The heading or the number of a section that isn't the first."""

LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Cue:
    """One reason for (positive) or against (negative) a new document.

    Args:
        name: which cue it is.
        log_odds: how strongly it speaks.
        sentence: for a person.
    """

    name: str
    log_odds: float
    sentence: str


@dataclass(frozen=True)
class Pair:
    """Two neighbouring pages with text, blank and unselected ones between them left out.

    Args:
        before: the first page.
        after: the second one, which may start a document.
        title: the title the second page begins with.
        title_before: that of the first.
        blank_between: whether blank pages stand between them.
        missing: how many pages between them were not selected.
    """

    before: PageFeatures
    after: PageFeatures
    title: TitleHit | None = None
    title_before: TitleHit | None = None
    blank_between: bool = False
    missing: int = 0

    @cached_property
    def is_apart(self) -> bool:
        """Pages between them were not selected, and no printed numbers say that one document goes on."""
        return self.missing > 0 and self.follower is None

    @cached_property
    def follower(self) -> PrintedNumber | None:
        """The second page's number, if it is the one after the first page's; across a gap, as far on as the page is."""
        step = self.after.page - self.before.page if self.missing else 1
        for new in self.after.numbers:
            for old in self.before.numbers:
                same_form = (new.form, new.total) == (old.form, old.total)
                # One of them may have lost its total: "Page 1 of 4", then "Page 2".
                if new.number == old.number + step and (same_form or {new.form, old.form} == {"total", "word"}):
                    return new
        return None

    @cached_property
    def changed_identifier(self) -> tuple[str, str, str] | None:
        """A kind of labelled number that changes, its old and its new value."""
        return changed_identifier(self.before.identifiers, self.after.identifiers)

    @cached_property
    def kept_identifier(self) -> tuple[str, str] | None:
        """A kind of labelled number that stays, and its value."""
        return kept_identifier(self.before.identifiers, self.after.identifiers)

    @cached_property
    def fewer_words(self) -> int:
        """How many distinct telling words the page with fewer of them has."""
        return min(len(self.before.subject_words), len(self.after.subject_words))

    @cached_property
    def shared_words(self) -> int:
        """How many distinct telling words stand on both pages."""
        return len(self.before.subject_words & self.after.subject_words)

    @cached_property
    def is_same_form(self) -> bool:
        """The same form filled in again: the same first lines and labels, other values, no number that goes on."""
        before, after = self.before, self.after
        if self.follower or self.kept_identifier or pattern(LATER_SECTION).match(after.head_lines[0]):
            return False
        heads = zip(before.masked_head[:8], after.masked_head[:8], strict=False)
        tails = zip(before.tail_lines[-3:], after.tail_lines[-3:], strict=False)
        aligned = sum(old == new for old, new in heads) + sum(mask(old) == mask(new) for old, new in tails)
        shared = len(before.labelled_lines & after.labelled_lines)
        share = shared / max(1, min(len(before.labelled_lines), len(after.labelled_lines)))
        is_table = len(before.labelled_lines) < min(12, 0.6 * before.line_count)
        if is_table or aligned < 3 or shared < 5 or share < 0.45:
            return False
        old, new = before.long_numbers, after.long_numbers
        if not (old and new):
            old, new = _lines_with_digits(before), _lines_with_digits(after)
        kept = len(old & new) / min(len(old), len(new)) if old and new else 1.0
        return kept <= (0.9 if share > 0.7 else 0.5)


def _lines_with_digits(page: PageFeatures) -> frozenset[str]:
    return frozenset(line for line, masked in zip(page.head_lines, page.masked_head, strict=True) if "#" in masked)
