"""What can be said about a URL without a library: whether it is one, and its name without secrets."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from splitreader._errors import DownloadFailed

_WEB = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def is_web_url(text: str) -> bool:
    """Whether the text begins like an http or https URL."""
    return _WEB.match(text) is not None


def other_scheme(text: str) -> str | None:
    """The scheme, such as ``s3``, of a text that begins like a URL of any kind."""
    match = _SCHEME.match(text)
    return match[0].removesuffix("://").lower() if match else None


def url_name(url: str) -> str:
    """The URL without user, query and fragment: they may hold passwords and signatures.

    Raises:
        DownloadFailed: it has no host, or can't be taken apart. The message does not quote it.
    """
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0 and url.isprintable()
    except ValueError:
        usable = False
    if not usable:  # raised out here, for a chained ValueError would quote the URL
        scheme = other_scheme(url) or "http"
        raise DownloadFailed(
            f"a URL that begins with {scheme}:// can't be used (it is not quoted here, for it may hold a password); "
            "check its host and port, and percent-encode / ? # @ in user and password"
        )
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
