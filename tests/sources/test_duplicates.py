import io
import itertools
import logging
from dataclasses import replace

import pytest

from splitreader import Limits, SourceGone
from splitreader.sources import Source, Twins, localize, resolve_sources


def names(sources, duplicates="drop", fetch=lambda source: source):
    """What a reader would go on with."""
    twins = Twins(sources, duplicates=duplicates)
    return [local.name for local in map(fetch, twins) if twins.admits(local)]


SOURCES = (
    Source(name="z.pdf", data=b"one"),
    Source(name="m.pdf", data=b"two"),
    Source(name="a.pdf", data=b"one"),
    Source(name="b.pdf", data=b"six"),
)


def test_the_first_in_sorted_order_stays_whatever_the_order_given(caplog):
    caplog.set_level(logging.INFO)
    assert names(SOURCES) == ["m.pdf", "a.pdf", "b.pdf"]
    assert "z.pdf has the same bytes as a.pdf" in caplog.text
    for order in itertools.permutations(SOURCES):
        assert sorted(names(order)) == ["a.pdf", "b.pdf", "m.pdf"]


def test_two_of_one_name_come_once(tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.pdf").write_bytes(b"one")
    sources = resolve_sources([tmp_path / "x", tmp_path / "y"])
    twins = Twins(sources, duplicates="drop")
    assert [source.path.parent.name for source in twins if twins.admits(source)] == ["x"]


def test_keep_keeps_all_but_the_very_same_source():
    assert names((*SOURCES, SOURCES[0]), "keep") == ["z.pdf", "m.pdf", "a.pdf", "b.pdf"]


@pytest.mark.parametrize("duplicates", ["drop", "keep"])
def test_the_same_thing_given_twice_comes_once(tmp_path, duplicates):
    (tmp_path / "b.pdf").write_bytes(b"")
    stream, url = io.BytesIO(b"x"), "https://example.com/x"
    sources = resolve_sources([tmp_path / "b.pdf", stream, url, tmp_path / "b.pdf", stream, url, url + "?other"])
    assert len(list(Twins(sources, duplicates=duplicates))) == 4


def test_files_of_different_sizes_are_not_read_to_compare_them(tmp_path):
    for name, size in (("a.pdf", 10), ("b.pdf", 11)):
        (tmp_path / name).write_bytes(bytes(size))
    sources = resolve_sources(tmp_path)
    assert names(sources) == ["a.pdf", "b.pdf"]
    assert all("_hashed" not in vars(source) for source in sources)


def test_a_stream_is_left_out_beside_a_file_or_an_earlier_stream_with_its_bytes(caplog):
    caplog.set_level(logging.INFO)
    given = [io.BytesIO(b"one"), io.BytesIO(b"new"), *SOURCES, io.BytesIO(b"new"), io.BytesIO(b"newer")]
    sources = [replace(source, name=f"{n} {source.name}") for n, source in enumerate(resolve_sources(given))]
    kept = names(sources, fetch=lambda source: localize(source, Limits(), allow_private=False))
    assert kept == ["1 (stream)", "2 z.pdf", "3 m.pdf", "5 b.pdf", "7 (stream)"]
    assert "0 (stream) has the same bytes as 2 z.pdf" in caplog.text
    assert "6 (stream) has the same bytes as 1 (stream)" in caplog.text


def test_one_that_is_gone_is_an_error_of_its_own_only(tmp_path):
    for name, data in (("a.pdf", b"same"), ("b.pdf", b"same"), ("c.pdf", b"longer")):
        (tmp_path / name).write_bytes(data)
    a, b, c = resolve_sources(tmp_path)
    twins = Twins([a, b, c], duplicates="drop")
    assert twins.admits(c)
    (tmp_path / "a.pdf").unlink()
    assert twins.admits(b)
    with pytest.raises(SourceGone):
        twins.admits(a)


def test_one_that_was_never_there_does_not_stop_the_others(tmp_path):
    (tmp_path / "b.pdf").write_bytes(b"same")
    here = Source(name="b.pdf", path=tmp_path / "b.pdf")
    gone = Source(name="a.pdf", path=tmp_path / "a.pdf")
    assert Twins([gone, here], duplicates="drop").admits(here)
