import sys

import pytest

from many.conftest import CATEGORIES
from splitreader import InvalidConfiguration, SplitReader


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bar_counts_the_packets_that_are_left_out_too(folder, capsys, workers):
    reader = SplitReader(CATEGORIES, on_error="skip")
    assert len(list(reader.split_many(folder, workers=workers, show_progress=True))) == 7
    assert "10/10" in capsys.readouterr().err


async def test_async_too(folder, capsys):
    packets = SplitReader(CATEGORIES, on_error="skip").asplit_many(folder, workers=2, show_progress=True)
    assert len([packet async for packet in packets]) == 7
    assert "10/10" in capsys.readouterr().err


def test_nothing_is_shown_unless_asked_for(folder, capsys):
    list(SplitReader(CATEGORIES, on_error="skip").split_many(folder, workers=2))
    assert capsys.readouterr().err == ""


def test_without_tqdm_it_is_refused_before_anything_begins(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(InvalidConfiguration, match=r"pip install 'splitreader\[progress\]'"):
        SplitReader(CATEGORIES).split_many("nowhere.pdf", show_progress=True)
