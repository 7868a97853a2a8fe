"""What a URL must not reach, and what must not be seen of it."""

import base64
import gc
import ipaddress
import logging
import traceback
from functools import partial

import pytest

from sources.website import PDF, Site, answer, redirect
from splitreader import DownloadFailed, Limits, SplitReaderError
from splitreader.sources import localize, one_source
from splitreader.sources._addresses import checked_addresses
from splitreader.sources._download import download
from splitreader.sources._hops import Hop, HopRefused

HOME = "127.0.0.1"


def fetch(url, *, allow_private=False):
    return localize(one_source(url), Limits(download_seconds=20), allow_private=allow_private)


class Resolver:
    """Knows the addresses of hosts by table, and counts."""

    def __init__(self, **hosts):
        self.hosts = {name.replace("_", "."): addresses for name, addresses in hosts.items()}
        self.asked = []

    def __call__(self, host, port):
        self.asked.append(host)
        return self.hosts[host]


def download_with(resolver, url, *, allow_private=True, seconds=20):
    check = partial(checked_addresses, allow_private=allow_private, resolve=resolver)
    return download(url, name="it", limits=Limits(download_seconds=seconds), check=check)


class TestPrivate:
    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1",
            "localhost",
            "LOCALHOST.",
            "10.0.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[fc00::1]",
            "[fe80::1%25eth0]",
            "[fe80::1%eth0]",
            "[::]",
            "2130706433",
            "0x7f.1",
            "0x7f000001",
            "017700000001",
            "0177.0.0.01",
            "127.1",
            "\u2460\u2461\u2466.0.0.1",
            "127\u30020\u30020\u30021",
        ],
    )
    def test_nothing_is_sent_there(self, site, host):
        site.routes["/packet.pdf"] = answer()
        with pytest.raises(DownloadFailed, match=r"not on the public|zone id|not found|taken apart"):
            fetch(site.url(host=host))
        assert site.connections_so_far() == 0

    @pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1"])
    def test_allow_private_lifts_it(self, site, host):
        site.routes["/packet.pdf"] = answer()
        assert fetch(site.url(host=host), allow_private=True).size == len(PDF)

    def test_the_refusal_says_how_to_lift_it(self, site):
        with pytest.raises(DownloadFailed, match=r"127\.0\.0\.1, which is not on the public .* allow_private=True"):
            fetch(site.url(host="localhost"))

    def test_a_redirect_is_checked_like_the_first(self, site):
        """A site that the check lets pass sends us on to itself, under a name that it would not let pass."""

        def check(host, port):
            if host == "public.example":
                return (ipaddress.ip_address(HOME),)
            return checked_addresses(host, port, allow_private=False)

        site.routes["/"] = redirect(site.url("/metadata", host="localhost"))
        with pytest.raises(DownloadFailed, match=r"the host localhost is at 127\.0\.0\.1, which is not"):
            download(f"http://public.example:{site.port}/", name="it", limits=Limits(), check=check)
        assert site.connections_so_far() == 1

    def test_two_addresses_of_which_one_is_private(self, site):
        resolver = Resolver(both_example=["8.8.8.8", HOME])
        with pytest.raises(DownloadFailed, match=r"both\.example is at 127\.0\.0\.1"):
            download_with(resolver, f"http://both.example:{site.port}/", allow_private=False)
        assert site.connections_so_far() == 0


