import ipaddress
import socket

import pytest

from splitreader.sources._addresses import AddressRefused, checked_addresses, is_public

PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.1.2.3",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "100::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "4000::1",
]
PUBLIC = [
    "8.8.8.8",
    "93.184.216.34",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address):
    assert is_public(ipaddress.ip_address(address))
    assert [str(each) for each in checked_addresses("host", 443, allow_private=False, resolve=lambda *_: [address])]


@pytest.mark.parametrize("answer", [["8.8.8.8", "10.0.0.1"], ["::1", "8.8.8.8"]])
def test_one_private_address_among_public_ones_is_enough(answer):
    with pytest.raises(AddressRefused, match=r"at (10\.0\.0\.1|::1), which is not .* allow_private=True"):
        checked_addresses("two-faced.example", 443, allow_private=False, resolve=lambda *_: answer)
    both = checked_addresses("two-faced.example", 443, allow_private=True, resolve=lambda *_: answer)
    assert [str(address) for address in both] == answer


def test_the_resolver_is_asked_once_and_repeated_addresses_come_once():
    asked = []

    def resolve(host, port):
        asked.append((host, port))
        return ["8.8.8.8", "8.8.4.4", "8.8.8.8"]

    found = checked_addresses("host", 8443, allow_private=False, resolve=resolve)
    assert [str(address) for address in found] == ["8.8.8.8", "8.8.4.4"]
    assert asked == [("host", 8443)]


@pytest.mark.parametrize("allow_private", [True, False])
@pytest.mark.parametrize(
    ("host", "answer"), [("fe80::1%eth0", ["fe80::1%eth0"]), ("host", ["fe80::1%eth0"]), ("fe80::1%25eth0", [])]
)
def test_zone_ids_are_refused(host, answer, allow_private):
    with pytest.raises(AddressRefused, match="zone id"):
        checked_addresses(host, 80, allow_private=allow_private, resolve=lambda *_: answer)


@pytest.mark.parametrize("answer", [[], ["what?"]])
def test_odd_answers(answer):
    with pytest.raises(AddressRefused, match="check the URL"):
        checked_addresses("host", 80, allow_private=True, resolve=lambda *_: answer)


@pytest.mark.parametrize("trouble", [socket.gaierror(-2, "not known"), UnicodeError("label too long"), OSError(5, "x")])
def test_a_host_that_is_not_found(trouble):
    def resolve(host, port):
        raise trouble

    with pytest.raises(AddressRefused, match="host x is not found") as caught:
        checked_addresses("x", 80, allow_private=True, resolve=resolve)
    assert caught.value.__cause__ is trouble
