"""URLs of cloud stores, on real fsspec file systems: memory://, and one that fails as stores do."""

import gc
import io
import logging
import subprocess
import sys
import threading

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from splitreader import (
    DownloadFailed,
    LimitExceeded,
    Limits,
    NotAPDF,
    SourceError,
    SourceNotFound,
    SourceUnreadable,
    SplitReader,
)
from splitreader.sources import Abort, _cloud_stores, _cloud_urls, localize, one_source, resolve_sources
from splitreader.sources._cloud_urls import check_cloud_url

PDF = b"%PDF-1.7\n" + bytes(3_000_000)


@pytest.fixture
def store():
    """A bucket with some files, in this process."""
    files = MemoryFileSystem()
    files.store.clear()
    files.pseudo_dirs[:] = [""]
    for path in ("case/b.pdf", "case/a.PDF", "case/deep/c.pdf", "case/notes.txt", "case/scan[1].pdf", "other/d.pdf"):
        files.pipe(f"/bucket/{path}", PDF + path.encode())
    yield files
    files.store.clear()


class Troubled(MemoryFileSystem):
    """A store that fails, or hangs, as it is told by the name of the file."""

    protocol = "troubled"
    store = {}  # noqa: RUF012  # as its base has it
    hangs = threading.Event()

    def open(self, path, mode="rb", **options):
        name = path.rpartition("/")[2].removesuffix(".pdf")
        if name == "forbidden":
            raise PermissionError("Access Denied https://store.example/x?sig=hush")
        if name == "no-credentials":
            raise RuntimeError("Unable to locate credentials")
        if name == "a-folder":
            raise IsADirectoryError(path)
        return Stream(name)

    def find(self, path, **options):
        if path.endswith("endless"):
            Troubled.hangs.set()
            threading.Event().wait()
        raise PermissionError("Access Denied")

    def info(self, path, **options):
        raise FileNotFoundError(path)


class Stream(io.BytesIO):
    size = None

    def __init__(self, name):
        super().__init__(PDF)
        self.name = name

    def read(self, size=-1):
        if self.name == "hanging" and self.tell() > 0:
            Troubled.hangs.set()
            threading.Event().wait()
        if self.name == "breaking" and self.tell() > 0:
            raise OSError(5, "the connection broke")
        if self.name == "a-page":
            return b"<html><title>Log in</title>"
        return super().read(size)


@pytest.fixture
def troubled(monkeypatch):
    monkeypatch.setattr(_cloud_urls, "STORES", _cloud_urls.STORES | {"troubled"})
    fsspec.register_implementation("troubled", Troubled, clobber=True)
    Troubled.hangs.clear()


def local(url, *, abort=None, **limits):
    return localize(one_source(url), Limits(**limits), allow_private=False, abort=abort)


def names(sources):
    return [source.name for source in sources]


class TestFinding:
    def test_a_file_is_not_looked_up(self):
        (source,) = resolve_sources("MEMORY://bucket/none.pdf")
        assert source.name == source.url == "memory://bucket/none.pdf"
        assert source.file_name == "none.pdf"
        assert not source.is_local

    @pytest.mark.parametrize("url", ["memory://bucket/case/", "memory://bucket/case"])
    def test_a_folder_gives_its_pdfs_in_order(self, store, url):
        assert names(resolve_sources(url)) == [
            "memory://bucket/case/a.PDF",
            "memory://bucket/case/b.pdf",
            "memory://bucket/case/deep/c.pdf",
            "memory://bucket/case/scan[1].pdf",
        ]

    def test_an_empty_part_of_a_key_stays(self):
        found = _cloud_stores._as_urls(fsspec.filesystem("memory"), "memory://bucket/in/", ["/bucket/in//x.pdf"])
        assert found == ["memory://bucket/in//x.pdf"]

    def test_a_file_of_any_name(self, store):
        assert names(resolve_sources("memory://bucket/case/notes.txt")) == ["memory://bucket/case/notes.txt"]

    @pytest.mark.parametrize(
        ("pattern", "found"),
        [
            ("memory://bucket/*/?.pdf", ["memory://bucket/case/b.pdf", "memory://bucket/other/d.pdf"]),
            ("memory://bucket/**/[c-d].pdf", ["memory://bucket/case/deep/c.pdf", "memory://bucket/other/d.pdf"]),
            ("memory://bucket/case/n*", ["memory://bucket/case/notes.txt"]),
            ("memory://bucket/case/*e*", ["memory://bucket/case/notes.txt"]),  # deep is a folder
            ("memory://bucket/case/scan[1].pdf", ["memory://bucket/case/scan[1].pdf"]),
        ],
    )
    def test_a_pattern(self, store, pattern, found):
        assert names(resolve_sources(pattern)) == found

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("memory://bucket/none/", "none/ is not there|holds no file that ends in .pdf"),
            ("memory://bucket/none", "memory://bucket/none is not there; check the bucket and the path"),
            ("memory://bucket/none/*.pdf", "no file matches the pattern memory://bucket/none/"),
        ],
    )
    def test_nothing_there(self, store, url, words):
        with pytest.raises(SourceNotFound, match=words) as caught:
            resolve_sources(url)
        assert caught.value.source == url

    def test_others_of_a_list_come_back(self, store):
        failures = []
        found = resolve_sources(["memory://bucket/none/", "memory://bucket/other/"], on_error=failures.append)
        assert names(found) == ["memory://bucket/other/d.pdf"]
        assert [failure.source for failure in failures] == ["memory://bucket/none/"]

    def test_a_file_that_came_later_is_seen(self, store):
        resolve_sources("memory://bucket/other/")
        store.pipe("/bucket/other/e.pdf", PDF)
        assert len(resolve_sources("memory://bucket/other/")) == 2

    def test_a_store_that_refuses_to_list(self, troubled):
        with pytest.raises(SourceUnreadable, match=r"troubled://b/ was not looked up: .*Access Denied.*credentials"):
            resolve_sources("troubled://b/")

    def test_a_store_that_lists_for_ever_has_its_time(self, troubled, monkeypatch):
        monkeypatch.setattr("splitreader.sources._cloud_stores.LOOK_SECONDS", 0.1)
        with pytest.raises(DownloadFailed, match=r"was not looked up: it took longer than 0\.1 s; name a folder"):
            resolve_sources("troubled://b/endless/")

    def test_or_is_called_off(self, troubled):
        abort = Abort()
        caller = threading.Thread(target=lambda: (Troubled.hangs.wait(), abort()), daemon=True)
        caller.start()
        with pytest.raises(DownloadFailed, match="was not looked up: it was called off"):
            resolve_sources("troubled://b/endless/", abort=abort)
        caller.join()


