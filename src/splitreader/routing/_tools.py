"""Names and descriptions of tools that each search one category."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from splitreader._config import UNCATEGORIZED, Category

NAME_AT_MOST = 64
"""Characters; what the tool-calling APIs of models take."""


@dataclass(frozen=True)
class ToolName:
    """How a model calls the tool of a category.

    Args:
        category: that it searches.
        name: letters, digits, ``_`` and ``-``, at most 64.
        description: what it is for.
    """

    category: str
    name: str
    description: str


def tool_names(
    categories: Iterable[Category], *, prefix: str = "search_", uncategorized: bool = False
) -> list[ToolName]:
    """One tool for each category; names that would be the same get a number.

    Args:
        categories: in the user's order.
        prefix: of all names; what no tool's name may hold becomes ``_``.
        uncategorized: whether there is one for what fits none of them, too; it comes last.
    """
    start = _safe(prefix)
    taken: set[str] = set()
    found = []
    for category in categories:
        about = "" if category.description is None else f": {category.description}"
        found.append(
            ToolName(
                category=category.name,
                name=_free(start + _slug(category.name), taken),
                description=f"Searches only the documents of the category {category.name!r}{about}",
            )
        )
    if uncategorized:
        about = "Searches only the documents that fit none of the categories"
        found.append(ToolName(UNCATEGORIZED, _free(start + UNCATEGORIZED, taken), about))
    return found


def _slug(name: str) -> str:
    return _safe(name).strip("_") or "category"


def _safe(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]+", "_", name)


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name[:NAME_AT_MOST], 1
    while candidate in taken:
        number += 1
        tail = f"_{number}"
        candidate = name[: NAME_AT_MOST - len(tail)] + tail
    taken.add(candidate)
    return candidate
