"""Which of a page's resources its content names, and which dictionaries of a PDF map names that anybody may choose."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Any

PICKED = ("/XObject", "/Pattern", "/Shading", "/Properties")
"""Kinds of resources of which a page takes only those along that it uses."""

_NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]*)")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


class Role(Enum):
    """How the keys of a dictionary are to be read."""

    PLAIN = auto()
    RESOURCES = auto()
    APPEARANCES = auto()
    NAMES = auto()
    """The keys are names somebody chose, and mean nothing."""

    def inside(self, key: str) -> Role:
        """The role of the dictionary that stands under `key`."""
        return _INSIDE[self].get(key, Role.PLAIN)


_INSIDE = {
    Role.PLAIN: {
        **dict.fromkeys(("/Resources", "/DR"), Role.RESOURCES),
        "/AP": Role.APPEARANCES,
        **dict.fromkeys(("/CharProcs", "/Colorants"), Role.NAMES),
    },
    Role.RESOURCES: dict.fromkeys((*PICKED, "/Font", "/ExtGState", "/ColorSpace"), Role.NAMES),
    Role.APPEARANCES: dict.fromkeys(("/N", "/D", "/R"), Role.NAMES),
    Role.NAMES: {},
}


class Uses:
    """The names that a page's content uses.

    Args:
        page: its dictionary.
        resources: its resources.
        annotations: its annotations, the appearance of which may use the page's resources.
        decode: gives a stream's decoded data.
    """

    def __init__(self, page: Any, resources: Any, annotations: list[Any], decode: Callable[[Any], bytes]) -> None:
        self._names: set[bytes] | None = set()
        if not any(_entries(resources.get(kind)) for kind in PICKED):
            return
        try:
            self._names = _scan(page, resources, annotations, decode)
        except (MemoryError, RecursionError):
            raise
        except Exception:  # noqa: BLE001  # content nobody can read may use everything
            self._names = None

    def __contains__(self, name: str) -> bool:
        return self._names is None or _is_among(name, self._names)


def _scan(page: Any, resources: Any, annotations: list[Any], decode: Callable[[Any], bytes]) -> set[bytes]:
    contents = _resolved(page.get("/Contents"))
    waiting = [_resolved(item) for item in contents] if isinstance(contents, list) else [contents]
    for annotation in annotations:
        for appearance in _entries(_resolved(annotation).get("/AP")).values():
            waiting.extend(_borrowers(appearance))
            waiting.extend(form for state in _states(appearance) for form in _borrowers(state))
    left = [(name, value) for kind in resources for name, value in _entries(resources.get(kind)).items()]
    names: set[bytes] = set()
    seen: set[int] = set()
    while waiting:
        while waiting:
            stream = waiting.pop()
            if id(stream) not in seen and _is_stream(stream):
                seen.add(id(stream))
                names.update(map(_unescaped, set(_NAME.findall(decode(stream)))))
        unused = []
        for name, value in left:
            if _is_among(name, names):
                waiting.extend(_borrowers(value))
            else:
                unused.append((name, value))
        left = unused
    return names


def _borrowers(item: Any) -> Iterator[Any]:
    """The streams of content in a resource that use the page's resources, having none of their own."""
    value = _resolved(item)
    if not isinstance(value, dict) or "/Resources" in value:
        return
    if _is_stream(value):
        if value.get("/Subtype") != "/Image":
            yield value
        return
    yield from (_resolved(glyph) for glyph in _entries(value.get("/CharProcs")).values())
    mask = _entries(value.get("/SMask"))
    if "/G" in mask:
        yield from _borrowers(mask.get("/G"))


def _states(appearance: Any) -> list[Any]:
    value = _resolved(appearance)
    return [] if _is_stream(value) else list(_entries(value).values())


def _is_among(name: str, names: set[bytes]) -> bool:
    """Whether content has the name in one of the encodings that pypdf takes names to be in."""
    text = name.removeprefix("/")
    if text.isascii():
        return text.encode() in names
    return any(text.encode(encoding, "ignore") in names for encoding in ("utf-8", "gbk", "latin-1"))


def _unescaped(name: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), name) if b"#" in name else name


def _is_stream(value: Any) -> bool:
    return hasattr(value, "get_data")


def _entries(item: Any) -> dict[str, Any]:
    value = _resolved(item)
    return value if isinstance(value, dict) else {}


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value
