"""What every page of a report stands in: style, script, and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files


def asset(name: str) -> str:
    """A file beside this module."""
    return files("splitreader.report").joinpath(name).read_text(encoding="utf-8")


def framed(title: str, body: Iterable[str], *, script: str = "") -> Iterator[str]:
    """A whole HTML page, piece by piece. It loads nothing: its style and its script are allowed by their hashes.

    Args:
        title: of the page; escaped here.
        body: HTML.
        script: JavaScript; none if empty.
    """
    style = asset("report.css")
    policy = "; ".join(
        (
            "default-src 'none'",
            "img-src data:",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'" if script else "script-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style></head>\n<body>\n"
    )
    yield from body
    yield (f"\n<script>{script}</script>" if script else "") + "\n</body></html>\n"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
