import hashlib
import logging
import os
from pathlib import Path

import pytest

from splitreader import InvalidConfiguration, SourceChanged, SourceGone, SourceNotFound, SourceUnreadable
from splitreader._sources import Source, one_source, resolve_sources, unique_sources


@pytest.fixture
def folder(tmp_path):
    for name in ("b.pdf", "a.PDF", "deep/er/c.pdf", "notes.txt"):
        path = tmp_path / "packets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "packets"


def names(sources):
    return [source.name for source in sources]


def test_a_path_is_named_as_given(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert names(resolve_sources("deep/er/c.pdf")) == ["deep/er/c.pdf"]
    assert names(resolve_sources(Path("deep") / "er" / "c.pdf")) == ["deep/er/c.pdf"]
    assert names(resolve_sources(str(folder / "b.pdf"))) == [(folder / "b.pdf").as_posix()]


def test_a_source_survives_a_change_of_directory(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(folder)
    (source,) = resolve_sources("b.pdf")
    monkeypatch.chdir(tmp_path)
    assert source.sha256 == hashlib.sha256(b"b.pdf").hexdigest()


def test_a_folder_gives_its_pdfs_recursively_sorted_and_relative(folder):
    assert names(resolve_sources(folder)) == ["a.PDF", "b.pdf", "deep/er/c.pdf"]


def test_several_sources_keep_their_order(folder):
    sources = resolve_sources([folder / "b.pdf", b"bytes", folder])
    assert names(sources)[0].endswith("/b.pdf")
    assert names(sources)[1] == f"sha256:{hashlib.sha256(b'bytes').hexdigest()[:16]}"
    assert names(sources)[2:] == ["a.PDF", "b.pdf", "deep/er/c.pdf"]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_are_named_by_their_hash_unless_a_name_is_given(kind):
    digest = hashlib.sha256(b"some bytes").hexdigest()
    (source,) = resolve_sources(kind(b"some bytes"))
    assert (source.name, source.sha256, source.size) == (f"sha256:{digest[:16]}", digest, 10)
    assert names(resolve_sources(kind(b"some bytes"), name="mail/1.pdf")) == ["mail/1.pdf"]


def test_the_bytes_are_in_no_repr():
    assert "secret" not in repr(resolve_sources(b"secret"))


@pytest.mark.parametrize("given", ["nowhere.pdf", Path("nowhere.pdf"), ["nowhere.pdf"]])
def test_what_is_not_there_is_named(given):
    with pytest.raises(SourceNotFound, match=r"nowhere\.pdf") as caught:
        resolve_sources(given)
    assert caught.value.source == "nowhere.pdf"


def test_a_folder_without_pdfs_is_an_error(tmp_path):
    with pytest.raises(SourceNotFound, match="no file that ends in"):
        resolve_sources(tmp_path)


@pytest.mark.parametrize("given", [7, None, [7], [None]])
def test_what_can_not_be_read_is_refused_by_type(given):
    with pytest.raises(InvalidConfiguration, match=r"int|NoneType"):
        resolve_sources(given)


def test_one_name_for_several_packets_is_refused(folder):
    with pytest.raises(InvalidConfiguration, match="3 were given"):
        resolve_sources(folder, name="mine")


@pytest.mark.parametrize("given", [["a.pdf"], "."])
def test_one_source_wants_one_packet(given):
    with pytest.raises(InvalidConfiguration, match="one packet"):
        one_source(given)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_an_error_of_its_own(folder):
    (folder / "b.pdf").chmod(0)
    with pytest.raises(SourceUnreadable, match="Permission"):
        _ = resolve_sources(folder / "b.pdf")[0].sha256


def test_check_unchanged_tells_changed_from_gone(folder):
    (source,) = resolve_sources(folder / "b.pdf")
    before = source.sha256
    source.check_unchanged(before)
    (folder / "b.pdf").write_bytes(b"other")
    with pytest.raises(SourceChanged, match="has changed"):
        source.check_unchanged(before)
    (folder / "b.pdf").unlink()
    with pytest.raises(SourceGone, match="not there any more"):
        source.check_unchanged(before)


class TestDuplicates:
    sources = (
        Source(name="z.pdf", data=b"one"),
        Source(name="m.pdf", data=b"two"),
        Source(name="a.pdf", data=b"one"),
        Source(name="b.pdf", data=b"six"),
    )

    def test_the_first_in_sorted_order_stays_whatever_the_order_given(self, caplog):
        with caplog.at_level(logging.INFO):
            kept = names(unique_sources(self.sources, duplicates="drop"))
        assert kept == ["m.pdf", "a.pdf", "b.pdf"]
        assert sorted(kept) == sorted(names(unique_sources(reversed(self.sources), duplicates="drop")))
        assert "z.pdf has the same bytes as a.pdf" in caplog.text

    def test_keep_keeps_all_but_the_very_same_source(self):
        twice = (*self.sources, self.sources[0])
        assert names(unique_sources(twice, duplicates="keep")) == ["z.pdf", "m.pdf", "a.pdf", "b.pdf"]

    def test_the_same_file_given_twice_is_yielded_once(self, folder):
        sources = resolve_sources([folder / "b.pdf", folder / "b.pdf"])
        assert len(list(unique_sources(sources, duplicates="drop"))) == 1

    def test_files_of_different_sizes_are_not_read_to_compare_them(self, tmp_path):
        for name, size in (("a.pdf", 10), ("b.pdf", 11)):
            (tmp_path / name).write_bytes(bytes(size))
        sources = resolve_sources(tmp_path)
        first = next(unique_sources(sources, duplicates="drop"))
        assert all("_hashed" not in vars(source) for source in sources)
        assert first.name == "a.pdf"
