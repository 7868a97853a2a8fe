"""Links to a file's bytes that need no key: path, expiry and a signature over both."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlencode


def link_path(key: bytes, *, project_id: str, file_id: str, expires: int) -> str:
    """The path and query of a link.

    Args:
        key: the server's own.
        project_id: whose file it is.
        file_id: what it leads to.
        expires: until when, in seconds since 1970.
    """
    query = urlencode({"expires": expires, "signature": _signature(key, project_id, file_id, expires)})
    return f"/content/{project_id}/{file_id}?{query}"


def is_signed(key: bytes, *, project_id: str, file_id: str, expires: int, signature: str) -> bool:
    """Whether this server made the link; says nothing about its expiry."""
    return hmac.compare_digest(_signature(key, project_id, file_id, expires).encode(), signature.encode())


def _signature(key: bytes, project_id: str, file_id: str, expires: int) -> str:
    message = f"content\n{project_id}\n{file_id}\n{expires}".encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()
