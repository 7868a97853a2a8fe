"""What a scanner and OCR do to a page: wrong and lost letters, lost spaces, merged and divided lines."""

from __future__ import annotations

import random
import re

_CONFUSED = {
    "0": "O", "O": "0", "1": "l", "l": "1", "I": "l", "5": "S", "S": "5", "8": "B", "B": "8", "e": "c", "c": "e",
    "m": "rn", "n": "ri", "h": "b", "a": "o", "o": "a", "u": "ü", "t": "f", "f": "t", "i": "j", "g": "q", ".": ",",
    ",": ".", ":": ";", "6": "G", "2": "Z", "é": "e", "ü": "u", "ä": "a", "ö": "o", "ß": "B", "-": "~",
}  # fmt: skip
_SHORT_NUMBER = re.compile(r"^\W{0,3}\d{1,3}\W{0,3}$|^\D{0,8}\d{1,3}\s?(?:/|\D{0,5})\s?\d{0,3}$")
_MOST_LETTERS = 16


def as_scanned(pages: list[str], generator: random.Random) -> list[str]:
    """The pages as OCR gives them: seven documents in ten as they are, the others with 0.5 to 3 % of wrong letters."""
    if generator.random() < 0.7:
        return pages
    rate = generator.uniform(0.005, 0.03)
    loses_numbers = generator.random() < 0.3
    return [_scanned(page, rate, generator, loses_numbers=loses_numbers) for page in pages]


def _scanned(page: str, rate: float, generator: random.Random, *, loses_numbers: bool) -> str:
    lines = page.split("\n")
    if loses_numbers and lines and generator.random() < 0.7:
        for at in (-1, 0):
            if len(lines) > 1 and len(lines[at]) <= _MOST_LETTERS and _SHORT_NUMBER.match(lines[at].strip()):
                del lines[at]
    letters = list("\n".join(lines))
    for _ in range(int(len(letters) * rate)):
        at = generator.randrange(len(letters))
        letter = letters[at]
        if letter == "\n":
            if generator.random() < 0.4:
                letters[at] = " "
        elif letter == " ":
            letters[at] = generator.choice(("", "", " ", "\n"))
        elif generator.random() < 0.15:
            letters[at] = ""
        else:
            letters[at] = _CONFUSED.get(letter, letter)
    return "".join(letters)
