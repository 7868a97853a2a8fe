"""Says phrases of a language: fills slots with names, dates, amounts and other phrases."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable
from datetime import timedelta
from functools import cache

from made_documents.word_files import Choices, phrases

_SLOT = re.compile(r"\{([^}]+)\}")
_MARKS = {"en": (",", "."), "de": (".", ","), "fr": (" ", ","), "es": (".", ","), "nl": (".", ",")}
_DATE = re.compile(r"YYYY|YY|MMMM|MMM|MM|DD|D")
_TOPIC_SIZE = 6
_PERSONS = ("{first} {last}", "{first} {last}", "{first} {initial}. {last}")


@cache
def _parsed(template: str) -> tuple[tuple[str, str], ...]:
    """Pairs of text and the slot behind it."""
    pieces = _SLOT.split(template)
    return tuple((pieces[at], pieces[at + 1] if at + 1 < len(pieces) else "") for at in range(0, len(pieces), 2))


class Speaker:
    """Fills the slots of templates for one document.

    A slot is, in this order: a fact of the document, a pattern (``#XX-9999``), a value such as ``date``, a phrase of
    the language. A capital makes what it says begin with a capital. Of phrases that begin with ``t_``, the topics, a
    document uses a few only; those that end in ``_sentence`` are used up before one comes twice.

    Args:
        lang: the language.
        generator: what it draws from.
        date_form: how dates are printed, ``DD.MM.YYYY``.
        money_form: how amounts are printed, ``$#``.
    """

    def __init__(self, lang: str, generator: random.Random, date_form: str, money_form: str) -> None:
        self.lang = lang
        self.random = generator
        self.facts: dict[str, str] = {}
        self.day = dt.date(2012, 1, 3) + timedelta(days=generator.randrange(4700))
        self._choices: Choices = phrases(lang)
        self._date_form = date_form
        self._money_form = money_form
        self._left: dict[str, list[str]] = {}
        self._entry = self.day - timedelta(days=31)
        self._values: dict[str, Callable[[], str]] = {
            "date": lambda: self.date(self.day + timedelta(days=generator.randint(-40, 60))),
            "today": lambda: self.date(self.day),
            "later": lambda: self.date(self.day + timedelta(days=generator.choice((7, 10, 14, 30, 30, 45)))),
            "earlier": lambda: self.date(self.day - timedelta(days=generator.choice((3, 14, 30, 31)))),
            "birthday": lambda: self.date(self.day - timedelta(days=generator.randint(6000, 30000))),
            "entry": self._next_entry,
            "month": lambda: self._month(self.day),
            "year": lambda: str(self.day.year),
            "yearbefore": lambda: str(self.day.year - 1),
            "anyyear": lambda: str(self.day.year - generator.randint(1, 18)),
            "n": lambda: str(generator.randint(2, 12)),
            "nn": lambda: str(generator.randint(10, 480)),
            "qty": lambda: str(generator.choice((1, 1, 1, 2, 2, 3, 4, 5, 6, 10, 12, 20, 25, 48, 100))),
            "pct": lambda: self.decimal(generator.uniform(0.5, 48), generator.choice((0, 1, 1, 2))) + "%",
            "dec": lambda: self.decimal(generator.uniform(0.2, 180), generator.choice((1, 1, 2))),
            "cents": lambda: self.decimal(generator.uniform(0.8, 60), 2),
            "small": lambda: self.money(generator.uniform(1.5, 95)),
            "money": lambda: self.money(10 ** generator.uniform(1.2, 3.9)),
            "big": lambda: self.money(10 ** generator.uniform(3.8, 6.3)),
            "amount": lambda: self.decimal(10 ** generator.uniform(0.8, 4.2), 2),
            "thousands": lambda: self.decimal(10 ** generator.uniform(2, 5.5), 0),
            "time": lambda: f"{generator.randint(7, 20)}:{generator.randrange(0, 60, 5):02d}",
            "person": lambda: self.say(
                generator.choice(("{first} {last}", "{first} {last}", "{first} {initial}. {last}"))
            ),
            "initial": lambda: generator.choice("ABCDEFGHJKLMNPRSTW"),
        }

    def say(self, template: str) -> str:
        """The template with its slots filled."""
        if "{" not in template:
            return template
        said = []
        for text, slot in _parsed(template):
            said.append(text)
            if slot:
                said.append(self._fill(slot))
        return "".join(said)

    def phrase(self, name: str) -> str:
        """One of the phrases of a name, filled."""
        return self.say(self._choose(name))

    def choices(self, name: str) -> tuple[str, ...]:
        """All phrases of a name, as they stand."""
        return self._choices[name]

    def date(self, day: dt.date) -> str:
        """A day as this document prints it."""
        month = self._choices["months"][day.month - 1]
        return _DATE.sub(lambda match: _date_part(match[0], day, month), self._date_form)

    def money(self, value: float) -> str:
        """An amount as this document prints it."""
        return self._money_form.replace("#", self.decimal(value, 2))

    def decimal(self, value: float, places: int) -> str:
        """A number with the marks of the language."""
        thousands, point = _MARKS[self.lang]
        return f"{value:,.{places}f}".replace(",", "\0").replace(".", point).replace("\0", thousands)

    def pattern(self, pattern: str) -> str:
        """A pattern with a digit for every 9 and a letter for every X."""
        digits, letters = "0123456789", "ABCDEFGHJKLMNPRSTUVWXYZ"
        draw = self.random.choice
        return "".join(draw(digits) if sign == "9" else draw(letters) if sign == "X" else sign for sign in pattern)

    def _fill(self, slot: str) -> str:
        name = slot.lower()
        if name in self.facts:
            said = self.facts[name]
        elif slot[0] == "#":
            return self.pattern(slot[1:])
        elif name in self._values:
            said = self._values[name]()
        else:
            said = self.say(self._choose(name))
        return said[:1].upper() + said[1:] if slot[0].isupper() else said

    def _choose(self, name: str) -> str:
        choices = self._choices[name]
        if name.startswith("t_"):
            if name not in self._left:
                size = 2 if name == "t_party" else _TOPIC_SIZE
                self._left[name] = self.random.sample(choices, min(size, len(choices)))
            return self.random.choice(self._left[name])
        if name.endswith("_sentence"):
            left = self._left.get(name)
            if not left:
                left = self._left[name] = self.random.sample(choices, len(choices))
            return left.pop()
        return choices[int(self.random.random() * len(choices))]

    def _next_entry(self) -> str:
        self._entry += timedelta(days=self.random.choice((0, 0, 0, 1, 1, 2)))
        return self.date(self._entry)

    def _month(self, day: dt.date) -> str:
        return f"{self._choices['months'][day.month - 1]} {day.year}"


def _date_part(part: str, day: dt.date, month: str) -> str:
    if part == "DD":
        return f"{day.day:02d}"
    if part == "MM":
        return f"{day.month:02d}"
    if part == "YYYY":
        return str(day.year)
    if part.startswith("M"):
        return month[: len(part)] if part == "MMM" else month
    return str(day.day) if part == "D" else f"{day.year % 100:02d}"
