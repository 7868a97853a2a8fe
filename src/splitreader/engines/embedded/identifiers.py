"""Labelled identifiers of a page: invoice, account, policy, case and claim numbers, statement dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from splitreader.engines.embedded.text import caseless, letter_runs, pattern

_MOST_VALUES = 8

_WORDS_OF_KIND = {
    "invoice number": (
        "invoice|bill|facture|rechnung|rechnungs|rechn|rg|faktura|factura|factuur|nota|fattura|fatura|beleg"
    ),
    "account number": "account|acct|konto|compte|cuenta|rekening|conto|conta|iban|card",
    "customer number": (
        "customer|client|member|kunden|kunde|kd|mitglieds|debitor|debitoren|cliente|abonné|klant|klanten|debiteur"
    ),
    "policy number": "policy|certificate|policen|police|versicherungsschein|póliza|poliza|polis|polizza|apólice",
    "claim number": "claim|schaden|schadens|sinistre|siniestro|schade|sinistro",
    "case number": "case|docket|matter|cause|aktenzeichen|az|geschäftszeichen|expediente|zaak|rol|causa|processo",
    "order number": "order|po|bestell|bestellung|auftrags|auftrag|commande|pedido|bestelling|bestel|ordine|encomenda",
    "receipt number": (
        "receipt|transaction|trans|confirmation|ticket|reservation|booking|quittung|reçu|recibo|buchungs|bon|ricevuta"
    ),
    "reference": (
        "reference|ref|tracking|shipment|quote|quotation|estimate|application|loan|contract|zeichen|referenz|vorgangs|"
        "angebots|angebot|vertrags|vertrag|lieferschein|référence|dossier|contrat|devis|referencia|contrato|presupuesto|"
        "albarán|kenmerk|offerte|overeenkomst|riferimento|pratica|contratto|preventivo|referência"
    ),
    "patient number": "patient|mrn|record|chart|specimen|accession|prescription|rx|patienten|paciente|patiënt|paziente",
    "employee number": (
        "employee|emp|staff|payroll|personalnummer|personalnr|mitarbeiter|matricule|salarié|empleado|personeels|werknemers|matricola"
    ),
    "check number": "check|cheque|scheck|chèque",
}
_KIND_OF_WORD = {word: kind for kind, words in reversed(_WORDS_OF_KIND.items()) for word in words.split("|")}
_VALUE = r"(\d{1,4} [a-z]{1,4} \d{1,6}/\d\d(?:\d\d)?(?!\d)|[a-z]{0,6}[-/]?\d[\da-z./-]{1,24}(?: \d{3,4}\b){0,4})"
"""What identifies; the first form is that of a German court's cases, 12 O 345/24."""

_LABELLED = (
    r"\b([^\W\d_]++)(?:['\u2019]s)?+(?:\.?[ \t-]{0,2}+"
    r"(?:numbers?\b|num\b|no\b|nr\b|nummer\b|número\b|numéro\b|numero\b|identification\b|id\b|n\.? ?[°º]|n\.|[#:])"
    r"|(?<=nummer)|(?<=nr))"
    r"[.:#°º \t-]{0,30}+(?:(?:number|no|nr|id)\b[.:# \t]{0,4}+)?" + _VALUE
)
_NUMBER_OF = (
    r"\b(?:n\.? ?[°º]\.?|n[uú]m(?:\.|ero\b)|num[eé]ro\b|nummer\b|nr\.)\s?"
    r"(?:(?:de la|de|del|della|di|du|da|do|van de|van|der|d['\u2019])\s?)?([^\W\d_]++)[.:#°º \t-]{0,30}+" + _VALUE
)
_NUMBER_OF_MARKS = ("°", "º", "num.", "numer", "numér", "numm", "núm", "nr.")
"""One of these stands in everything that `_NUMBER_OF` finds."""

