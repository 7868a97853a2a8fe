import pytest
from hypothesis import given
from hypothesis import strategies as st

from splitreader import InvalidConfiguration, format_pages
from splitreader._pages import LARGEST_PAGE, parse_pages


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("1", (1,)),
        ("1,3,5-7", (1, 3, 5, 6, 7)),
        (" 5 - 7 , 1\t", (1, 5, 6, 7)),
        ("3,1-4,4,2-6", (1, 2, 3, 4, 5, 6)),
        ("2-2", (2,)),
        ("007", (7,)),
    ],
)
def test_pages_are_read_ascending_each_once(text, pages):
    assert parse_pages(text) == pages


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("7-5", "the range 7-5 runs backwards; write 5-7"),
        ("0", "'0' is out of range"),
        ("0-3", "'0-3' is out of range"),
        ("", "'' is no page"),
        ("  ", "no page"),
        ("1,,2", "'' is no page"),
        ("1,", "'' is no page"),
        ("1-", "'1-' is no page"),
        ("-3", "'-3' is no page"),
        ("1-2-3", "'1-2-3' is no page"),
        ("1.5", "'1.5' is no page"),
        ("one", "'one' is no page"),
        ("٣", "no page"),
        (f"1-{LARGEST_PAGE + 1}", "out of range"),
        ("9" * 5000, "no page"),
    ],
)
def test_what_is_no_page_is_refused_by_name(text, complaint):
    with pytest.raises(InvalidConfiguration, match=complaint) as caught:
        parse_pages(text)
    assert len(str(caught.value)) < 200


def test_many_large_ranges_cost_no_more_than_one():
    assert len(parse_pages(",".join([f"1-{LARGEST_PAGE}"] * 500))) == LARGEST_PAGE


@given(st.sets(st.integers(1, 300), min_size=1))
def test_formatted_pages_are_read_back(pages):
    ascending = tuple(sorted(pages))
    assert parse_pages(format_pages(ascending)) == ascending
