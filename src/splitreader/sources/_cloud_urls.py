"""What can be said of a cloud store's URL without a library: whether it may be read, and where its folder is."""

from __future__ import annotations

import re

from splitreader._config import shortened
from splitreader._errors import DownloadFailed, SourceNotFound
from splitreader.sources._finding import is_pattern
from splitreader.sources._urls import other_scheme

STORES = frozenset(
    {
        "abfs", "abfss", "adl", "az", "b2", "dropbox", "gcs", "gdrive", "gs", "hf", "lakefs", "memory", "oci",
        "ocilake", "oss", "r2", "s3", "s3a", "tos", "tosfs",
    }
)  # fmt: skip
"""Schemes whose file system is a store that the user's own settings lead to, and not the URL."""

_ON_THIS_MACHINE = frozenset({"file", "local", "asynclocal"})
_LEAD_ELSEWHERE = frozenset(
    {
        "asyncwrapper", "blockcache", "cached", "dask", "data", "dir", "dvc", "filecache", "generic", "git", "http",
        "https", "libarchive", "reference", "simplecache", "tar", "zip",
    }
)  # fmt: skip
_NAME_A_HOST = frozenset({"ftp", "hdfs", "jlab", "jupyter", "root", "sftp", "smb", "ssh", "webdav", "webhdfs"})
_CONTAINER_BEFORE_HOST = frozenset({"abfs", "abfss", "adl"})
"""Azure's schemes: ``abfss://container@account.dfs.core.windows.net/packet.pdf`` holds no user."""

_QUERY = re.compile(r"\?[^/?*=]+=")


def check_cloud_url(url: str) -> None:
    """See that a URL is one that fsspec may read.

    A store is let in if where it is comes from the user's own settings, not from the URL: the others would let whoever
    names a packet choose what this machine connects to, which http(s) downloads guard against. Credentials have no
    place in a URL, so that its name, messages and pickles can hold all of it.

    Raises:
        DownloadFailed: it may not be read. The message does not quote it.
        SourceNotFound: its scheme is not known.
    """
    scheme = check_scheme(other_scheme(url) or "")
    if "::" in url:
        raise DownloadFailed(
            f"a URL of the scheme {scheme} holds '::', which chains file systems; give the URL of the PDF alone"
        )
    bucket, _, path = url.partition("://")[2].partition("/")
    user = bucket.rpartition("@")[0]
    if user and (":" in user or scheme not in _CONTAINER_BEFORE_HOST):
        raise DownloadFailed(
            f"a URL of the scheme {scheme} has a user before its @ (it is not quoted here, for it may hold a "
            "password); leave it out and put the credentials where fsspec looks for them, such as the environment"
        )
    if _QUERY.search(path):
        raise DownloadFailed(
            f"a URL of the scheme {scheme} has a query (it is not quoted here, for it may hold a signature); leave it "
            "out, or give the signed https:// link"
        )
    if not url.isprintable():
        raise DownloadFailed(f"a URL of the scheme {scheme} holds characters that can't be printed; check it")


def check_scheme(scheme: str) -> str:
    """The scheme itself, if it is one of a store.

    Raises:
        DownloadFailed: it is that of something else.
        SourceNotFound: it is not known.
    """
    if scheme in _ON_THIS_MACHINE:
        raise DownloadFailed(f"a URL of the scheme {scheme} is a file of this machine; give its path")
    if scheme in _LEAD_ELSEWHERE:
        raise DownloadFailed(
            f"a URL of the scheme {scheme} leads through another file system; give the URL of the PDF itself"
        )
    if scheme in _NAME_A_HOST:
        raise DownloadFailed(
            f"a URL of the scheme {scheme} would connect to whatever host it names, which is only checked for http "
            "and https; open it with fsspec yourself and give the stream"
        )
    if scheme not in STORES:
        known = ", ".join(sorted(STORES))
        raise SourceNotFound(
            f"a URL of the scheme {shortened(scheme)} can't be read: only http, https and those of known cloud stores "
            f"({known}); open it yourself, such as with fsspec, and give the stream"
        )
    return scheme


def fixed_part(pattern: str) -> str:
    """The folder that a pattern begins with, with a slash at its end."""
    head, _, path = pattern.partition("://")
    parts = path.split("/")
    fixed = next(index for index, part in enumerate(parts) if is_pattern(part))
    return f"{head}://" + "".join(f"{part}/" for part in parts[:fixed])


def with_lower_scheme(url: str) -> str:
    """The same URL as fsspec knows it, which takes schemes in lower case only."""
    scheme, _, rest = url.partition("://")
    return f"{scheme.lower()}://{rest}"