class TestRefused:
    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("file:///etc/passwd", "give its path"),
            ("local:///etc/passwd", "give its path"),
            ("simplecache::s3://hush/a.pdf", "chains|no file or folder"),
            ("s3://bucket/a.zip::zip://hush.pdf", "chains"),
            ("zip://hush.pdf", "through another file system"),
            ("reference://hush.pdf", "through another file system"),
            ("ftp://ann:hush@host/a.pdf", "whatever host it names"),
            ("sftp://ann:hush@host/a.pdf", "whatever host it names"),
            ("s3://key:hush@bucket/a.pdf", "leave it out and put the credentials"),
            ("s3://hush@bucket/a.pdf", "leave it out and put the credentials"),
            ("abfss://ann:hush@account.dfs.core.windows.net/a.pdf", "leave it out and put the credentials"),
            ("az://container/a.pdf?sv=1&sig=hush", "a signature.*https:// link"),
            ("memory://bucket/hush\x1b[2J.pdf", "can't be printed"),
        ],
    )
    def test_with_a_cure_and_without_quoting_secrets(self, url, words, caplog):
        caplog.set_level(logging.DEBUG)
        with pytest.raises(SourceError, match=words) as caught:
            resolve_sources(url)
        if "simplecache" not in url:  # which is no URL: the text of a path is quoted
            assert "hush" not in str(caught.value)
        assert "hush" not in caplog.text

    @pytest.mark.parametrize("scheme", ["ours", "github", "wandb", "lfs+ssh"])
    def test_whatever_else_fsspec_may_know(self, scheme):
        """Also a file system that some package has brought along."""
        fsspec.register_implementation(scheme, Troubled, clobber=True)
        with pytest.raises(
            SourceNotFound, match=r"can't be read: only .* known cloud stores \(abfs, .*give the stream"
        ):
            resolve_sources(f"{scheme}://attacker.example/hush.pdf")

    @pytest.mark.parametrize(
        "url",
        [
            "abfss://container@account.dfs.core.windows.net/a.pdf",
            "s3://bucket/year=2026/case #12/a.pdf",
            "gs://bucket/2026-0?/*.pdf",
        ],
    )
    def test_these_are_none_of_them(self, url):
        check_cloud_url(url)

    def test_a_source_made_by_hand_is_checked_too(self):
        from splitreader.sources import Source

        with pytest.raises(DownloadFailed, match="give its path"):
            localize(Source(name="x", url="file:///etc/hostname"), Limits(), allow_private=True)


