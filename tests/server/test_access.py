import json
import stat

import pytest
import yaml

from splitreader import InvalidConfiguration
from splitreader.server import KeyRing
from splitreader.server.access.hosts import check_binding, hosts_for, is_allowed, is_same_origin
from splitreader.server.access.keys import KEYS_VARIABLE, add_key, hash_of, project_id_of
from splitreader.server.access.links import is_signed, link_path


def test_a_key_is_made_shown_once_and_kept_as_a_hash(tmp_path):
    file = tmp_path / "keys.yaml"
    first, second = add_key(file, "acme"), add_key(file, "globex")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first not in file.read_text()
    ring = KeyRing.from_file(file)
    assert ring.find(first).project_id == project_id_of("acme")
    assert ring.find(second).project_id == project_id_of("globex")
    assert ring.find(first).user_id != ring.find(second).user_id
    for wrong in ("", first[:-1], first + "x", hash_of(first)):
        assert ring.find(wrong) is None
    assert hash_of(first) not in repr(ring) + repr(ring.find(first))


def test_a_file_may_say_the_ids_and_be_json(tmp_path):
    file = tmp_path / "keys.json"
    own = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
    entry = {"project": "acme", "project_id": own, "organization": "group", "sha256": hash_of("k")}
    file.write_text(json.dumps({"keys": [entry]}))
    caller = KeyRing.from_file(file).find("k")
    assert caller.project_id == own
    assert caller.organization_id != KeyRing.of({"k": "acme"}).find("k").organization_id
    added = KeyRing.from_file(file).joined(KeyRing.of({"other": "x"}))
    assert added.find("k") == caller
    assert KeyRing.from_file(file).find(add_key(file, "acme")) is None
    assert yaml.safe_load(file.read_text())["keys"][1]["project_id"] == own


@pytest.mark.parametrize(
    "text",
    ["", "keys: []", "keys: [{project: a}]", "keys: [{project: a, sha256: secret-key}]", "[", "just text", "\x00"],
)
def test_a_file_that_is_wrong_is_named_and_its_secrets_are_not(tmp_path, text):
    file = tmp_path / "keys.yaml"
    file.write_text(text)
    with pytest.raises(InvalidConfiguration) as error:
        KeyRing.from_file(file)
    assert "secret-key" not in str(error.value)
    if text != "keys: []":
        assert str(file) in str(error.value)


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(InvalidConfiguration, match=r"keys\.yaml"):
        KeyRing.from_file(tmp_path / "keys.yaml")


def test_one_key_opens_one_project():
    with pytest.raises(InvalidConfiguration, match="two projects"):
        KeyRing.of({"k": "a"}).joined(KeyRing.of({"k": "b"}))


def test_keys_come_from_the_environment():
    ring = KeyRing.from_environment({KEYS_VARIABLE: "acme:one, globex:two:with-colon"})
    assert ring.find("one").project_id == project_id_of("acme")
    assert ring.find("two:with-colon").project_id == project_id_of("globex")
    assert KeyRing.from_environment({}) is None
    for wrong in ("one", "acme:", ":one"):
        with pytest.raises(InvalidConfiguration) as error:
            KeyRing.from_environment({KEYS_VARIABLE: wrong})
        assert "one" not in str(error.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"])
def test_loopback_needs_no_keys(host):
    check_binding(host, has_keys=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.5", "example.com", "", "127.0.0.1.example.com"])
def test_a_public_address_needs_keys(host):
    check_binding(host, has_keys=True)
    with pytest.raises(InvalidConfiguration, match="serve-key"):
        check_binding(host, has_keys=False)


@pytest.mark.parametrize("header", ["localhost", "LOCALHOST:80", "127.0.0.1:8000", "[::1]", "[::1]:8000", "split.test"])
def test_hosts_on_the_list_are_allowed_with_any_port(header):
    assert is_allowed(header, hosts_for("127.0.0.1", ["Split.test"]))


@pytest.mark.parametrize(
    "header",
    ["", "evil.test", "localhost.evil.test", "localhost@evil.test", "evil.test:127.0.0.1", "localhost:x", "[::1", "::1",
     "localhost/evil", "0.0.0.0", "localhost."],
)  # fmt: skip
def test_other_hosts_are_not(header):
    assert not is_allowed(header, hosts_for("127.0.0.1"))


@pytest.mark.parametrize("address", ["2001:DB8:0:0:0:0:0:1", "[2001:db8::1]"])
def test_an_ipv6_address_is_known_by_its_short_form(address):
    for hosts in (hosts_for(address), hosts_for("::", [address])):
        assert is_allowed("[2001:db8::1]:8000", hosts)
        assert not is_allowed("[2001:db8::2]:8000", hosts)


@pytest.mark.parametrize("name", ["split.test:8000", "https://split.test", "[::1]:8000", "", "a b"])
def test_a_host_that_could_never_match_is_refused(name):
    with pytest.raises(InvalidConfiguration, match="without port"):
        hosts_for("127.0.0.1", [name])


def test_any_host_can_be_named():
    assert is_allowed("whatever.test:1", hosts_for("0.0.0.0", ["*"]))


@pytest.mark.parametrize(
    ("origin", "scheme", "host", "expected"),
    [
        ("http://localhost:8000", "http", "localhost:8000", True),
        ("http://localhost", "http", "localhost:80", True),
        ("https://split.test", "https", "split.test", True),
        ("http://[::1]:8000", "http", "[::1]:8000", True),
        ("null", "http", "localhost:8000", False),
        ("", "http", "localhost:8000", False),
        ("http://localhost:8001", "http", "localhost:8000", False),
        ("https://localhost:8000", "http", "localhost:8000", False),
        ("http://evil.test", "http", "localhost", False),
        ("http://localhost:8000@evil.test", "http", "localhost:8000", False),
        ("http://localhost:99999", "http", "localhost", False),
    ],
)
def test_only_this_servers_own_pages_are_of_its_origin(origin, scheme, host, expected):
    assert is_same_origin(origin, scheme, host) is expected


def test_a_signature_is_of_one_key_file_and_time():
    path = link_path(b"k" * 32, project_id="p", file_id="f", expires=5)
    assert path.startswith("/content/p/f?expires=5&signature=")
    signature = path.rpartition("=")[2]
    assert is_signed(b"k" * 32, project_id="p", file_id="f", expires=5, signature=signature)
    assert not is_signed(b"l" * 32, project_id="p", file_id="f", expires=5, signature=signature)
    for wrong in ({"project_id": "q"}, {"file_id": "g"}, {"expires": 6}, {"signature": ""}):
        assert not is_signed(
            b"k" * 32, **{"project_id": "p", "file_id": "f", "expires": 5, "signature": signature} | wrong
        )
