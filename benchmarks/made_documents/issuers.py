"""Issuers: who makes documents of one kind, and how all of them look."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from made_documents.speaking import Speaker
from made_documents.word_files import Kind

_RUNNING = {"none": 5.0, "firm": 1.0, "title": 1.0, "titleref": 1.0, "full": 0.6}
_NUMBER_FORMS = {"total": 4.0, "slash": 1.0, "word": 1.5, "dashes": 1.0, "bare": 2.5}

_OF_DOCUMENT = (
    "me", "mystreet", "mycity", "myphone", "mysite", "mymail", "mynumber", "clerk", "today", "ref", "title",
)  # fmt: skip
"""Slots of a footer that are filled for each document; the others are the issuer's."""


@dataclass(frozen=True)
class Issuer:
    """The look of all documents from one source.

    Args:
        name: the source.
        kind: what it makes.
        facts: the firm, its address and other facts all its documents share.
        date_form: how dates are printed.
        money_form: how amounts are printed.
        number_form: how pages are numbered; "" where they aren't.
        running: what stands at the top of every page after the first.
        footer: a template for the foot of every page, or "".
        traits: the smaller habits, by name.
        width: letters in a line.
        height: lines on a page.
    """

    name: str
    kind: Kind
    facts: Mapping[str, str]
    date_form: str
    money_form: str
    number_form: str
    running: str
    footer: str
    traits: frozenset[str]
    width: int
    height: int
    _habits: dict[str, str] = field(default_factory=dict, repr=False)

    def habit(self, key: str, choices: Sequence[str]) -> str:
        """One of the choices, the same in all documents of the issuer."""
        if key not in self._habits:
            self._habits[key] = random.Random(f"{self.name} {key}").choice(choices)
        return self._habits[key]

    def does(self, trait: str) -> bool:
        """Whether the issuer has a habit."""
        return trait in self.traits


_TRAITS = {
    "numbers in head": 0.22,
    "number in running line": 0.35,
    "first page without number": 0.15,
    "number in footer line": 0.35,
    "prints foot first": 0.06,
    "columns repeat": 0.55,
    "says continued": 0.12,
    "cells apart": 0.1,
    "columns apart": 0.06,
    "wide gaps": 0.15,
    "blank lines": 0.2,
    "trailing spaces": 0.2,
    "hyphenates": 0.12,
    "letterhead at foot": 0.12,
    "letterhead in one line": 0.25,
    "short letterhead": 0.3,
    "caps": 0.55,
    "no title": 0.16,
    "title with number": 0.15,
    "title in two lines": 0.08,
    "letterhead last": 0.07,
    "parties abreast": 0.3,
    "one client": 0.3,
    "values last": 0.12,
    "labels above": 0.15,
    "values first": 0.04,
    "no labels": 0.05,
    "reference on every page": 0.15,
    "stamps": 0.04,
    "carries over": 0.25,
    "blank page after": 0.03,
    "clauses unnumbered": 0.15,
    "sections on new pages": 0.08,
    "bare signatures": 0.3,
    "details in rows": 0.3,
    "turns pages early": 0.25,
    "offset numbers": 0.04,
    "one recipe": 0.85,
}
"""Habits of issuers, and how many have each."""


def draw_issuer(kind: Kind, name: str, generator: random.Random) -> Issuer:
    """A new issuer of a kind.

    Args:
        kind: what it makes.
        name: the source; habits are drawn from it.
        generator: what everything else is drawn from.
    """
    plain = Speaker(kind.lang, generator, "DD", "#")
    facts = _firm(plain)
    layout = dict(_RUNNING)
    for choice in kind.choices.get("running", ()):
        style, weight = choice.split()
        layout[style] = float(weight)
    footers = [*plain.choices("footers"), *kind.choices.get("footers", ())]
    forms = kind.choices.get("money", plain.choices("money_forms"))
    plain.facts.update({name: f"{{{name}}}" for name in _OF_DOCUMENT})
    footer = plain.say(generator.choice(footers)) if generator.random() < kind.number("footer", 0.35) else ""
    has_numbers = generator.random() < kind.number("numbers", 0.72)
    return Issuer(
        name=name,
        kind=kind,
        facts=facts,
        date_form=generator.choice(plain.choices("date_forms")),
        money_form=generator.choice(forms),
        number_form=_weighted(_NUMBER_FORMS, generator) if has_numbers else "",
        running=_weighted(layout, generator),
        footer=footer,
        traits=frozenset(trait for trait, share in _TRAITS.items() if generator.random() < share),
        width=generator.choice((66, 74, 82, 90, 98, 106, 116)),
        height=generator.choice((36, 42, 46, 50, 54, 58, 62)),
    )


def draw_client(speaker: Speaker) -> dict[str, str]:
    """Facts about whom a document is for."""
    person = speaker.say("{person}")
    return {
        "client": person,
        "clientlast": person.split()[-1],
        "clientfirm": speaker.phrase("firm"),
        "clientstreet": speaker.phrase("street"),
        "clientcity": speaker.phrase("cityline"),
        "account": speaker.pattern(
            speaker.random.choice(("99999999", "9999-9999-99", "XX999999", "****9999", "9999 9999"))
        ),
        "ssn": speaker.phrase("taxnumber"),
        "clientborn": speaker.say("{birthday}"),
    }


def _firm(speaker: Speaker) -> dict[str, str]:
    firm = speaker.phrase("firm")
    site = "".join(letter for letter in firm.lower() if letter.isascii() and letter.isalnum())[:14]
    return {
        "me": firm,
        "mystreet": speaker.phrase("street"),
        "mycity": speaker.phrase("cityline"),
        "myphone": speaker.phrase("phone"),
        "myfax": speaker.phrase("phone"),
        "mysite": f"www.{site}.{speaker.phrase('domain')}",
        "mymail": f"{speaker.phrase('mailbox')}@{site}.{speaker.phrase('domain')}",
        "mynumber": speaker.phrase("firmnumber"),
        "mybank": speaker.phrase("bankline"),
        "clerk": speaker.say("{person}"),
        "refpattern": speaker.random.choice(
            ("99999", "999999", "9999999", "XX-9999", "99-9999", "X99999", "99999999", "999")
        ),
    }


def _weighted(weights: Mapping[str, float], generator: random.Random) -> str:
    return generator.choices(list(weights), list(weights.values()))[0]