class TestPinned:
    def test_the_resolver_is_asked_once_a_hop(self, site):
        """A second answer, as of a name that is bound anew, would lead to nowhere."""
        site.routes["/a"] = redirect(f"http://b.example:{site.port}/b")
        site.routes["/b"] = answer()
        resolver = Resolver(a_example=[HOME], b_example=[HOME])
        assert download_with(resolver, f"http://a.example:{site.port}/a").path.read_bytes() == PDF
        assert resolver.asked == ["a.example", "b.example"]
        assert [asked.headers["Host"] for asked in site.asked] == [f"{host}.example:{site.port}" for host in "ab"]

    def test_the_next_address_is_tried_when_one_does_not_answer(self, site):
        site.routes["/"] = answer()
        resolver = Resolver(a_example=["::1", HOME])
        assert download_with(resolver, f"http://a.example:{site.port}/").path.read_bytes() == PDF
        assert resolver.asked == ["a.example"]

    def test_the_certificate_must_be_for_the_name(self, tls_site):
        tls_site.routes["/"] = answer()
        resolver = Resolver(packets_example=[HOME], other_example=[HOME])
        assert download_with(resolver, f"https://packets.example:{tls_site.port}/").path.read_bytes() == PDF
        with pytest.raises(DownloadFailed, match=r"no connection .*CERTIFICATE_VERIFY_FAILED"):
            download_with(resolver, f"https://other.example:{tls_site.port}/")

    def test_a_certificate_that_no_one_vouches_for(self, tls_site, monkeypatch):
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(DownloadFailed, match="CERTIFICATE_VERIFY_FAILED"):
            download_with(Resolver(packets_example=[HOME]), f"https://packets.example:{tls_site.port}/")

    def test_certificates_that_can_not_be_read(self, site, monkeypatch, tmp_path):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere.pem"))
        with pytest.raises(DownloadFailed, match="SSL_CERT_FILE"):
            fetch(site.url(), allow_private=True)
        assert site.connections_so_far() == 0

    def test_encryption_is_not_given_up_on_the_way(self, tls_site, site):
        tls_site.routes["/"] = redirect(site.url())
        with pytest.raises(DownloadFailed, match=r"from https to 127\.0\.0\.1 without encryption"):
            download_with(Resolver(packets_example=[HOME]), f"https://packets.example:{tls_site.port}/")
        assert site.connections_so_far() == 0

    def test_a_server_that_stalls_under_tls_is_cut_off(self, tls_site):
        def stall(connection):
            connection.sendall(answer(Content_Length=None))
            tls_site.closing.wait()

        tls_site.routes["/"] = stall
        with pytest.raises(DownloadFailed, match="took longer"):
            download_with(Resolver(packets_example=[HOME]), f"https://packets.example:{tls_site.port}/", seconds=0.5)

    def test_proxies_of_the_environment_are_not_used(self, site, monkeypatch):
        proxy = Site()
        try:
            for variable in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
                monkeypatch.setenv(variable, proxy.url(""))
            monkeypatch.delenv("no_proxy", raising=False)
            monkeypatch.delenv("NO_PROXY", raising=False)
            site.routes["/packet.pdf"] = answer()
            assert fetch(site.url(), allow_private=True).size == len(PDF)
            assert proxy.connections_so_far() == 0
        finally:
            proxy.close()


class TestSecrets:
    USER = "ann%40x:hu%2Fsh@"
    BASIC = "Basic " + base64.b64encode(b"ann@x:hu/sh").decode()

    def test_credentials_go_to_their_own_host_only(self, site):
        other = Site()
        try:
            site.routes["/packet.pdf"] = redirect("/same")
            site.routes["/same"] = redirect(f"http://bob:secret@{HOME}:{other.port}/other")
            other.routes["/other"] = redirect(site.url("/back", host="localhost"))
            site.routes["/back"] = answer()
            fetch(site.url(user=self.USER), allow_private=True)
            sent = [asked.headers.get("Authorization") for asked in (*site.asked, *other.asked)]
            assert sent == [self.BASIC, self.BASIC, None, None]
        finally:
            other.close()

    @pytest.mark.parametrize(
        ("first", "then", "kept"),
        [
            ("http://u:p@a.example/", "https://a.example/", True),
            ("http://u:p@a.example:8080/", "https://a.example/", False),
            ("https://u:p@a.example/", "https://a.example:444/", False),
            ("https://u:p@a.example/", "//b.example/", False),
            ("https://u:p@a.example/", "https://A.example:443/x", True),
        ],
    )
    def test_they_may_follow_to_encryption_but_to_no_other_place(self, first, then, kept):
        hop = Hop.first(first)
        assert (hop.redirected(then).authorization is not None) is kept
        assert "u:p" not in repr(hop) + str(hop.url)

    def test_a_hop_shows_nothing(self):
        with pytest.raises(HopRefused) as caught:
            Hop.first("https://ann:hush@exa mple/\x00")
        assert caught.value.__cause__ is caught.value.__context__ is None
        assert "hush" not in str(caught.value)

    @pytest.mark.parametrize(
        "route",
        [
            answer(),
            answer(b"<html>"),
            answer(b"", status="401 Unauthorized"),
            redirect("http://[", status="302 Found"),
            b"what?\r\n\r\n",
            answer(Content_Length=10**6),
        ],
    )
    def test_nothing_secret_is_seen(self, site, caplog, route):
        caplog.set_level(logging.DEBUG)
        site.routes["/packet.pdf?sig=hush"] = route
        url = site.url("/packet.pdf?sig=hush#hush", user="ann:hush@")
        seen = [repr(one_source(url)), str(one_source(url))]
        try:
            seen.append(repr(fetch(url, allow_private=True)))
        except SplitReaderError as error:
            seen += [repr(error), *traceback.format_exception(error)]
        seen.append(caplog.text)
        text = "\n".join(seen)
        assert len(site.asked) == 1
        assert base64.b64encode(b"ann:hush").decode() not in text
        lines = [line for line in text.splitlines() if "hush" in line]
        assert lines == []


@pytest.fixture(autouse=True)
def nothing_stays_behind(spool_folder):
    yield
    if any(spool_folder.iterdir()):  # a frame in a cycle may still hold a source
        gc.collect()
    assert list(spool_folder.iterdir()) == []
