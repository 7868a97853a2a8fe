"""The names of uploaded files, made harmless: to show, to list, and to save by."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

NAME_AT_MOST = 3000
SAVED_AT_MOST = 150
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def harmless_name(name: str) -> str:
    """A name without folders, control characters and marks that turn the direction of text; never empty."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join("_" if unicodedata.category(mark) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else mark for mark in last)
    clean = clean.strip()[:NAME_AT_MOST]
    return "file" if clean in {"", ".", ".."} else clean


def file_type_of(name: str) -> str | None:
    """The extension, in lower case; None if there is none."""
    return PurePosixPath(name).suffix.removeprefix(".").lower() or None


def disposition_of(name: str) -> str:
    """A Content-Disposition that saves a file under its name, on any system."""
    saved = re.sub(r'[<>:"/\\|?*%]', "_", harmless_name(name)).rstrip(". ") or "file"
    if _DEVICES.fullmatch(saved):
        saved = f"_{saved}"
    if len(saved) > SAVED_AT_MOST:
        suffix = PurePosixPath(saved).suffix[:20]
        saved = saved[: SAVED_AT_MOST - len(suffix)] + suffix
    plain = saved.encode("ascii", "replace").decode().replace("?", "_")
    extended = "" if plain == saved else f"; filename*=UTF-8''{quote(saved, safe='')}"
    return f'attachment; filename="{plain}"{extended}'
