import pytest
from hypothesis import given
from hypothesis import strategies as st

from splitreader.engines.llm._windows import Window, around, context_of, overlapping


def test_neighbouring_windows_share_pages_and_the_last_ends_with_the_packet():
    assert [window.shown for window in overlapping(10, size=4, overlap=1)] == [(0, 1, 2, 3), (3, 4, 5, 6), (6, 7, 8, 9)]
    assert [window.shown for window in overlapping(5, size=4, overlap=2)] == [(0, 1, 2, 3), (2, 3, 4)]


@pytest.mark.parametrize(("length", "windows"), [(0, 0), (1, 1), (10, 1), (11, 2)])
def test_number_of_windows(length, windows):
    assert len(overlapping(length, size=10, overlap=2)) == windows


@given(st.integers(0, 200), st.integers(2, 20), st.data())
def test_every_page_and_every_page_break_is_in_a_window(length, size, data):
    overlap = data.draw(st.integers(0, size // 2))
    windows = overlapping(length, size=size, overlap=overlap)
    assert {position for window in windows for position in window.asked} == set(range(length))
    assert all(1 <= len(window.shown) <= size for window in windows)
    if overlap:
        breaks = {pair for window in windows for pair in zip(window.shown, window.shown[1:], strict=False)}
        assert breaks == {(position, position + 1) for position in range(length - 1)}


def test_unsure_pages_are_shown_with_the_page_before_and_share_windows():
    assert around([0, 3, 4, 9], size=10) == [Window((0, 2, 3, 4, 8, 9), (0, 3, 4, 9))]
    assert around([3, 6, 9], size=2) == [Window((2, 3, 5, 6), (3, 6)), Window((8, 9), (9,))]
    assert around([], size=10) == []


@given(st.sets(st.integers(0, 300)).map(sorted), st.integers(2, 20))
def test_each_unsure_page_is_asked_about_once_with_the_one_before(asked, size):
    windows = around(asked, size=size)
    assert [position for window in windows for position in window.asked] == asked
    for window in windows:
        assert len(window.asked) <= size
        assert list(window.shown) == sorted(set(window.shown))
        assert all(position == 0 or position - 1 in window.shown for position in window.asked)


def test_context_counts_only_pages_right_beside():
    window = Window((2, 3, 5, 6, 7), (3, 6))
    assert context_of(3, window) == (1, 0)
    assert context_of(6, window) == (1, 1)
    assert context_of(5, window) == (0, 2)
