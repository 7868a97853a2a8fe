"""Metadata that came from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from splitreader._origin import OWN_KEYS


def foreign_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """What another loader says, without the keys that only splitreader writes; its lists are copies."""
    return own_metadata({key: value for key, value in metadata.items() if key not in OWN_KEYS})


def own_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with lists, sets and dicts of its own: who adds to an access list of one Document changes no other's."""
    return {key: _own(value) for key, value in metadata.items()}


def _own(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _own(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_own(item) for item in value]
    return set(value) if isinstance(value, set) else value
