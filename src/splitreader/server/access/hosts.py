"""Which names a server answers to, and which pages may change things on it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from splitreader._errors import InvalidConfiguration
from splitreader.server._settings import LOOPBACK_HOSTS

ANY_HOST = "*"
"""In a list of hosts: every name."""

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^\s:\[\]@/?#]+)(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens at an address or name."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def hosts_for(host: str, named: Collection[str] = ()) -> tuple[str, ...]:
    """The Host headers a server takes that listens at `host`: this machine's names, `host` and those named.

    Raises:
        InvalidConfiguration: one that is named is no name: it has a port, or is a URL.
    """
    allowed = [*LOOPBACK_HOSTS, *map(_in_brackets, [host, *named])]
    for name in allowed[len(LOOPBACK_HOSTS) + 1 :]:
        if host_name(name) != _one_spelling(name):
            raise InvalidConfiguration(f"{name!r} is no name of a host; give it without http:// and without port")
    return tuple(dict.fromkeys(allowed))


def check_binding(host: str, *, has_keys: bool) -> None:
    """Refuse to listen where others reach a server without keys.

    Raises:
        InvalidConfiguration: without keys the address must be one of this machine alone.
    """
    if not has_keys and not is_loopback(host):
        raise InvalidConfiguration(
            f"without keys anyone who reaches {host} could read and delete everything; make a key with splitreader "
            "serve-key and pass --keys FILE, or listen at 127.0.0.1"
        )


def host_name(header: str) -> str | None:
    """The name in a Host header, without port; None where it is none."""
    match = _HOST.fullmatch(header)
    return None if match is None else _one_spelling(match["name"])


def is_allowed(header: str, hosts: Collection[str]) -> bool:
    """Whether a Host header is on the list."""
    name = host_name(header)
    return name is not None and (ANY_HOST in hosts or name in map(_one_spelling, hosts))


def _in_brackets(host: str) -> str:
    return f"[{host}]" if _is_ipv6(host) else host


def _one_spelling(name: str) -> str:
    """A name in lower case, an IPv6 address in its short form: clients send that, whatever was typed."""
    bare = name.removeprefix("[").removesuffix("]")
    return f"[{ipaddress.IPv6Address(bare).compressed}]" if _is_ipv6(bare) else name.lower()


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def is_same_origin(origin: str, scheme: str, header: str) -> bool:
    """Whether a page of `origin` came from this server, as the request's scheme and Host header name it."""
    try:
        page = urlsplit(origin)
        port = page.port or _PORTS.get(page.scheme)
    except ValueError:
        return False
    match = _HOST.fullmatch(header)
    if match is None or page.hostname is None or page.path or page.query or page.fragment or page.username is not None:
        return False
    own_port = int(match["port"]) if match["port"] else _PORTS.get(scheme)
    return (page.scheme, page.hostname, port) == (scheme, match["name"].lower().strip("[]"), own_port)
