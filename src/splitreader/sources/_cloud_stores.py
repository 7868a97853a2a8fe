"""The files of cloud stores, through fsspec: which there are, and their bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from splitreader._errors import (
    DownloadFailed,
    InvalidConfiguration,
    SourceError,
    SourceNotFound,
    SourceUnreadable,
    SplitReaderError,
)
from splitreader._limits import Limits
from splitreader.sources._beginning import checked_pdf
from splitreader.sources._cloud_urls import check_cloud_url, check_scheme, fixed_part, with_lower_scheme
from splitreader.sources._deadline import Abort
from splitreader.sources._finding import is_pattern
from splitreader.sources._patience import GivenUp, Patience
from splitreader.sources._source import Source
from splitreader.sources._spool import SpooledFile, spool, too_large
from splitreader.sources._urls import other_scheme

LOOK_SECONDS = 600.0
"""How long a store may take to list a folder or the matches of a pattern."""

_LOOK_ADVICE = "name a folder with fewer files, or list it yourself and give the URLs of the files"
_FETCH_ADVICE = "raise Limits.download_seconds or download it yourself and give the file"

_READ_AT_ONCE = 1 << 20

_PACKAGES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
}

_QUERIES = re.compile(r"(?<=\?)\S+")


def find_in_store(url: str, abort: Abort | None = None) -> list[Source]:
    """The packets that a URL of a cloud store names, sorted by their URLs, which are their names.

    Args:
        url: of a file; of a folder, searched recursively for ``*.pdf``; or a pattern, as in `glob`, whose matches
            count whatever they are called. One that ends in ``.pdf`` is a file, without a look. What ends in a slash
            is a folder.
        abort: calls it off.

    Raises:
        SourceNotFound: nothing is there.
        SourceUnreadable: the store does not let us look.
        DownloadFailed: the URL may not be read, the store can't be asked or takes longer than `LOOK_SECONDS`, or it
            was called off.
        InvalidConfiguration: the library for the store is not installed.
    """
    check_cloud_url(url)
    url = with_lower_scheme(url)
    store = _store(url)
    if not is_pattern(url) and url.lower().endswith(".pdf"):
        return [Source(name=url, url=url)]
    try:
        with Patience(LOOK_SECONDS, abort or Abort(), advice=_LOOK_ADVICE) as patience:
            found = patience.run(lambda: _look(store, url))
    except GivenUp as given_up:
        raise DownloadFailed(f"{url} was not looked up: {given_up}", source=url) from None
    except SplitReaderError:
        raise
    except Exception as error:  # whatever a store can bring about
        raise _as_ours(error, url, "was not looked up") from error
    return [Source(name=each, url=each) for each in sorted(found)]


def check_store(url: str) -> None:
    """See that there is a library here that reads this store.

    Raises:
        InvalidConfiguration: it is not installed.
        SourceError: there is none, or it can't be set up.
    """
    _store(url)


def fetch_from_store(url: str, *, name: str, limits: Limits, abort: Abort) -> SpooledFile:
    """Read a PDF from a cloud store to a private temporary file. Nothing stays behind when it fails.

    Args:
        url: as `find_in_store` gives it.
        name: for messages.
        limits: ``max_bytes`` and ``download_seconds`` are kept.
        abort: calls it off.

    Raises:
        SourceNotFound: it is not there.
        SourceUnreadable: the store does not let us read it, or it can't be stored here.
        DownloadFailed: it can't be had, it takes too long, or was called off.
        LimitExceeded: it is larger than ``max_bytes``.
        NotAPDF: something else came.
        InvalidConfiguration: the library for the store is not installed.
    """
    store = _store(url)
    path = store._strip_protocol(url)  # noqa: SLF001  # fsspec's own way from URLs to paths
    with Patience(limits.download_seconds, abort, advice=_FETCH_ADVICE) as patience:
        chunks = _chunks(store, path, patience, name=name, max_bytes=limits.max_bytes)
        return spool(checked_pdf(chunks, name=name), name=name, max_bytes=limits.max_bytes)


def _chunks(store: Any, path: str, patience: Patience, *, name: str, max_bytes: int | None) -> Iterator[bytes]:
    """The bytes of a file. Every error is one of ours: an OSError would count as one of this machine's disk."""
    try:
        stream = patience.run(lambda: store.open(path, "rb"))
        patience.finally_do(stream.close)
        size = getattr(stream, "size", None)
        if max_bytes is not None and isinstance(size, int) and size > max_bytes:
            raise too_large(name, f"{size:,} bytes", max_bytes)
        while chunk := patience.run(lambda: stream.read(_READ_AT_ONCE)):
            yield chunk
    except GivenUp as given_up:
        raise DownloadFailed(f"{name} was not downloaded: {given_up}", source=name) from None
    except SplitReaderError:
        raise
    except Exception as error:  # whatever a store can bring about
        raise _as_ours(error, name, "was not downloaded") from error


