import hashlib
import io
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from splitreader import DownloadFailed, InvalidConfiguration, SourceError, SourceNotFound, SourceUnreadable
from splitreader.sources import FileId, Source, one_source, resolve_sources


@pytest.fixture
def folder(tmp_path):
    for name in ("b.pdf", "a.PDF", "deep/er/c.pdf", "deep/d.pdf", "notes.txt"):
        path = tmp_path / "packets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "packets"


def names(sources):
    return [source.name for source in sources]


class TestPaths:
    def test_a_path_is_named_as_given(self, folder, monkeypatch):
        monkeypatch.chdir(folder)
        assert names(resolve_sources("deep/er/c.pdf")) == ["deep/er/c.pdf"]
        assert names(resolve_sources(Path("deep") / "er" / "c.pdf")) == ["deep/er/c.pdf"]
        assert names(resolve_sources(str(folder / "b.pdf"))) == [(folder / "b.pdf").as_posix()]

    def test_a_source_survives_a_change_of_directory(self, folder, monkeypatch, tmp_path):
        monkeypatch.chdir(folder)
        given = [*resolve_sources("b.pdf"), *resolve_sources("b*.pdf")]
        monkeypatch.chdir(tmp_path)
        assert {source.sha256 for source in given} == {hashlib.sha256(b"b.pdf").hexdigest()}

    def test_a_folder_gives_its_pdfs_recursively_sorted_and_relative(self, folder):
        assert names(resolve_sources(folder)) == ["a.PDF", "b.pdf", "deep/d.pdf", "deep/er/c.pdf"]

    def test_several_sources_keep_their_order(self, folder):
        sources = resolve_sources([folder / "b.pdf", b"bytes", folder, "https://example.com/x.pdf"])
        assert names(sources)[0].endswith("/b.pdf")
        assert names(sources)[1] == f"sha256:{hashlib.sha256(b'bytes').hexdigest()[:16]}"
        assert names(sources)[2:] == [
            "a.PDF",
            "b.pdf",
            "deep/d.pdf",
            "deep/er/c.pdf",
            "https://example.com/x.pdf",
        ]

    @pytest.mark.parametrize("given", ["nowhere.pdf", Path("nowhere.pdf"), Path("nowhere*.pdf"), ["nowhere.pdf"]])
    def test_what_is_not_there_is_named(self, given):
        with pytest.raises(SourceNotFound, match=r"no file or folder 'nowhere\*?\.pdf'") as caught:
            resolve_sources(given)
        assert caught.value.source.startswith("nowhere")

    @pytest.mark.parametrize("given", ["x" * 5000, "a\0b.pdf"])
    def test_a_string_that_no_path_can_be_is_not_found(self, given):
        with pytest.raises(SourceNotFound, match="no file or folder"):
            resolve_sources(given)

    def test_a_folder_without_pdfs_is_an_error(self, tmp_path):
        with pytest.raises(SourceNotFound, match="no file that ends in"):
            resolve_sources(tmp_path)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX")
    def test_a_named_pipe_would_be_waited_for_and_is_refused(self, tmp_path):
        os.mkfifo(tmp_path / "pipe.pdf")
        with pytest.raises(SourceUnreadable, match="give the stream"):
            resolve_sources(tmp_path / "pipe.pdf")

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_may_not_be_read_is_an_error_of_its_own(self, folder):
        (folder / "b.pdf").chmod(0)
        with pytest.raises(SourceUnreadable, match="Permission"):
            _ = resolve_sources(folder / "b.pdf")[0].sha256


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "found"),
        [
            ("*.pdf", ["b.pdf"]),
            ("?.*", ["a.PDF", "b.pdf"]),
            ("[bn]*", ["b.pdf", "notes.txt"]),
            ("*", ["a.PDF", "b.pdf", "notes.txt"]),
            ("**/*.pdf", ["b.pdf", "deep/d.pdf", "deep/er/c.pdf"]),
            ("deep/**/*.pdf", ["d.pdf", "er/c.pdf"]),
            ("d*p/*.pdf", ["deep/d.pdf"]),
            ("deep/*/c.pdf", ["er/c.pdf"]),
        ],
    )
    def test_files_are_sorted_and_named_relative_to_the_fixed_part(self, folder, monkeypatch, pattern, found):
        assert names(resolve_sources(f"{folder}/{pattern}")) == found
        monkeypatch.chdir(folder)
        sources = resolve_sources(pattern)
        assert names(sources) == found
        assert all(source.path.is_file() for source in sources)

    @pytest.mark.parametrize("pattern", ["*.tiff", "deep/[x-z]*", "a[b/c]d*"])
    def test_without_a_match_it_is_an_error_that_says_so(self, folder, monkeypatch, pattern):
        monkeypatch.chdir(folder)
        with pytest.raises(SourceNotFound, match="no file matches the pattern") as caught:
            resolve_sources(pattern)
        assert caught.value.source == pattern

    def test_an_existing_path_is_no_pattern(self, folder):
        (folder / "scan[b].pdf").write_bytes(b"")
        (folder / "scanb.pdf").write_bytes(b"")
        assert names(resolve_sources(f"{folder}/scan[b].pdf")) == [f"{folder.as_posix()}/scan[b].pdf"]

    @pytest.mark.parametrize("given", ["scan[1.pdf", "scan[1/2].pdf", "scan[].pdf"])
    def test_half_a_bracket_is_a_path(self, given):
        with pytest.raises(SourceNotFound, match="no file or folder"):
            resolve_sources(given)


