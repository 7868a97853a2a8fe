import gc
import gzip
import socket
import stat
import threading
from types import SimpleNamespace

import pytest

from sources.website import PDF, answer, redirect
from splitreader import DownloadFailed, LimitExceeded, Limits, NotAPDF
from splitreader.sources import Abort, localize, one_source
from splitreader.sources._deadline import Deadline


def fetch(url, *, allow_private=True, abort=None, **limits):
    return localize(one_source(url), Limits(**limits), allow_private=allow_private, abort=abort)


def fails(url, error, words, **options):
    """The message of the error, which names the source and leaves nothing behind."""
    with pytest.raises(error, match=words) as caught:
        fetch(url, **options)
    assert caught.value.source == one_source(url).name
    assert str(caught.value).startswith(caught.value.source)
    if error is DownloadFailed:
        assert caught.value.__cause__ is not None
    return str(caught.value)


@pytest.fixture(autouse=True)
def nothing_stays_behind(spool_folder):
    yield
    if any(spool_folder.iterdir()):  # a frame in a cycle may still hold a source
        gc.collect()
    assert list(spool_folder.iterdir()) == []


class TestGood:
    def test_a_pdf(self, site, spool_folder):
        site.routes["/packet.pdf?version=2"] = answer()
        given = one_source(site.url("/packet.pdf?version=2#page=3"))
        source = localize(given, Limits(max_bytes=len(PDF)), allow_private=True)
        assert source.file().read_bytes() == PDF
        assert (source.name, source.file_name) == (site.url(), "packet.pdf")
        assert (source.is_local, source.size) == (True, len(PDF))
        assert source == given
        assert {given: "kept"}[source] == "kept"
        assert stat.S_IMODE(source.file().stat().st_mode) == 0o600
        assert localize(source, Limits(), allow_private=False) is source
        assert len(site.asked) == 1

    def test_what_is_asked(self, site):
        site.routes["/a%20b?q=%C3%BC"] = answer()
        fetch(site.url("/a b?q=ü"))
        assert site.asked[0].headers == {
            "Host": f"127.0.0.1:{site.port}",
            "User-Agent": "splitreader",
            "Accept": "application/pdf, */*;q=0.5",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }

    def test_a_body_in_chunks_and_one_that_ends_with_the_connection(self, site):
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (PDF[:3], PDF[3:])) + b"0\r\n\r\n"
        site.routes["/chunked"] = answer(chunks, Content_Length=None, Transfer_Encoding="chunked")
        site.routes["/closed"] = answer(Content_Length=None)
        assert fetch(site.url("/chunked")).file().read_bytes() == PDF
        assert fetch(site.url("/closed")).file().read_bytes() == PDF

    def test_gzip_that_was_not_asked_for(self, site):
        site.routes["/packet.pdf"] = answer(gzip.compress(PDF), Content_Encoding="gzip")
        assert fetch(site.url()).file().read_bytes() == PDF

    def test_the_content_type_does_not_matter(self, site):
        site.routes["/packet.pdf"] = answer(Content_Type="application/octet-stream")
        assert fetch(site.url()).size == len(PDF)


class TestTooLarge:
    def test_as_declared(self, site):
        site.routes["/packet.pdf"] = answer()
        words = rf"has {len(PDF):,} bytes, and at most 4,000 are allowed; raise Limits\.max_bytes"
        fails(site.url(), LimitExceeded, words, max_bytes=4000)

    def test_without_a_declaration(self, site):
        site.routes["/packet.pdf"] = answer(Content_Length=None)
        fails(site.url(), LimitExceeded, "has at least", max_bytes=4000)

    def test_an_endless_body(self, site):
        def endless(connection):
            connection.sendall(answer(b"", Content_Length=None, Transfer_Encoding="chunked"))
            connection.sendall(b"1000\r\n%PDF-" + bytes(0x1000 - 5) + b"\r\n")
            while not site.closing.is_set():
                connection.sendall(b"1000\r\n" + bytes(0x1000) + b"\r\n")

        site.routes["/packet.pdf"] = endless
        fails(site.url(), LimitExceeded, "has at least", max_bytes=1_000_000)

    def test_a_gzip_bomb_counts_as_what_it_becomes(self, site):
        bomb = gzip.compress(PDF + bytes(50_000_000))
        site.routes["/packet.pdf"] = answer(bomb, Content_Encoding="gzip")
        assert len(bomb) < 100_000
        fails(site.url(), LimitExceeded, r"at least [123],\d{3},\d{3} bytes", max_bytes=1_000_000)