def _look(store: Any, url: str) -> list[str]:
    if is_pattern(url):
        return _matches(store, url)
    root = store._strip_protocol(url)  # noqa: SLF001
    if not url.endswith("/") and store.info(root)["type"] == "file":
        return [url]
    found = [path for path in store.find(root) if path.lower().endswith(".pdf")]
    if not found:
        raise SourceNotFound(f"the folder {url} holds no file that ends in .pdf; check it", source=url)
    return _as_urls(store, url.rstrip("/") + "/", found)


def _matches(store: Any, pattern: str) -> list[str]:
    matches = store.glob(store._strip_protocol(pattern), detail=True)  # noqa: SLF001
    found = [path for path, info in matches.items() if info["type"] == "file"]
    if found:
        return _as_urls(store, fixed_part(pattern), found)
    if store.isfile(store._strip_protocol(pattern)):  # noqa: SLF001  # scan[1].pdf may be meant as it stands
        return [pattern]
    raise SourceNotFound(f"no file matches the pattern {pattern}; check it", source=pattern)


def _as_urls(store: Any, folder: str, paths: list[str]) -> list[str]:
    """The paths that were found below a folder, as URLs in the form the folder was given in."""
    root = store._strip_protocol(folder)  # noqa: SLF001
    return [folder + path.removeprefix(root).removeprefix("/") for path in paths]


def _store(url: str) -> Any:
    """The file system of a URL, set up from the environment; its own memory of listings may be old and is off."""
    scheme = check_scheme(other_scheme(url) or "")
    try:
        import fsspec
    except ImportError:
        raise InvalidConfiguration(
            f"a URL of the scheme {scheme} is read through fsspec, which is not installed: "
            f"pip install 'splitreader[fsspec]'{_package(scheme)}"
        ) from None
    try:
        kind = fsspec.get_filesystem_class(scheme)
    except ValueError:
        raise SourceNotFound(
            f"a URL of the scheme {scheme} can't be read: this fsspec has no file system for it; give a file or stream"
        ) from None
    except ImportError as error:
        cure = f"pip install{package}" if (package := _package(scheme)) else str(error)[:200]
        raise InvalidConfiguration(
            f"the library that reads URLs of the scheme {scheme} is not installed: {cure}"
        ) from error
    try:
        return kind(**kind._get_kwargs_from_urls(url), use_listings_cache=False)  # noqa: SLF001  # as url_to_fs does
    except Exception as error:  # whatever a store can bring about
        raise DownloadFailed(
            f"URLs of the scheme {scheme} can't be read ({_words(error)}); check what fsspec finds in the environment"
        ) from error


def _package(scheme: str) -> str:
    return f" {_PACKAGES[scheme]}" if scheme in _PACKAGES else ""


def _as_ours(error: Exception, name: str, what: str) -> SourceError:
    """An error of our tree for what a store raised."""
    if isinstance(error, FileNotFoundError):
        return SourceNotFound(f"{name} is not there; check the bucket and the path", source=name)
    if isinstance(error, IsADirectoryError):
        return SourceNotFound(f"{name} is a folder; put a slash at its end to read the PDFs in it", source=name)
    if isinstance(error, PermissionError):
        return SourceUnreadable(
            f"{name} {what}: the store refuses it ({_words(error)}); check the credentials in the environment and "
            "what they allow",
            source=name,
        )
    return DownloadFailed(
        f"{name} {what} ({_words(error)}); check the credentials and settings that fsspec finds in the environment, "
        "and try again",
        source=name,
    )


def _words(error: Exception) -> str:
    """What a library's error says, shortened, without the queries of URLs, which may be signed."""
    text = " ".join(_QUERIES.sub("...", str(error)).split())
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
