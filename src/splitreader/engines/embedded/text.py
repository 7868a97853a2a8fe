"""Text as the engine looks at it: the ends of a page, its words, and quotes that are safe to show."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from splitreader.engines.embedded.languages import FUNCTION_WORDS, PLURALS

HEAD_CHARACTERS = 4_000
"""Of a longer page only this much of its beginning is looked at, so a hostile page costs no more than a full one."""

TAIL_CHARACTERS = 1_000
"""And this much of its end."""

QUOTE_CHARACTERS = 80
"""The most of a page's text that evidence quotes."""

_WORD = re.compile(r"[^\W_]+")
_LETTER_DIGIT = re.compile(r"-(?<=\b[a-z]-)(?=\d)")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[0-9])(?=[A-Z][a-z])|(?<=\d{3})(?=[A-Za-z])|(?<=[A-Za-z])(?=\d{3})")
_SPLIT_CODE = re.compile(r"(?<![A-Za-z0-9])([A-Za-z])[-_ ](\d{1,2})(?![A-Za-z0-9])")
_COMBINING = re.compile("[\u0300-\u036f]+")
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_ASCII = "".join(map(chr, range(128)))
_ASCII_WORDS = "".join(character if character.isalnum() else " " for character in _ASCII)
_ASCII_LETTERS = "".join(character if character.isalpha() else " " for character in _ASCII)
_CASELESS = {ord("\u0130"): "i", ord("\u0131"): "i", ord("\u017f"): "s"}
"""What `re.IGNORECASE` takes for a Latin letter and `str.lower` doesn't; it does for the Kelvin sign."""

_PLURAL_ENDINGS = tuple(PLURALS)
_VARIANTS = {"licence": "license", "cheque": "check", "payslip": "paystub", "organisation": "organization"}


@cache
def pattern(expression: str) -> re.Pattern[str]:
    """A long expression compiled when first used, so that importing the package takes no time for it."""
    return re.compile(expression)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A folded word without its plural ending; spelling variants become one."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word[-1] == "s" and (word[-2] not in "aisu" or _is_plural_of_a(word)):
        word = word[:-1]
    elif word.endswith(_PLURAL_ENDINGS):
        ending = max((ending for ending in _PLURAL_ENDINGS if word.endswith(ending)), key=len)
        word = word[: -len(ending)] + PLURALS[ending]
    return _VARIANTS.get(word, word)


def _is_plural_of_a(word: str) -> bool:
    """Facturas, polizas, agendas; not gas, Texas, whereas."""
    return len(word) > 6 and word[-2] == "a" and word[-3] != "e"


def fold(text: str) -> str:
    """Case and accents removed, so that RÉSUMÉ, résumé and resume are one."""
    folded = text.casefold()
    if not folded.isascii():
        folded = _COMBINING.sub("", unicodedata.normalize("NFKD", folded))
    return folded


def caseless(text: str) -> str:
    """A text in which a lower-case Latin pattern finds what it would find in `text` with `re.IGNORECASE`, sooner."""
    return text.lower() if text.isascii() else text.translate(_CASELESS).lower()


def letter_runs(text: str) -> list[str]:
    """The runs of letters in a text, in order."""
    return text.translate(_ASCII_LETTERS).split() if text.isascii() else _LETTERS.findall(text)


def tokens(text: str) -> list[str]:
    """The stemmed words of a text in order; ``W-2`` is one word, ``1099-NEC`` two."""
    folded = fold(text).replace("'s ", " ").replace("\u2019s ", " ")
    if "-" in folded:
        folded = _LETTER_DIGIT.sub("", folded)
    words = folded.translate(_ASCII_WORDS).split() if folded.isascii() else _WORD.findall(folded)
    return list(map(stem, words))


STOP_WORDS = frozenset(word for words in FUNCTION_WORDS.values() for word in tokens(words))
"""Words that say nothing about a document's kind or subject, as `tokens` gives them, in any of the languages."""


def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a category's name, however it is written: ``BankStatement``, ``bank_statement``, ``1099_nec``."""
    joined = _SPLIT_CODE.sub(r"\1\2", name)
    return tuple(tokens(_CAMEL.sub(" ", joined).replace("_", " ")))


def label(text: str) -> tuple[str, ...]:
    """A label such as ``From:`` as a word of its own, so that it is not the stop word "from"."""
    return (text.rstrip(": ").casefold() + ":",)


def ends_of_page(text: str) -> tuple[str, str]:
    """The beginning and the end of a page's text; they are the same text where the page is short."""
    stripped = text.strip()
    if len(stripped) <= HEAD_CHARACTERS:
        return stripped, stripped[-TAIL_CHARACTERS:]
    return stripped[:HEAD_CHARACTERS], stripped[-TAIL_CHARACTERS:]


def mask(text: str) -> str:
    """A text with every number replaced by ``#``, for comparing headers, footers and templates."""
    return _DIGITS.sub("#", text).casefold()


def quote(text: str) -> str:
    """A short, printable quote in double quotes: no control characters, no direction marks, at most 80 characters."""
    shown = text[: 4 * QUOTE_CHARACTERS]
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(
            character if character.isprintable() and unicodedata.category(character) != "Cf" else " "
            for character in shown
        )
    words = " ".join(shown.split())
    if len(words) > QUOTE_CHARACTERS:
        words = words[: QUOTE_CHARACTERS - 1].rstrip() + "…"
    return f'"{words}"'
