import gc
import hashlib
import io
import os
import stat
import subprocess
import sys
import threading

import pytest

from splitreader import InvalidConfiguration, LimitExceeded, Limits, NotAPDF, SourceGone, SourceUnreadable
from splitreader.sources import Abort, FileId, Source, localize, one_source

PDF = b"%PDF-1.7\n" + bytes(5000)


def local(given, *, name=None, abort=None, **limits):
    return localize(one_source(given, name=name), Limits(**limits), allow_private=False, abort=abort)


class Stream:
    """Gives its pieces, one a read; an exception among them is raised."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)

    def read(self, size):
        piece = self.pieces.pop(0) if self.pieces else b""
        if isinstance(piece, Exception):
            raise piece
        return piece


class TestLocal:
    def test_it_comes_back_as_it_is(self, tmp_path):
        (tmp_path / "a.pdf").write_bytes(PDF)
        for source in (one_source(tmp_path / "a.pdf"), one_source(PDF)):
            assert localize(source, Limits(max_bytes=len(PDF)), allow_private=False) is source

    def test_its_size_is_checked(self, tmp_path):
        (tmp_path / "a.pdf").write_bytes(PDF)
        for source in (one_source(tmp_path / "a.pdf"), one_source(PDF)):
            with pytest.raises(
                LimitExceeded, match=r"has 5,009 bytes, and at most 5,008 .* Limits\.max_bytes"
            ) as caught:
                localize(source, Limits(max_bytes=5008), allow_private=False)
            assert caught.value.source == source.name
            assert localize(source, Limits(max_bytes=None), allow_private=False) is source

    def test_a_file_that_is_gone(self, tmp_path):
        with pytest.raises(SourceGone):
            localize(Source(name="x", path=tmp_path / "x"), Limits(), allow_private=False)

    def test_a_file_id_is_for_its_engine(self):
        with pytest.raises(InvalidConfiguration, match="llamacloud:f-1 is a file of LlamaCloud"):
            local(FileId("f-1"))


class TestStreams:
    def test_bytes_in_memory(self, spool_folder):
        source = local(io.BytesIO(PDF))
        digest = hashlib.sha256(PDF).hexdigest()
        assert (source.name, source.sha256, source.size) == (f"sha256:{digest[:16]}", digest, len(PDF))
        assert source.is_local
        assert source.file().read_bytes() == PDF
        assert source.file().is_relative_to(spool_folder)

    def test_a_name_stays(self):
        assert local(io.BytesIO(PDF), name="mail/1.pdf").name == "mail/1.pdf"

    def test_an_open_file_from_where_it_stands(self, tmp_path):
        (tmp_path / "a.bin").write_bytes(b"before" + PDF)
        with (tmp_path / "a.bin").open("rb") as stream:
            stream.seek(6)
            assert local(stream).file().read_bytes() == PDF

    def test_a_pipe(self):
        reading, writing = os.pipe()

        def write():
            with os.fdopen(writing, "wb") as stream:
                stream.write(PDF * 50)

        thread = threading.Thread(target=write)
        thread.start()
        with os.fdopen(reading, "rb") as stream:
            source = local(stream)
        thread.join()
        assert source.size == len(PDF) * 50

    def test_other_kinds_of_bytes(self):
        assert local(Stream(bytearray(b"%PD"), memoryview(b"F-"))).file().read_bytes() == b"%PDF-"

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes; its temporary folder is the user's own")
    def test_the_file_is_private(self, spool_folder):
        path = local(io.BytesIO(PDF)).file()
        source = local(io.BytesIO(PDF))
        assert not path.exists()
        assert stat.S_IMODE(source.file().stat().st_mode) == 0o600
        assert stat.S_IMODE(source.file().parent.stat().st_mode) == 0o700
        assert source.file().parent.parent == spool_folder

    def test_the_file_goes_with_its_last_source(self, spool_folder):
        source = local(io.BytesIO(PDF))
        other = one_source(source, name="other")
        other.check_unchanged(source.sha256)
        del source
        gc.collect()
        assert other.file().exists()
        del other
        gc.collect()
        assert list(spool_folder.iterdir()) == []

    def test_the_file_goes_at_exit(self, spool_folder):
        code = (
            "import io, tempfile; from splitreader import Limits; from splitreader.sources import *\n"
            f"tempfile.tempdir = {str(spool_folder)!r}\n"
            "kept = localize(one_source(io.BytesIO(b'%PDF-')), Limits(), allow_private=False)\n"
            "print(kept.file().exists())"
        )
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        assert done.stdout == "True\n"
        assert list(spool_folder.iterdir()) == []

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are of POSIX")
    def test_a_forked_child_leaves_its_parents_file(self, spool_folder):
        code = (
            "import io, os, tempfile; from splitreader import Limits; from splitreader.sources import *\n"
            f"tempfile.tempdir = {str(spool_folder)!r}\n"
            "kept = localize(one_source(io.BytesIO(b'%PDF-')), Limits(), allow_private=False)\n"
            "path, child = kept.file(), os.fork()\n"
            "if child: os.waitpid(child, 0); print(path.exists())"
        )
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        assert done.stdout == "True\n"

    @pytest.mark.parametrize(
        ("stream", "error", "words"),
        [
            (Stream(b"%PDF-", OSError(5, "gone")), SourceUnreadable, "OSError"),
            (Stream(b"%PDF-", RuntimeError("odd")), SourceUnreadable, "RuntimeError: odd"),
            (Stream(b"%PDF-", "text"), InvalidConfiguration, "gives str"),
            (Stream(None), InvalidConfiguration, "gives NoneType"),
            (Stream(), NotAPDF, r"seek\(0\)"),
            (Stream(b"%PDF-", bytes(96)), LimitExceeded, r"at least 101 bytes, and at most 100"),
        ],
    )
    def test_what_can_go_wrong_leaves_nothing_behind(self, spool_folder, stream, error, words):
        with pytest.raises(error, match=words) as caught:
            local(stream, name="mail", max_bytes=100)
        assert str(caught.value).startswith("mail ")
        assert list(spool_folder.iterdir()) == []

    def test_an_endless_one_is_not_read_to_its_end(self, spool_folder):
        class Endless:
            def read(self, size):
                return bytes(size)

        with pytest.raises(LimitExceeded):
            local(Endless(), max_bytes=10_000_000)
        assert list(spool_folder.iterdir()) == []

    def test_no_room(self, spool_folder, monkeypatch):
        spool_folder.rmdir()
        with pytest.raises(SourceUnreadable, match="set TMPDIR"):
            local(io.BytesIO(PDF))

    def test_it_can_be_called_off(self, spool_folder):
        abort = Abort()

        class Slow(Stream):
            def read(self, size):
                abort()
                return super().read(size)

        stream = Slow(b"one", b"two")
        with pytest.raises(SourceUnreadable, match="called off"):
            local(stream, abort=abort)
        assert stream.pieces == [b"two"]
        assert list(spool_folder.iterdir()) == []
