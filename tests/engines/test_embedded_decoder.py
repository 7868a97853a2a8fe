import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splitreader.engines.embedded.decoder import decode, segment_bounds
from splitreader.engines.embedded.least_pages import LeastPages, best_long_cut

NUMBERS = st.floats(-4, 4, allow_nan=False, width=32)


@st.composite
def packets(draw):
    pages, count = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    row = st.lists(NUMBERS, min_size=count, max_size=count)
    rows = st.lists(row, min_size=pages, max_size=pages)
    return draw(st.lists(NUMBERS, min_size=pages, max_size=pages)), draw(rows), draw(rows)


def log_p(log_odds: float) -> float:
    return -math.log1p(math.exp(-log_odds))


def every_cut(pages: int, count: int):
    for marks in product([False, True], repeat=pages - 1):
        starts = [0, *(position for position, mark in enumerate(marks, start=1) if mark)]
        for categories in product(range(count), repeat=len(starts)):
            yield tuple(starts), categories


def value(log_odds, first, body, starts, categories) -> float:
    total, category = 0.0, 0
    for position in range(len(log_odds)):
        if position in starts:
            category = categories[starts.index(position)]
            total += first[position][category] + (log_p(log_odds[position]) if position else 0.0)
        else:
            total += body[position][category] + log_p(-log_odds[position])
    return total


@given(packets())
@settings(deadline=None)
def test_the_cut_is_the_best_of_all(packet):
    log_odds, first, body = packet
    cut = decode(log_odds, first, body)
    best = max(value(*packet, *other) for other in every_cut(len(log_odds), len(first[0])))
    assert value(*packet, cut.starts, cut.categories) == pytest.approx(best, abs=1e-6)


def shares(row: list[float]) -> list[float]:
    total = sum(math.exp(score) for score in row)
    return [score - math.log(total) for score in row]


@given(packets())
@settings(deadline=None)
def test_start_probabilities_are_the_sums_over_all_cuts(packet):
    log_odds, first, body = packet
    normal = log_odds, [shares(row) for row in first], [[score - max(row) for score in row] for row in body]
    weights = [(cut, math.exp(value(*normal, *cut))) for cut in every_cut(len(log_odds), len(first[0]))]
    total = sum(weight for _, weight in weights)
    expected = [sum(w for (starts, _), w in weights if page in starts) / total for page in range(len(log_odds))]
    assert decode(*packet).start_probabilities == pytest.approx(expected, abs=1e-6)


def test_no_pages_make_an_empty_cut():
    assert decode([], [], []).starts == ()


def test_strong_evidence_does_not_overflow_over_many_pages():
    pages = 3_000
    cut = decode([-12.0] * pages, [[0.0, -30.0]] * pages, [[0.0, -30.0]] * pages)
    assert cut.starts == (0,)
    assert all(0.0 <= probability <= 1.0 for probability in cut.start_probabilities)


def test_a_document_keeps_its_category_over_a_doubtful_page():
    certain, doubtful = [0.0, -5.0], [-0.5, 0.0]
    cut = decode([0, -3, -3], [certain, doubtful, certain], [certain, doubtful, certain])
    assert (cut.starts, cut.categories) == ((0,), (0,))


def test_segment_bounds():
    assert segment_bounds((0, 2), 5) == [(0, 2), (2, 5)]


@st.composite
def long_packets(draw):
    """A packet, and a rule in which category 0 is barred nowhere."""
    packet = draw(packets())
    length, count = len(packet[0]), len(packet[1][0])
    pages = draw(st.lists(st.integers(1, 3), min_size=length, max_size=length))
    least = draw(st.lists(st.integers(1, 8), min_size=count, max_size=count))
    row = st.frozensets(st.integers(1, count - 1)) if count > 1 else st.just(frozenset())
    return packet, LeastPages(pages, least, draw(st.lists(row, min_size=length, max_size=length)))


def is_allowed(rule: LeastPages, starts, categories) -> bool:
    return all(
        sum(rule.pages[start:end]) >= min(rule.least[category], sum(rule.pages))
        and all(category not in barred for barred in rule.barred[start:end])
        for (start, end), category in zip(segment_bounds(starts, len(rule.pages)), categories, strict=True)
    )


@given(long_packets())
@settings(deadline=None, max_examples=300)
def test_the_cut_into_long_documents_is_the_best_of_all_that_are_allowed(given_packet):
    packet, rule = given_packet
    cut = best_long_cut(*packet, rule)
    allowed = (other for other in every_cut(len(packet[0]), len(packet[1][0])) if is_allowed(rule, *other))
    assert is_allowed(rule, *cut)
    assert value(*packet, *cut) == pytest.approx(max(value(*packet, *other) for other in allowed), abs=1e-6)


@given(packets())
def test_one_page_a_document_is_no_rule(packet):
    free = decode(*packet)
    pages, count = len(packet[0]), len(packet[1][0])
    cut = best_long_cut(*packet, LeastPages([1] * pages, [1] * count, [()] * pages))
    assert value(*packet, *cut) == pytest.approx(value(*packet, free.starts, free.categories), abs=1e-6)


def test_long_documents_of_a_long_packet():
    pages = 3_000
    rule = LeastPages([1] * pages, [7] * 2, [()] * pages)
    starts, _ = best_long_cut([12.0] * pages, [[0.0, -30.0]] * pages, [[0.0, -30.0]] * pages, rule)
    lengths = [end - start for start, end in segment_bounds(starts, pages)]
    assert (min(lengths), sum(lengths), len(lengths)) == (7, pages, pages // 7)
