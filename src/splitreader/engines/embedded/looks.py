"""Small observations on a page break. None decides alone; `weights.json` says how much each counts."""

from __future__ import annotations

import re

from splitreader.engines.embedded.page_features import PageFeatures
from splitreader.engines.embedded.page_pair import Pair
from splitreader.engines.embedded.text import pattern

SPEAKING: dict[str, str] = {
    "new date": "begins with a date that the page before does not begin with",
    "new sender": "begins with the name of an organization",
    "new contact": "begins with an e-mail or web address",
    "front matter": "begins with an abstract, a summary or a table of contents",
    "short first lines": "begins with short lines, as a first page does",
    "much longer": "is full, and the page before is not",
    "no shared words": "shares hardly a word with the page before",
    "other numbers": "shares no number with the page before",
    "other line length": "has lines of another length than the page before",
    "other accents": "has accents, unlike the page before, or has none",
}
"""Looks that may speak for a new document, as the end of a sentence about the page."""

# The expressions below are for lines as `caseless` gives them: without IGNORECASE they take half the time.
_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|juin|juil|août|déc|ene|abr|ago|dic|mei|okt|gen|mag|giu|lug"
)
_DATE = (
    rf"\b(?:{_MONTHS})[^\W\d_]{{0,8}}\.?\s+(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?(?:19|20)\d\d\b"
    rf"|\b\d{{1,2}}\.?\s+(?:de\s+)?(?:{_MONTHS})[^\W\d_]{{0,8}}\.?\s+(?:de\s+)?(?:19|20)\d\d\b"
    r"|\b\d{1,4}[/.\-]\d{1,2}[/.\-]\d{2,4}\b"
)
_ORGANIZATION = (
    r"\b(?:inc|llc|ltd|llp|corp|corporation|company|co|gmbh|ag|sarl|s\.a|b\.v|s\.l|plc|bhd|university|institute|"
    r"department|ministry|agency|court|bank|hospital|clinic|association|foundation|council|commission)\b"
)
_FRONT = re.compile(
    r"^(?:abstract|(?:executive )?summary|(?:table of )?contents|(?:1\.?\s)?introduction|preface|zusammenfassung|"
    r"inhalt|résumé|sommaire|resumen|índice|samenvatting|inhoud)\b"
)
_CONTACT = re.compile(r"\S@\S+\.\w|www\.|https?://")
_CONTACT_MARKS = ("@", "www.", "http")
"""One of these stands in everything that `_CONTACT` finds."""

_SHARES = (0.05, 0.10, 0.15, 0.22, 0.32, 0.50)
_SHARE_NAMES = (
    "no shared words",
    "few shared words",
    "some shared words",
    "shared words",
    "more shared words",
    "many shared words",
    "most words shared",
)
_FEWEST_WORDS = 8
_FEWEST_LETTERS = 8


def looks_of(pair: Pair) -> frozenset[str]:
    """The names of the observations that hold for a pair of pages."""
    before, after = pair.before, pair.after
    seen = {name for name, holds in _heads(before, after).items() if holds}
    seen.update(name for name, holds in _edges(before, after).items() if holds)
    if share := _share(pair):
        seen.add(share)
    if running := _running_number(before, after):
        seen.add(running)
    return frozenset(seen)


def _heads(before: PageFeatures, after: PageFeatures) -> dict[str, bool]:
    """How the page begins, and with what that the page before does not begin with."""
    old = frozenset(before.head_letters)
    heads = zip(after.head_letters[:8], after.masked_head, after.caseless_head, strict=False)
    new = [(masked, line) for letters, masked, line in heads if letters not in old]
    first, first_letters = after.head_lines[0], after.head_letters[0]
    return {
        "new date": any("#" in masked and pattern(_DATE).search(line) for masked, line in new),
        "new sender": any(pattern(_ORGANIZATION).search(line) for _, line in new[:5]),
        "new contact": any(_has_contact(line) for _, line in new),
        "front matter": any(_FRONT.match(line) for _, line in new),
        "short first lines": sum(len(line) < 60 for line in after.head_lines[:5]) >= 4,
        "long first line": len(first) > 75,
        "small first letter": first[:1].islower(),
        "first a number": first[:1].isdigit(),
        "first a mark": not first[:1].isalnum(),
        "same first line": len(first_letters) >= _FEWEST_LETTERS and first_letters in old,
    }


def _edges(before: PageFeatures, after: PageFeatures) -> dict[str, bool]:
    """How the page before ends, how full both are, and what their edges share."""
    last = before.tail_lines[-1] if before.tail_lines else " "
    old, new = before.edge_lines, after.edge_lines
    widths = sorted(page.length / max(1, page.line_count) for page in (before, after))
    old_numbers, new_numbers = before.long_numbers, after.long_numbers
    return {
        "ends inside": len(last) > 60 and last[-1] not in ".!?:;",
        "ends with a stop": last[-1] in ".!?",
        "short before": before.length < 700,
        "much longer": before.length < 0.45 * after.length,
        "edges shared": not old.isdisjoint(new),
        "edges differ": bool(old and new) and old.isdisjoint(new),
        "shared numbers": not old_numbers.isdisjoint(new_numbers),
        "other numbers": bool(old_numbers and new_numbers) and old_numbers.isdisjoint(new_numbers),
        "other line length": widths[1] > 1.8 * max(1.0, widths[0]),
        "other accents": before.has_accents != after.has_accents,
    }


def _share(pair: Pair) -> str:
    """How many of their words two pages share, in steps; empty where a page has too few to tell."""
    if pair.fewer_words < _FEWEST_WORDS:
        return ""
    share = pair.shared_words / pair.fewer_words
    return _SHARE_NAMES[sum(share >= step for step in _SHARES)]


def _running_number(before: PageFeatures, after: PageFeatures) -> str:
    """Whether a number at an edge of the page is one more than one on the page before, in the same line or another.

    Running heads swap sides from page to page: "4 USER MANUAL", then "USER MANUAL 5".
    """
    old = before.edge_numbers
    found = [rest == other for number, rest in after.edge_numbers for one, other in old if 1 < number == one + 1]
    if not found:
        return ""
    return "running number in its line" if any(found) else "running number"


def _has_contact(line: str) -> bool:
    return any(mark in line for mark in _CONTACT_MARKS) and _CONTACT.search(line) is not None