class TestURLs:
    @pytest.mark.parametrize(
        ("url", "name", "file_name"),
        [
            ("https://example.com/a/packet.pdf", "https://example.com/a/packet.pdf", "packet.pdf"),
            ("HTTP://ann:hush@example.com:8080/p.pdf?sig=hush#hush", "http://example.com:8080/p.pdf", "p.pdf"),
            ("https://an%40n:hu%2Fsh@[2001:db8::1]/p", "https://[2001:db8::1]/p", "p"),
            ("https://example.com?hush", "https://example.com", "example.com"),
            ("https://example.com/a/..", "https://example.com/a/..", "a"),
            ("https://example.com/p.pdf?sig=" + "x" * 5000, "https://example.com/p.pdf", "p.pdf"),
            ("https://example.com/find?q=*", "https://example.com/find", "find"),
        ],
    )
    def test_the_name_is_the_url_without_secrets(self, url, name, file_name):
        (source,) = resolve_sources(url)
        assert (source.name, source.file_name, source.url) == (name, file_name, url)
        assert (source.is_local, source.size) == (False, None)
        assert "hush" not in repr(source)
        assert "hush" not in str(source)

    @pytest.mark.parametrize(
        "url", ["https://", "http://ann:hu/sh@host/", "http://host:99999/hush", "http://[hush/", "http://a/hush\x1b[2J"]
    )
    def test_a_malformed_one_is_refused_without_quoting_it(self, url, caplog):
        caplog.set_level(logging.DEBUG)
        with pytest.raises(DownloadFailed, match="can't be used") as caught:
            resolve_sources(url)
        assert caught.value.__cause__ is caught.value.__context__ is None
        assert "hu" not in str(caught.value).replace("http", "")

    @pytest.mark.parametrize("url", ["sip://ann:hush@host/p.pdf", "xs3://hush/*.pdf"])
    def test_other_schemes_are_named_and_the_rest_is_not_quoted(self, url):
        with pytest.raises(SourceError, match=rf"scheme {url[:2]}") as caught:
            resolve_sources(url)
        assert "hush" not in str(caught.value)

    def test_nothing_is_imported_for_one(self):
        code = (
            "import sys; from splitreader.sources import resolve_sources; resolve_sources('https://example.com/x.pdf');"
            "assert 'httpx' not in sys.modules and 'asyncio' not in sys.modules"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


class TestBytesStreamsAndIds:
    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
    def test_bytes_are_named_by_their_hash_unless_a_name_is_given(self, kind):
        digest = hashlib.sha256(b"some bytes").hexdigest()
        (source,) = resolve_sources(kind(b"some bytes"))
        assert (source.name, source.sha256, source.size) == (f"sha256:{digest[:16]}", digest, 10)
        assert names(resolve_sources(kind(b"some bytes"), name="mail/1.pdf")) == ["mail/1.pdf"]

    def test_a_stream_is_not_read(self):
        stream = io.BytesIO(b"%PDF-")
        (source,) = resolve_sources(stream)
        assert (stream.tell(), source.is_local, source.size) == (0, False, None)
        assert names(resolve_sources(stream, name="mail/1.pdf")) == ["mail/1.pdf"]

    def test_a_text_stream_is_refused(self, folder):
        with (folder / "b.pdf").open() as text, pytest.raises(InvalidConfiguration, match="binary mode"):
            resolve_sources(text)
        with pytest.raises(InvalidConfiguration, match="binary mode"):
            resolve_sources([io.StringIO("text")])

    def test_a_stream_for_event_loops_is_refused(self):
        class Upload:
            async def read(self, size=-1):
                return b""

        with pytest.raises(InvalidConfiguration, match="coroutine"):
            resolve_sources(Upload())

    def test_a_file_id_is_named_after_where_it_is(self):
        (source,) = resolve_sources(FileId("f-1"))
        assert (source.name, source.file_id, source.is_local) == ("llamacloud:f-1", FileId("f-1"), False)

    def test_a_string_is_never_a_file_id(self):
        with pytest.raises(SourceNotFound):
            resolve_sources("llamacloud:f-1")

    @pytest.mark.parametrize("given", [7, None, [7], [None], io.BytesIO])
    def test_what_can_not_be_read_is_refused_by_type(self, given):
        with pytest.raises(InvalidConfiguration, match=r"int|NoneType|type"):
            resolve_sources(given)

    def test_one_name_for_several_packets_is_refused(self, folder):
        with pytest.raises(InvalidConfiguration, match="4 were given"):
            resolve_sources(folder, name="mine")


class TestOneSource:
    @pytest.mark.parametrize("given", [["a.pdf"], ".", 7])
    def test_it_wants_one_packet(self, given):
        with pytest.raises(InvalidConfiguration, match="one packet"):
            one_source(given)

    def test_a_pattern_may_match_one(self, folder):
        assert one_source(f"{folder}/*.pdf", name="mine").name == "mine"
        with pytest.raises(InvalidConfiguration, match="matches 3 files"):
            one_source(f"{folder}/**/*.pdf")

    @pytest.mark.parametrize(
        "given", [b"bytes", io.BytesIO(), FileId("f"), "https://example.com/x", Source(name="x", data=b"")]
    )
    def test_it_takes_every_kind(self, given):
        assert one_source(given, name="mine").name == "mine"


class TestGoingOn:
    def test_each_that_is_not_there_is_reported_and_the_others_come_back(self, folder, tmp_path):
        (tmp_path / "empty").mkdir()
        errors = []
        sources = resolve_sources(
            ["nowhere.pdf", folder / "b.pdf", tmp_path / "empty", f"{folder}/*.tiff", "http://", "sip://x", b"bytes"],
            on_error=errors.append,
        )
        assert len(sources) == 2
        assert [type(error) for error in errors] == [
            SourceNotFound,
            SourceNotFound,
            SourceNotFound,
            DownloadFailed,
            SourceNotFound,
        ]

    def test_what_the_callback_raises_comes_through_once(self):
        calls = []

        def refuse(error):
            calls.append(error)
            raise error

        for given in ("nowhere.pdf", "nowhere*.pdf", "http://"):
            with pytest.raises((SourceNotFound, DownloadFailed)):
                resolve_sources(given, on_error=refuse)
        assert len(calls) == 3

    def test_nothing_left_is_no_packet_that_could_be_named(self):
        assert resolve_sources("nowhere.pdf", name="mine", on_error=lambda error: None) == []

    def test_a_wrong_type_is_raised_all_the_same(self):
        with pytest.raises(InvalidConfiguration):
            resolve_sources([7], on_error=lambda error: None)

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
    def test_a_folder_below_that_can_not_be_read_is_reported_beside_the_rest(self, folder):
        (folder / "deep" / "er").chmod(0)
        errors = []
        try:
            sources = resolve_sources(folder, on_error=errors.append)
            with pytest.raises(SourceUnreadable):
                resolve_sources(folder)
        finally:
            (folder / "deep" / "er").chmod(0o700)
        assert names(sources) == ["a.PDF", "b.pdf", "deep/d.pdf"]
        assert [type(error) for error in errors] == [SourceUnreadable]
        assert isinstance(errors[0].__cause__, PermissionError)