class TestNotAPDF:
    def test_a_login_page(self, site):
        site.routes["/packet.pdf"] = answer(b"<!doctype html><title>Sign in</title>" * 99, Content_Type="text/html")
        fails(site.url(), NotAPDF, r"not a PDF \(text/html\): it is an HTML page, perhaps a login")

    def test_the_rest_is_not_waited_for(self, site):
        def image(connection):
            connection.sendall(answer(b"II*\0" + bytes(2000), Content_Length=10**9, Content_Type="image/tiff\x1b"))
            site.closing.wait()

        site.routes["/packet.pdf"] = image
        fails(site.url(), NotAPDF, r"\(image/tiff\): it is a TIFF image; .*img2pdf")

    def test_nothing(self, site):
        site.routes["/packet.pdf"] = answer(b"", Content_Type=None)
        fails(site.url(), NotAPDF, r"\(no content type\): it is empty")


class TestFailures:
    @pytest.mark.parametrize(
        ("status", "words"),
        [
            ("404 Not Found", "HTTP 404; check the URL"),
            ("401 Unauthorized", "HTTP 401; check user and password"),
            ("403 Forbidden", "HTTP 403; .* expired"),
            ("503 Busy", "HTTP 503; try again later"),
            ("204 No Content", "HTTP 204; check"),
            ("304 Not Modified", "HTTP 304; check"),
        ],
    )
    def test_a_status(self, site, status, words):
        site.routes["/packet.pdf"] = answer(b"", status=status)
        fails(site.url(), DownloadFailed, words)

    def test_a_body_that_breaks_off(self, site):
        site.routes["/packet.pdf"] = answer(Content_Length=len(PDF) + 1)
        fails(site.url(), DownloadFailed, "closed the connection early")

    @pytest.mark.parametrize(
        "body", [gzip.compress(PDF, mtime=0)[:-9], gzip.compress(PDF, mtime=0)[:20] + bytes(50)], ids=["cut", "damaged"]
    )
    def test_gzip_that_is_cut_or_damaged(self, site, body):
        site.routes["/packet.pdf"] = answer(body, Content_Encoding="gzip")
        fails(site.url(), DownloadFailed, "gzip encoding (breaks off|is damaged)")

    def test_another_encoding(self, site):
        site.routes["/packet.pdf"] = answer(Content_Encoding="br")
        fails(site.url(), DownloadFailed, "encoding 'br', which was not asked for")

    def test_something_else_than_http(self, site):
        site.routes["/packet.pdf"] = b"SSH-2.0-OpenSSH_9.6\r\n"
        fails(site.url(), DownloadFailed, "does not speak HTTP")

    def test_a_connection_that_is_refused(self):
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = unused.getsockname()[1]
        fails(f"http://127.0.0.1:{port}/", DownloadFailed, "no connection .*refused")

    def test_a_host_that_is_not_found(self):
        fails("http://nowhere.invalid/packet.pdf", DownloadFailed, r"the host nowhere\.invalid is not found")

    @pytest.mark.parametrize("host", ["a..b", "x" * 70, "exa mple", "\u2488.com"])
    def test_a_host_that_can_not_be(self, host):
        fails(f"http://{host}/packet.pdf", DownloadFailed, "not found|can't be taken apart|no host has")


