"""From a URL to a private temporary file."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from splitreader._errors import DownloadFailed, SplitReaderError
from splitreader._limits import Limits
from splitreader.sources._addresses import AddressRefused, Check, IPAddress
from splitreader.sources._beginning import checked_pdf
from splitreader.sources._deadline import Abort, Deadline
from splitreader.sources._hops import MAX_REDIRECTS, Hop, HopRefused
from splitreader.sources._spool import SpooledFile, spool, too_large

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DECODED_AT_ONCE = 1 << 20


def download(url: str, *, name: str, limits: Limits, check: Check, abort: Abort | None = None) -> SpooledFile:
    """Download a PDF. Blocks until it is there; nothing stays behind when it fails.

    Args:
        url: http or https. User and password in it are sent to its host only.
        name: the URL without secrets, for messages.
        limits: ``max_bytes`` and ``download_seconds`` are kept.
        check: finds the addresses of a host and refuses those that may not be; asked once for each hop.
        abort: calls it off.

    Raises:
        DownloadFailed: it can't be had, or may not be. Does not show anything secret of the URL.
        LimitExceeded: it is larger than ``max_bytes``.
        NotAPDF: something else came.
        SourceUnreadable: it can't be stored.
    """
    called_off = abort or Abort()
    with Deadline(limits.download_seconds) as deadline, called_off.waking(deadline.cut):

        def failed(what: str) -> DownloadFailed:
            if called_off.called:
                what = "it was called off"
            elif deadline.over:
                what = (
                    f"it took longer than {limits.download_seconds:g} s; "
                    "raise Limits.download_seconds or download it yourself and give the file"
                )
            return DownloadFailed(f"{name} was not downloaded: {what}", source=name)

        try:
            with _Downloader(deadline, check) as downloader:
                response = downloader.follow(url)
                chunks = checked_pdf(downloader.body(response), name=name, kind=_content_type(response))
                declared = response.headers.get("content-length", "")
                if limits.max_bytes is not None and declared.isdecimal() and int(declared) > limits.max_bytes:
                    raise too_large(name, f"{int(declared):,} bytes", limits.max_bytes)
                return spool(chunks, name=name, max_bytes=limits.max_bytes)
        except SplitReaderError:
            raise
        except (AddressRefused, HopRefused, _Refused) as error:
            raise failed(str(error)) from error
        except Exception as error:  # whatever a server can bring about
            raise failed(_explain(error)) from error


class _Refused(Exception):
    """An answer that is no use. The message is the rest of a sentence."""


class _Downloader:
    """Asks hop after hop; each over a connection of its own, to an address that was checked."""

    def __init__(self, deadline: Deadline, check: Check) -> None:
        self._deadline = deadline
        self._check = check
        self._open = ExitStack()

    def __enter__(self) -> Self:
        import httpx

        try:
            # SSL_CERT_FILE and SSL_CERT_DIR count, for those who need a certificate authority of their own
            self._certificates = httpx.create_ssl_context()
        except OSError as error:
            raise _Refused(
                "the certificates that SSL_CERT_FILE or SSL_CERT_DIR name can't be read; check it"
            ) from error
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def follow(self, url: str) -> httpx.Response:
        """The answer at the end of the redirects, with its body still to come."""
        hop = Hop.first(url)
        for _ in range(MAX_REDIRECTS + 1):
            response = self._ask(hop)
            if response.status_code not in _REDIRECTS:
                _check_status(response.status_code)
                return response
            location = response.headers.get("location")
            if not location:
                raise _Refused(f"it redirects (HTTP {response.status_code}) without saying where; check the URL")
            hop = hop.redirected(location)
            self._open.close()
        raise _Refused(f"it redirects more than {MAX_REDIRECTS} times; give the URL where they end")

    def body(self, response: httpx.Response) -> Iterator[bytes]:
        """The decoded body, piece by piece, within the deadline."""
        for chunk in _decoded(response.iter_raw(), response.headers.get("content-encoding", "")):
            self._check_time()
            yield chunk
        self._check_time()  # a connection that was cut can look like the end of a body of unknown length

    def _ask(self, hop: Hop) -> httpx.Response:
        import httpx

        self._check_time()
        addresses = self._check(hop.host, hop.port)
        for address in addresses:
            self._check_time()
            try:
                return self._ask_at(hop, address)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                self._open.close()
                if address is addresses[-1]:
                    raise
        raise AssertionError("a host that was checked has an address")

    def _ask_at(self, hop: Hop, address: IPAddress) -> httpx.Response:
        """Ask at this very address: the name is not resolved again, but the certificate must be for the name.

        The transport alone, without httpx's client around it: no proxies from the environment, no .netrc, no cookies,
        no log line with the whole URL.
        """
        import httpx

        headers = {
            "Host": hop.url.netloc.decode("ascii"),
            "User-Agent": "splitreader",
            "Accept": "application/pdf, */*;q=0.5",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        if hop.authorization is not None:
            headers["Authorization"] = hop.authorization
        connect, read = self._deadline.at_most(CONNECT_SECONDS), self._deadline.at_most(READ_SECONDS)
        request = httpx.Request(
            "GET",
            hop.url.copy_with(host=str(address)),
            headers=headers,
            extensions={
                "sni_hostname": hop.host.rstrip("."),
                "timeout": httpx.Timeout(read, connect=connect).as_dict(),
                "trace": self._deadline.trace,
            },
        )
        transport = httpx.HTTPTransport(verify=self._certificates, trust_env=False)
        self._open.callback(transport.close)
        response = transport.handle_request(request)
        self._open.callback(response.close)
        return response

    def _check_time(self) -> None:
        if self._deadline.over:
            raise _Refused("it took too long")


def _check_status(status: int) -> None:
    if status == 200:
        return
    advice = "check the URL"
    if status in {401, 403, 407}:
        advice = "check user and password, or whether the link has expired"
    elif status == 429 or status >= 500:
        advice = "try again later"
    raise _Refused(f"the server answered HTTP {status}; {advice}")


def _content_type(response: httpx.Response) -> str:
    return "".join(filter(str.isprintable, response.headers.get("content-type", "")))[:80] or "no content type"


def _decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The body without its Content-Encoding, in pieces that stay small whatever they were compressed from."""
    match encoding.strip().lower():
        case "" | "identity":
            yield from chunks
        case "gzip" | "x-gzip":
            yield from _gunzipped(chunks)
        case other:
            raise _Refused(f"it comes in the encoding {other[:20]!r}, which was not asked for; download it yourself")


def _gunzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    decoder = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    for chunk in chunks:
        rest = chunk
        while rest and not decoder.eof:
            yield decoder.decompress(rest, _DECODED_AT_ONCE)
            rest = decoder.unconsumed_tail
    yield decoder.flush()
    if not decoder.eof:
        raise _Refused("its gzip encoding breaks off; try again")


def _explain(error: Exception) -> str:
    """One sentence without the text of errors that may quote what was sent."""
    import httpx

    for kind, what in (
        (httpx.ConnectTimeout, f"the server did not take the connection within {CONNECT_SECONDS:g} s; try again later"),
        (httpx.ReadTimeout, f"the server sent nothing for {READ_SECONDS:g} s; try again later"),
        (httpx.ConnectError, f"no connection to the server ({str(error)[:200]}); check the URL"),
        (httpx.RemoteProtocolError, "the server closed the connection early, or does not speak HTTP; try again"),
        (httpx.TransportError, "the connection broke; try again"),
        (zlib.error, "its gzip encoding is damaged; try again"),
    ):
        if isinstance(error, kind):
            return what
    return f"the server's answer can't be used ({type(error).__name__}); download it yourself and give the file"
