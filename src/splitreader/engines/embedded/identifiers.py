"""Labelled identifiers of a page: invoice, account, policy, case and claim numbers, statement dates."""

from __future__ import annotations

import re
from collections.abc import Mapping

_MOST_VALUES = 8

_WORDS_OF_KIND = {
    "invoice number": "invoice|facture|rechnung|rechnungs|factura|fattura|fatura|bill",
    "account number": "account|acct|konto|compte|cuenta|iban|card",
    "customer number": "customer|client|member|kunden",
    "policy number": "policy|certificate",
    "claim number": "claim",
    "case number": "case|docket|matter|cause",
    "order number": "order|po",
    "receipt number": "receipt|transaction|confirmation|ticket|reservation|booking",
    "reference": "reference|ref|tracking|shipment|quote|quotation|estimate|application|loan|contract",
    "patient number": "patient|mrn|record|chart|specimen|accession|prescription|rx",
    "employee number": "employee|emp|staff|payroll",
    "check number": "check|cheque",
}
_KIND_OF_WORD = {word: kind for kind, words in _WORDS_OF_KIND.items() for word in words.split("|")}
_LABELLED = re.compile(
    r"\b([^\W\d_]++)(?:['\u2019]s)?+[ \t-]{0,2}+"
    r"(?:numbers?\b|num\b|no\b|nr\b|nummer\b|identification\b|id\b|n[°º]|[#:])"
    r"[.:#°º \t-]{0,6}+(?:(?:number|no|id)\b[.:# \t]{0,4}+)?"
    r"([a-z]{0,6}[-/]?\d[\da-z./-]{1,24}(?: \d{3,4}\b){0,4})"
)
_STATEMENT = re.compile(
    r"\b(?:statement|billing|pay|service|reporting)\s(?:date|period|ending)\b[ :\t]{0,4}(\S[^\n]{4,40})", re.IGNORECASE
)
_NUMBERISH = re.compile(r"(?<![\w/.,$€£-])[A-Za-z]{0,5}-?\d[\dA-Za-z-]{4,20}(?![\w/]|[.,]\d)")
_NO_IDENTIFIER = re.compile(r"^(?:\d{1,4}-\d{1,2}-\d{1,4}|1545-\d{4})$")
"""Dates, and the control numbers that every copy of a US tax form prints."""


def find_identifiers(text: str) -> dict[str, frozenset[str]]:
    """The labelled identifiers in a text, by kind; a kind with many values (a list of invoices) is left out."""
    found: dict[str, set[str]] = {}
    for word, value in _LABELLED.findall(text.lower()):
        kind = _KIND_OF_WORD.get(word)
        if kind and sum(character.isdigit() for character in value) >= 2:
            found.setdefault(kind, set()).add(value.strip("-./").upper())
    for match in _STATEMENT.finditer(text):
        if any(character.isdigit() for character in match[1]):
            found.setdefault("statement date", set()).add(" ".join(match[1].split()).casefold())
    return {kind: frozenset(values) for kind, values in found.items() if len(values) <= _MOST_VALUES}


def find_long_numbers(text: str) -> frozenset[str]:
    """Tokens with five or more characters and a digit that look like identifiers, not like dates or amounts."""
    return frozenset(
        token
        for token in _NUMBERISH.findall(text)
        if sum(character.isdigit() for character in token) >= 4 and not _NO_IDENTIFIER.match(token)
    )


def changed_identifier(
    before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]
) -> tuple[str, str, str] | None:
    """The first kind of identifier whose values differ altogether, with an old and a new value."""
    for kind in (*_WORDS_OF_KIND, "statement date"):
        old, new = before.get(kind), after.get(kind)
        if old and new and not old & new:
            return kind, min(old), min(new)
    return None


def kept_identifier(
    before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]
) -> tuple[str, str] | None:
    """The first kind of identifier that both pages print with the same value."""
    for kind, values in before.items():
        if same := values & after.get(kind, frozenset()):
            return kind, min(same)
    return None
