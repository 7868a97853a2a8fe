import copy
import gc
import io
import pickle

import pytest

from splitreader import Limits, SourceChanged, SourceGone
from splitreader.sources import FileId, Source, _source, localize, resolve_sources

LIMITS = Limits()


def stream_source(data=b"%PDF-1.7 from a stream"):
    return localize(resolve_sources(io.BytesIO(data))[0], LIMITS, allow_private=False)


def test_the_bytes_are_in_no_repr():
    assert "secret" not in repr(resolve_sources(b"secret"))
    assert "secret" not in repr(Source(name="x", url="https://secret@x/?secret", stream=io.BytesIO(b"secret")))


def test_check_unchanged_tells_changed_from_gone(tmp_path):
    path = tmp_path / "b.pdf"
    path.write_bytes(b"one")
    (source,) = resolve_sources(path)
    before = source.sha256
    source.check_unchanged(before)
    path.write_bytes(b"other")
    with pytest.raises(SourceChanged, match="has changed"):
        source.check_unchanged(before)
    path.unlink()
    with pytest.raises(SourceGone, match="not there any more"):
        source.check_unchanged(before)


@pytest.mark.parametrize("given", [io.BytesIO(b"x"), "https://example.com/x", FileId("f")])
def test_what_is_not_local_has_no_hash(given):
    (source,) = resolve_sources(given)
    with pytest.raises(TypeError, match="localize it first"):
        _ = source.sha256


@pytest.mark.parametrize("given", [b"bytes", "https://example.com/x", FileId("f")])
def test_sources_can_be_pickled_and_stay_equal(given):
    (source,) = resolve_sources(given)
    again = pickle.loads(pickle.dumps(source))
    assert again == source
    assert hash(again) == hash(source)
    assert {again: 1}[source] == 1
    assert source != Source(name="other")
    assert source != given


def test_a_stream_can_not_be_pickled():
    with pytest.raises(TypeError, match="stream"):
        pickle.dumps(resolve_sources(io.BytesIO(b"x"))[0])


def test_what_was_read_from_a_stream_goes_into_the_pickle():
    source = stream_source()
    again = pickle.loads(pickle.dumps(source))
    del source
    gc.collect()
    assert (again.name, again.data) == (f"sha256:{again.sha256[:16]}", b"%PDF-1.7 from a stream")


def test_a_pickle_has_an_upper_size(monkeypatch):
    monkeypatch.setattr(_source, "PICKLED_AT_MOST", 4)
    with pytest.raises(TypeError, match="22 bytes, and at most 4"):
        pickle.dumps(stream_source())


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_copies_keep_the_temporary_file(duplicate):
    source = stream_source()
    again = duplicate(source)
    del source
    gc.collect()
    assert again.file().read_bytes().startswith(b"%PDF")
