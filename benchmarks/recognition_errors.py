"""A stand-in for scans that anyone can make again: pages with the mistakes that recognising text makes.

Real scans have worse ones, such as lost lines and columns that are read across; this shows only what wrong letters do.
"""

from __future__ import annotations

import random
import re

from labelled_pools import Pool

RATE = 0.02
"""What share of the places where a mistake is possible has one, and of the spaces that are lost."""

_CONFUSED = {
    "rn": "m", "m": "rn", "l": "1", "1": "l", "I": "l", "O": "0", "0": "O", "5": "S", "S": "5", "8": "B", "B": "8",
    "cl": "d", "d": "cl", "vv": "w", "w": "vv", "e": "c", "c": "e", "h": "b", "n": "ri", "ü": "u", "é": "e", " ": "",
}  # fmt: skip
_PLACES = re.compile("|".join(sorted(map(re.escape, _CONFUSED), key=len, reverse=True)))


def misread(text: str, generator: random.Random, rate: float = RATE) -> str:
    """The text with a mistake in some of the places where letters are confused or a space can be lost."""
    return _PLACES.sub(
        lambda match: _CONFUSED[match[0]] if generator.random() < rate else match[0],
        text,
    )


def misread_pool(pool: Pool, seed: int) -> Pool:
    """The pool with such mistakes on every page."""
    generator = random.Random(seed)
    return {
        **pool,
        "docs": [
            {**document, "pages": [misread(page, generator) for page in document["pages"]]} for document in pool["docs"]
        ],
    }