_NUMBER_ENDINGS = ("nummer", "nr")
_PERIOD_OF = "statement|billing|pay|service|reporting"
_PERIOD_CALLED = "date|period|ending"
_STATEMENT = (
    rf"(?i)\b(?:(?:{_PERIOD_OF})\s(?:{_PERIOD_CALLED})|abrechnungs(?:zeitraum|monat|periode)|"
    r"p[eé]riode(?:\sde\spaie)?(?:\sdu)?|per[ií]odo(?:\sde\s(?:liquidación|facturación))?|(?:loon|salaris)(?:periode|tijdvak))\b"
    r"[ :\t]{0,4}(\S[^\n]{4,40})"
)
_PERIOD_STEMS = (
    *(f"{word} {other}" for word in _PERIOD_OF.split("|") for other in _PERIOD_CALLED.split("|")),
    *("abrechnungs", "riode", "riodo", "ríodo", "tijdvak"),
)
"""One of these stands in everything that `_STATEMENT` finds, if its spaces are single ones."""

_SHORTEST_NUMBERISH = 5
_NUMBERISH = re.compile(r"(?<![\w/.,$€£-])[A-Za-z]{0,5}-?\d[\dA-Za-z-]{4,20}(?![\w/]|[.,]\d)")
_NO_IDENTIFIER = re.compile(r"^(?:\d{1,4}-\d{1,2}-\d{1,4}|1545-\d{4})$")
"""Dates, and the control numbers that every copy of a US tax form prints."""


def find_identifiers(text: str) -> dict[str, frozenset[str]]:
    """The labelled identifiers in a text, by kind; a kind with many values (a list of invoices) is left out."""
    found: dict[str, set[str]] = {}
    lowered = text.lower() if text.isascii() else unicodedata.normalize("NFC", text.lower())
    numbers_of = pattern(_NUMBER_OF).findall(lowered) if any(mark in lowered for mark in _NUMBER_OF_MARKS) else ()
    for word, value in (*pattern(_LABELLED).findall(_lines_naming_kinds(lowered)), *numbers_of):
        kind = _KIND_OF_WORD.get(word) or _kind_of_compound(word)
        if kind and sum(character.isdigit() for character in value) >= 2:
            found.setdefault(kind, set()).add(value.strip("-./").upper())
    for match in pattern(_STATEMENT).finditer(text) if _may_print_period(text) else ():
        if any(character.isdigit() for character in match[1]):
            found.setdefault("statement date", set()).add(" ".join(match[1].split()).casefold())
    return {kind: frozenset(values) for kind, values in found.items() if len(values) <= _MOST_VALUES}


def _lines_naming_kinds(lowered: str) -> str:
    """The lines with a word that an identifier is of: a label never runs over a line's end, and any other is no use."""
    if any(ending in lowered for ending in _NUMBER_ENDINGS):
        return lowered
    kinds = _KIND_OF_WORD.keys()
    return "\n".join(line for line in lowered.split("\n") if not kinds.isdisjoint(letter_runs(line)))


def _may_print_period(text: str) -> bool:
    """False where `_STATEMENT` can't be found, which takes a hundred times as long."""
    words = " ".join(caseless(text).split())
    return any(stem in words for stem in _PERIOD_STEMS)


def _kind_of_compound(word: str) -> str | None:
    """Rechnungsnummer, Kundennr, factuurnummer: the word before is what the number is of."""
    ending = next((ending for ending in _NUMBER_ENDINGS if word.endswith(ending)), "")
    return _KIND_OF_WORD.get(word[: -len(ending)]) if ending else None


def find_long_numbers(text: str) -> frozenset[str]:
    """Tokens with five or more characters and a digit that look like identifiers, not like dates or amounts."""
    possible = " ".join(word for word in text.split() if len(word) >= _SHORTEST_NUMBERISH and not word.isalpha())
    return frozenset(
        token
        for token in _NUMBERISH.findall(possible)
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
