"""Where a download goes: the URL given and the redirects from there, each one checked."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 5

_PORTS = {"http": 80, "https": 443}


class HopRefused(Exception):
    """A URL that may not be asked. The message is the rest of a sentence, without anything secret."""


@dataclass(frozen=True)
class Hop:
    """One request of a download.

    Args:
        url: without user, password and fragment.
        authorization: the header's value, from user and password of the first URL; None sends none.
    """

    url: httpx.URL = field(repr=False)
    authorization: str | None = field(default=None, repr=False)

    @classmethod
    def first(cls, url: str) -> Hop:
        """The hop to the URL that was given.

        Raises:
            HopRefused: it can't be used.
        """
        parsed = _parse(url)
        authorization = None
        if parsed.userinfo:
            pair = f"{parsed.username}:{parsed.password}".encode()
            authorization = f"Basic {base64.b64encode(pair).decode()}"
        return cls(_bare(parsed), authorization)

    def redirected(self, location: str) -> Hop:
        """The hop to where an answer sends us. Credentials go only to the place they were given for.

        Raises:
            HopRefused: the location can't be used.
        """
        url = _parse(location, base=self.url)
        if self.url.scheme == "https" and url.scheme == "http":
            raise HopRefused(f"it redirects from https to {url.host} without encryption; look for its https URL")
        hop = Hop(_bare(url))
        return Hop(hop.url, self.authorization) if self._leads_home(hop) else hop

    @property
    def host(self) -> str:
        """As it goes on the wire: in ASCII, without brackets."""
        return self.url.raw_host.decode("ascii")

    @property
    def port(self) -> int:
        """As given, or the scheme's own."""
        return self.url.port or _PORTS[self.url.scheme]

    def _leads_home(self, other: Hop) -> bool:
        """Whether the other hop is to the same place, or to the same one with encryption."""
        if self.host != other.host:
            return False
        same = (self.url.scheme, self.port) == (other.url.scheme, other.port)
        return same or ((self.port, other.port) == (80, 443) and other.url.scheme == "https")


def _bare(url: httpx.URL) -> httpx.URL:
    return url.copy_with(username="", password="", fragment=None)


def _parse(text: str, *, base: httpx.URL | None = None) -> httpx.URL:
    import httpx

    try:
        url = httpx.URL(text) if base is None else base.join(text)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        url = None
    if url is None:  # raised out here, for a chained error would quote the URL
        raise HopRefused(f"{_subject(base)} can't be taken apart; check it")
    if url.scheme not in _PORTS:
        raise HopRefused(f"{_subject(base)} has the scheme {url.scheme[:20]!r}; only http and https are read")
    if not url.host:
        raise HopRefused(f"{_subject(base)} has no host; check it")
    return url


def _subject(base: httpx.URL | None) -> str:
    return "the URL" if base is None else "it redirects to a URL that"
