"""Which addresses a download may go to: those on the public internet."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import TypeAlias

Resolve: TypeAlias = Callable[[str, int], Iterable[str]]
"""From host and port to the host's addresses, as `socket.getaddrinfo` writes them."""

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

Check: TypeAlias = Callable[[str, int], tuple[IPAddress, ...]]
"""From host and port to the addresses that may be connected to; `checked_addresses` with its options."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that was ever given out; what Python calls global beyond it depends on Python's version."""


class AddressRefused(Exception):
    """A host can't be found, or is where a download may not go. The message is the rest of a sentence."""


def system_resolve(host: str, port: int) -> list[str]:
    """The addresses that this machine's resolver knows.

    It also reads the odd notations of IPv4 (octal, decimal, hex, fewer than four parts), so that what is checked is
    what would be connected to.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def checked_addresses(
    host: str, port: int, *, allow_private: bool, resolve: Resolve = system_resolve
) -> tuple[IPAddress, ...]:
    """The addresses of a host, each one fit to connect to; the resolver is asked once.

    Args:
        host: a name, or an address in any notation, without brackets.
        port: only handed to the resolver.
        allow_private: accept addresses that are not on the public internet.
        resolve: who knows addresses.

    Raises:
        AddressRefused: one of the addresses is not public, or there is none. One is enough: a host with a public and
            a private address would otherwise be let in by chance.
    """
    if "%" in host:
        raise AddressRefused("its host has a zone id, or a character that no host has; check the URL")
    try:
        answer = tuple(dict.fromkeys(resolve(host, port)))
    except (OSError, UnicodeError) as error:
        raise AddressRefused(
            f"the host {host} is not found ({getattr(error, 'strerror', None) or 'no host name'}); check the URL"
        ) from error
    if not answer:
        raise AddressRefused(f"the host {host} has no address; check the URL")
    addresses = tuple(_parse(text, host) for text in answer)
    for address in addresses:
        if not allow_private and not is_public(address):
            raise AddressRefused(
                f"the host {host} is at {address}, which is not on the public internet; "
                "allow_private=True lets you download from there, if you trust the URL"
            )
    return addresses


def is_public(address: IPAddress) -> bool:
    """Whether an address is on the public internet; for one that carries an IPv4 address, whether that one is."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        carried = _carried(address)
        if carried is not None:
            return is_public(carried)
        if address not in _GLOBAL_UNICAST:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that packets to this one end up at."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


def _parse(text: str, host: str) -> IPAddress:
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise AddressRefused(f"the host {host} has an address that can't be read; check the URL") from error
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        raise AddressRefused(f"the host {host} is at {text}; an address with a zone id is only for the local network")
    return address