class TestTime:
    """The server waits until the test is over: whoever waits for it waits forever."""

    def test_no_answer(self, site):
        site.routes["/packet.pdf"] = lambda connection: site.closing.wait()
        fails(site.url(), DownloadFailed, r"took longer than 0\.1 s; raise Limits\.download", download_seconds=0.1)

    def test_no_more_body(self, site):
        def stall(connection):
            connection.sendall(answer(Content_Length=10**6))
            site.closing.wait()

        site.routes["/packet.pdf"] = stall
        fails(site.url(), DownloadFailed, r"took longer than 0\.2 s", download_seconds=0.2)

    @pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-Slow: ", answer(Content_Length=None)])
    def test_a_byte_now_and_then(self, site, start):
        listened_to_the_end = []

        def drip(connection):
            connection.sendall(start)
            for _ in range(1000):
                site.closing.wait(0.01)
                connection.sendall(b"x")
            listened_to_the_end.append(connection)

        site.routes["/packet.pdf"] = drip
        fails(site.url(), DownloadFailed, r"took longer than 0\.3 s", download_seconds=0.3)
        assert not listened_to_the_end

    def test_a_connection_that_is_cut_is_no_end_of_the_body(self, site):
        def stall(connection):
            connection.sendall(answer(Content_Length=None))
            site.closing.wait()

        site.routes["/packet.pdf"] = stall
        fails(site.url(), DownloadFailed, r"took longer than 0\.2 s", download_seconds=0.2)

    def test_a_connection_that_comes_too_late_is_cut_at_once(self):
        here, there = socket.socketpair()
        with here, there, Deadline(60) as deadline:
            deadline.cut()
            stream = SimpleNamespace(get_extra_info={"socket": here}.get)
            deadline.trace("connection.connect_tcp.complete", {"return_value": stream})
            assert deadline.over
            assert there.recv(1) == b""

    def test_time_without_end(self, site):
        site.routes["/packet.pdf"] = answer()
        assert fetch(site.url(), download_seconds=float("inf")).size == len(PDF)

    def test_another_thread_calls_it_off(self, site):
        abort = Abort()
        reached = threading.Event()

        def stall(connection):
            connection.sendall(answer(Content_Length=10**6))
            reached.set()
            site.closing.wait()

        site.routes["/packet.pdf"] = stall
        caller = threading.Thread(target=lambda: (reached.wait(), abort()))
        caller.start()
        fails(site.url(), DownloadFailed, "called off", abort=abort)
        caller.join()
        fails(site.url("/again"), DownloadFailed, "called off", abort=abort)
        assert [asked.target for asked in site.asked] == ["/packet.pdf"]


class TestRedirects:
    @staticmethod
    def chain(site, length):
        for step in range(length):
            site.routes[f"/{step}"] = redirect(f"/{step + 1}", status=("301 Moved", "307 There")[step % 2])
        site.routes[f"/{length}"] = answer()
        return site.url("/0")

    def test_five_are_followed(self, site):
        source = fetch(self.chain(site, 5))
        assert source.file().read_bytes() == PDF
        assert source.name == site.url("/0")
        assert len(site.asked) == 6

    def test_six_are_not(self, site):
        fails(self.chain(site, 6), DownloadFailed, "more than 5 times")
        assert len(site.asked) == 6

    @pytest.mark.parametrize(
        ("location", "words"),
        [
            ("ftp://example.com/hush", "scheme 'ftp'; only http and https"),
            ("file:///etc/passwd", "scheme 'file'"),
            ("javascript:hush", "scheme 'javascript'"),
            ("http://[hush", "no host has"),
            ("", "without saying where"),
        ],
    )
    def test_to_what_can_not_be_read(self, site, location, words):
        site.routes["/packet.pdf"] = redirect(location)
        assert "hush" not in fails(site.url(), DownloadFailed, words)
