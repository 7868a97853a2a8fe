"""The words of a partition key, and the words by which pages label its value."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from splitreader.engines.embedded.text import name_tokens, stem, tokens

Kind: TypeAlias = Literal["number", "date", "name", "text"]
"""What a value looks like."""


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


_NUMBER_WORDS = word_set("number no nr nbr num nummer numero id code identifier n # №")
_DATE_WORDS = word_set("date datum fecha data")
_NAME_WORDS = word_set("name nom nombre nome naam")
_TIMES = word_set("period periode periodo month day ending year")
LINKS = word_set("of the for de du des la le l d el del della dello di da do der van")
"""What may stand between the words of a label: "numéro de facture"."""

FILLERS = word_set(
    "first last full legal middle given family initial initials and address zip postal code suff suffix m mi"
    " print please or if different"
)
"""What may stand between and after the words of a label for a name: "first name and initial"."""

_IN_OTHER_WORDS = (
    "invoice|bill|facture|rechnung|factura|factuur|fattura|fatura",
    "account|acct|konto|compte|cuenta|rekening|conto|conta",
    "customer|client|kunde|kunden|cliente|klant|klanten",
    "policy|police|poliza|polizza|polis|apolice|versicherungsschein",
    "claim|schaden|sinistre|siniestro|sinistro|schade",
    "case|aktenzeichen|expediente|dossier|zaak",
    "order|purchase order|po|p o|bestell|bestellung|auftrag|commande|pedido|ordine|bestelling|bestel|encomenda",
    "receipt|quittung|beleg|recu|recibo|ricevuta",
    "contract|vertrag|contrat|contrato|contratto",
    "delivery note|lieferschein|bon de livraison|albaran|pakbon",
    "employee|emp|mitarbeiter|personal|employe|salarie|empleado|trabajador|werknemer|medewerker|dipendente",
    "patient|patienten|paciente|paziente",
    "reference|ref|referenz|referencia|referentie|riferimento",
    "tracking|sendung|suivi|seguimiento",
    "vendor|supplier|lieferant|fournisseur|proveedor|leverancier|fornitore",
    "tenant|mieter|locataire|inquilino|arrendatario|huurder",
    "account holder|accountholder|kontoinhaber|titulaire|titular|rekeninghouder",
    "medical record|mrn",
    "social security|ssn",
    "loan|darlehen|pret|prestamo|lening",
    "check|scheck",
)
_PARTIES = word_set(
    "employee patient tenant vendor supplier holder customer client borrower insured claimant applicant"
    " beneficiary landlord lessee lessor seller buyer owner student member payee payer recipient taxpayer"
    " provider doctor physician employer company guest traveler debtor creditor subscriber policyholder"
    " accountholder cardholder kunde mieter lieferant kontoinhaber fournisseur locataire proveedor inquilino"
    " leverancier huurder cliente klant"
)
_NUMBERED = word_set(
    "invoice account policy claim case order receipt contract reference tracking loan check po mrn ssn ein"
    " tin vin iban npi docket certificate booking ticket shipment quote estimate permit serial"
)
_COMPOUND = re.compile(r"(?<=\w{3})(nummer|number|numero|nr|num|no|datum|date|naam|name|id)$")


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(tokens(text))


_GROUPS = tuple(frozenset(map(_phrase, group.split("|"))) for group in _IN_OTHER_WORDS)
_KNOWN = {phrase for group in _GROUPS for phrase in group if len(phrase) == 1}


@dataclass(frozen=True, slots=True)
class KeyWords:
    """How pages label the value of a partition key.

    Args:
        kind: what its values look like.
        phrases: what has the value, in stemmed words, each way to say it: ``("invoice",)``, ``("facture",)``.
        generic: words that make it a label when they stand before or after a phrase: "number", "no", "#".
        first_words: with which a label can begin.
    """

    kind: Kind
    phrases: frozenset[tuple[str, ...]]
    generic: frozenset[str]
    first_words: frozenset[str]


def read_key(key: str) -> KeyWords:
    """The words of a partition key as a user writes it."""
    known = frozenset(word for (word,) in _KNOWN)
    words = [part for word in name_tokens(key) for part in split_compound(word, known)]
    if "#" in key:
        words.append("#")
    kind, generic = _kind(words)
    subject = tuple(word for word in words if word not in generic and word not in LINKS)
    if not subject and not generic:
        subject = tuple(words)
    same = [group for group in _GROUPS if subject in group]
    phrases = frozenset({subject}).union(*same)
    return KeyWords(kind, phrases, generic, generic.union(phrase[0] for phrase in phrases if phrase))


def _kind(words: list[str]) -> tuple[Kind, frozenset[str]]:
    if _NUMBER_WORDS.intersection(words):
        return "number", _NUMBER_WORDS
    if _DATE_WORDS.intersection(words):
        return "date", _DATE_WORDS
    if _TIMES.intersection(words):
        return "date", frozenset()
    if _NAME_WORDS.intersection(words) or (words[-1:] and words[-1] in _PARTIES):
        return "name", _NAME_WORDS
    if words[-1:] and words[-1] in _NUMBERED:
        return "number", _NUMBER_WORDS
    return "text", frozenset()


def split_compound(word: str, subjects: Collection[str]) -> tuple[str, ...]:
    """``rechnungsnummer`` as ``rechnung`` and ``nummer``, where the first is one of the subjects."""
    if (match := _COMPOUND.search(word)) and (subject := stem(word[: match.start()])) in subjects:
        return subject, match[1]
    return (word,)
