import math
from array import array

import pytest

from splitreader.engines.embedded.reading import ReadPage
from splitreader.engines.llm._answers import PageAnswer
from splitreader.engines.llm._votes import CATEGORY_VOTE, START_VOTE, Vote, is_disputed, leading, with_votes

NAMES = ("invoice", "contract", "uncategorized")


def read_page():
    return ReadPage(
        page=7,
        log_odds=0.5,
        first=array("f", [-1.0, 0.0, -3.0]),
        body=array("f", [0.0, -0.5, -2.0]),
        terms=array("i"),
        cues=(),
        titles={},
        named=frozenset(),
        stamp=None,
        foreign_title="",
        keys={},
    )


def vote(category, *, starts, before=5, after=5):
    return Vote(PageAnswer(starts=starts, category=category, reason="r"), before, after)


def test_a_vote_counts_as_much_as_its_likelihood_ratio():
    assert math.isclose(START_VOTE, math.log(9))
    page = with_votes(read_page(), [vote("invoice", starts=True)], NAMES)
    assert page.log_odds == pytest.approx(0.5 + math.log(9))
    page = with_votes(read_page(), [vote("invoice", starts=False)], NAMES)
    assert page.log_odds == pytest.approx(0.5 - math.log(9))


def test_a_vote_raises_its_category_and_the_best_stays_0():
    page = with_votes(read_page(), [vote("invoice", starts=True)], NAMES)
    assert list(page.first) == pytest.approx([0.0, 1.0 - CATEGORY_VOTE, -2.0 - CATEGORY_VOTE])
    assert list(page.body) == pytest.approx([0.0, -0.5 - CATEGORY_VOTE, -2.0 - CATEGORY_VOTE])
    assert max(page.first) == max(page.body) == 0


def test_a_page_without_votes_stays_as_it_was():
    page = read_page()
    assert with_votes(page, [], NAMES) is page


def test_two_votes_that_agree_count_as_one():
    one = with_votes(read_page(), [vote("invoice", starts=True)], NAMES)
    two = with_votes(read_page(), [vote("invoice", starts=True), vote("invoice", starts=True, before=1)], NAMES)
    assert (one.log_odds, one.first) == (two.log_odds, two.first)


def test_where_windows_differ_the_one_that_saw_more_decides():
    at_the_edge = vote("contract", starts=True, before=1, after=8)
    inside = vote("invoice", starts=False, before=8, after=5)
    page = with_votes(read_page(), [at_the_edge, inside], NAMES)
    assert 0.5 - START_VOTE < page.log_odds < 0.5
    assert page.first[0] - read_page().first[0] > page.first[1] - read_page().first[1]
    assert leading([at_the_edge, inside]) is inside


def test_a_window_that_does_not_show_the_page_before_has_no_say_on_the_start():
    unseen = vote("invoice", starts=True, before=0)
    assert with_votes(read_page(), [unseen], NAMES).log_odds == 0.5
    seen = vote("invoice", starts=False, before=9, after=0)
    assert with_votes(read_page(), [unseen, seen], NAMES).log_odds == pytest.approx(0.5 - START_VOTE)
    assert leading([unseen, seen]) is seen


def test_the_first_page_of_a_packet_starts_a_document_whatever_the_model_says():
    page = with_votes(read_page(), [vote("invoice", starts=False, before=0)], NAMES)
    assert page.log_odds == 0.5


def test_votes_that_say_the_same_are_not_disputed():
    assert not is_disputed([vote("invoice", starts=True), vote("contract", starts=True)])
    assert is_disputed([vote("invoice", starts=True), vote("invoice", starts=False)])
    assert not is_disputed([vote("invoice", starts=True), vote("invoice", starts=False, before=0)])
