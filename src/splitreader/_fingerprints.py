"""What a result depends on, as a short text: the same text means the same result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from pydantic_core import to_jsonable_python

from splitreader._config import quoted
from splitreader._errors import InvalidConfiguration
from splitreader._version import __version__

LONGEST_NAME = 500


def fingerprint_of(**parts: Any) -> str:
    """The SHA-256, in hex, of all parts by name.

    Args:
        parts: text, numbers, None, lists, dicts, dataclasses and pydantic models.
    """
    content = to_jsonable_python(parts, inf_nan_mode="strings")
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@cache
def code_digest(package: str) -> str:
    """The SHA-256, in hex, of a package's modules and data, and of splitreader's version.

    So nobody has to remember to count a version up where the code begins to answer otherwise.
    """
    digest = hashlib.sha256(__version__.encode())
    for name, file in _files(files(package), ""):
        digest.update(f"\0{name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: Traversable, before: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files(entry, f"{before}{entry.name}/")
        elif not entry.name.startswith("."):
            yield before + entry.name, entry


def version_of(package: str) -> str | None:
    """The version of an installed package; None where it is not there."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def name_of(what: str, function: object) -> str:
    """The name that a user gave to a function of theirs, as its attribute ``fingerprint``.

    Args:
        what: the option it was given as, for the message.
        function: the function, or the object that can be called.

    Raises:
        InvalidConfiguration: it has none.
    """
    name = getattr(function, "fingerprint", None)
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise InvalidConfiguration(
            f"with a cache the function {what}= must say what it depends on, and its attribute fingerprint is "
            f"{quoted(name)}; set it to text that changes with the function and its model: "
            f'function.fingerprint = "my {what} 1"'
        )
    return name
