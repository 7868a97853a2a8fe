"""The options of a reader, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llama_index.core.bridge.pydantic import ValidationError

from splitreader import InvalidConfiguration

_ELSEWHERE = ("allow_private", "engine", "password", "progress")
"""Options of the core that are no fields: secrets, functions, and what stored data may not switch on."""


def refuse_what_can_not_be_stored(options: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    """Refuse options that are no fields, and values that a dict or a pickle can't hold.

    Raises:
        InvalidConfiguration: there is one.
    """
    elsewhere = [name for name, value in options.items() if name in _ELSEWHERE or (name in fields and callable(value))]
    if elsewhere:
        raise InvalidConfiguration(
            f"SplitPDFReader can't store {', '.join(elsewhere)} (functions, engines and passwords stay out of its "
            "dict); give a SplitReader as reader="
        )
    if unknown := sorted(options.keys() - fields.keys()):
        raise InvalidConfiguration(f"SplitPDFReader has no option {', '.join(unknown)}; see splitreader.SplitReader")


def in_one_line(error: ValidationError) -> str:
    """The first complaints of a pydantic error."""
    complaints = error.errors(include_url=False, include_input=False, include_context=False)[:3]
    return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in complaints)