class TestFetching:
    def test_to_a_private_file_that_goes_with_its_source(self, store, spool_folder):
        source = local("memory://bucket/case/b.pdf")
        assert source.file().read_bytes() == PDF + b"case/b.pdf"
        assert source.file().is_relative_to(spool_folder)
        assert source.name == "memory://bucket/case/b.pdf"
        del source
        gc.collect()
        assert list(spool_folder.iterdir()) == []

    @pytest.mark.parametrize(
        ("url", "error", "words"),
        [
            ("memory://bucket/none.pdf", SourceNotFound, "none.pdf is not there"),
            ("troubled://b/a-folder.pdf", SourceNotFound, "put a slash at its end"),
            ("troubled://b/forbidden.pdf", SourceUnreadable, "refuses it .*Access Denied.*credentials"),
            ("troubled://b/no-credentials.pdf", DownloadFailed, "Unable to locate credentials.*check the credentials"),
            ("troubled://b/breaking.pdf", DownloadFailed, "the connection broke"),
            ("troubled://b/a-page.pdf", NotAPDF, "is not a PDF: it is an HTML page"),
        ],
    )
    def test_what_can_go_wrong_leaves_nothing_behind(self, store, troubled, spool_folder, *, url, error, words):
        with pytest.raises(error, match=words) as caught:
            local(url)
        assert caught.value.source == url
        assert "hush" not in str(caught.value)
        assert list(spool_folder.iterdir()) == []

    def test_a_large_one_is_refused_before_it_is_read(self, store, spool_folder, monkeypatch):
        with pytest.raises(LimitExceeded, match="has 3,000,019 bytes, and at most 1,000"):
            local("memory://bucket/case/b.pdf", max_bytes=1000)

    def test_or_while_it_is_read_if_the_store_does_not_say(self, troubled, spool_folder):
        with pytest.raises(LimitExceeded, match=r"at least 2,097,152 bytes, and at most 2,000,000"):
            local("troubled://b/plain.pdf", max_bytes=2_000_000)
        assert list(spool_folder.iterdir()) == []

    def test_a_store_that_hangs_has_its_time(self, troubled, spool_folder):
        with pytest.raises(DownloadFailed, match=r"longer than 0\.2 s; raise Limits\.download_seconds"):
            local("troubled://b/hanging.pdf", download_seconds=0.2)
        assert list(spool_folder.iterdir()) == []

    def test_a_store_that_hangs_can_be_called_off(self, troubled, spool_folder):
        abort = Abort()
        caller = threading.Thread(target=lambda: (Troubled.hangs.wait(), abort()), daemon=True)
        caller.start()
        with pytest.raises(DownloadFailed, match="was called off"):
            local("troubled://b/hanging.pdf", abort=abort)
        caller.join()
        assert list(spool_folder.iterdir()) == []


class TestWithoutTheLibraries:
    def without(self, *modules, url):
        code = (
            "import sys\n"
            f"for module in {modules}: sys.modules[module] = None\n"
            "from splitreader import InvalidConfiguration\n"
            "from splitreader.sources import resolve_sources\n"
            f"try: resolve_sources({url!r}, on_error=lambda error: None)\n"
            "except InvalidConfiguration as error: print(error)"
        )
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def test_without_fsspec(self):
        said = self.without("fsspec", url="s3://bucket/a.pdf")
        assert said == (
            "a URL of the scheme s3 is read through fsspec, which is not installed: "
            "pip install 'splitreader[fsspec]' s3fs"
        )

    def test_without_the_stores_own(self):
        said = self.without("gcsfs", url="gs://bucket/a.pdf")
        assert said == "the library that reads URLs of the scheme gs is not installed: pip install gcsfs"

    def test_fsspec_is_not_loaded_for_anything_else(self):
        code = (
            "import sys; from splitreader.sources import resolve_sources; resolve_sources('https://example.com/x.pdf');"
            "assert 'fsspec' not in sys.modules"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


def test_the_reader_takes_them(store, sample, sample_categories):
    store.pipe("/bucket/in/packet.pdf", sample.read_bytes())
    reader = SplitReader(sample_categories)
    documents = reader.load("memory://bucket/in/")
    assert {document.metadata["source"] for document in documents} == {"memory://bucket/in/packet.pdf"}
    assert [document.id for document in documents] == [document.id for document in reader.load(sample)]


def test_two_urls_of_the_same_bytes_come_once(store, sample, sample_categories):
    for name in ("a", "b"):
        store.pipe(f"/bucket/in/{name}.pdf", sample.read_bytes())
    documents = SplitReader(sample_categories).load("memory://bucket/in/*.pdf")
    assert {document.metadata["file_name"] for document in documents} == {"a.pdf"}


async def test_on_an_event_loop(store, sample, sample_categories):
    store.pipe("/bucket/in/packet.pdf", sample.read_bytes())
    assert await SplitReader(sample_categories).aload("memory://bucket/in/")


def test_a_store_that_can_not_be_set_up(monkeypatch):
    monkeypatch.setattr(_cloud_urls, "STORES", {"stubborn"})

    class Stubborn(MemoryFileSystem):
        protocol = "stubborn"

        def __init__(self, **options):
            raise ValueError("endpoint_url is missing")

    fsspec.register_implementation("stubborn", Stubborn, clobber=True)
    with pytest.raises(DownloadFailed, match=r"endpoint_url is missing.*environment"):
        resolve_sources("stubborn://b/a.pdf")
