import pytest
from hypothesis import given
from hypothesis import strategies as st

from splitreader import SplitResult
from splitreader.evaluation import TruePacket, score_packet
from splitreader.evaluation._metrics import measure


def truth(*segments, page_count=None, group="", name="x"):
    last = max(page for _, pages in segments for page in pages)
    return TruePacket(
        name=name,
        pages=("text",) * (page_count or last),
        page_count=page_count or last,
        categories=[{"name": name} for name in sorted({category for category, _ in segments} | {"a", "b"})],
        segments=[{"category": category, "pages": pages} for category, pages in segments],
        group=group or name,
    )


def found(*segments, page_count, score=None, confidence="high"):
    claimed = {page for _, pages in segments for page in pages}
    return SplitResult(
        segments=[
            {"category": category, "pages": pages, "confidence": confidence, "score": score}
            for category, pages in segments
        ],
        omitted_pages=[page for page in range(1, page_count + 1) if page not in claimed],
        page_count=page_count,
        engine="e",
    )


def values(*scores):
    return {name: estimate.value for name, estimate in measure(scores, resamples=0).estimates.items()}


def test_by_hand():
    """Truth 1-2 | 3 | 4-6, predicted 1-2 | 3-4 | 5-6: one start of two is right, one document of three."""
    score = score_packet(
        truth(("a", [1, 2]), ("b", [3]), ("a", [4, 5, 6])),
        found(("a", [1, 2]), ("b", [3, 4]), ("a", [5, 6]), page_count=6),
    )
    assert values(score) == {
        "page_category": pytest.approx(5 / 6),
        "boundary_precision": 1 / 2,
        "boundary_recall": 1 / 2,
        "boundary_f1": 1 / 2,
        "segment_f1": pytest.approx(1 / 3),
        "segment_category_f1": pytest.approx(1 / 3),
        "panoptic_quality": pytest.approx((1 + 2 / 3) / 3),
        "packets_without_error": 0,
        "over_splitting": pytest.approx(1 / 3),
        "under_splitting": pytest.approx(1 / 3),
    }
    assert score.confusion == {("a", "a"): 4, ("b", "b"): 1, ("a", "b"): 1}


def test_an_overlap_of_exactly_a_half_is_no_match():
    score = score_packet(truth(("a", [1, 2])), found(("a", [1]), ("a", [2]), page_count=2))
    assert score.overlaps == ()


def test_the_right_pages_in_the_wrong_category():
    score = score_packet(truth(("a", [1, 2]), ("b", [3])), found(("b", [1, 2]), ("b", [3]), page_count=3))
    seen = values(score)
    assert (seen["segment_f1"], seen["segment_category_f1"], seen["packets_without_error"]) == (1, 1 / 2, 0)
    assert seen["page_category"] == pytest.approx(1 / 3)


def test_a_packet_without_prediction_is_missed_altogether():
    score = score_packet(truth(("a", [1, 2]), ("b", [3])), None, error="no such file")
    seen = values(score)
    assert (seen["page_category"], seen["boundary_recall"], seen["segment_f1"]) == (0, 0, 0)
    assert (seen["packets_without_error"], seen["boundary_precision"]) == (0, None)
    assert measure([score]).failures == 1


def test_omitted_pages_are_missed_and_pages_in_no_true_segment_do_not_count():
    packet = truth(("a", [1]), ("b", [3]), page_count=4)
    assert score_packet(packet, found(("a", [1]), ("b", [3]), page_count=4)).is_exact
    assert score_packet(packet, found(("a", [1]), ("b", [3, 4]), page_count=4)).is_exact
    assert score_packet(packet, found(("a", [1]), page_count=4)).pages_right == 1


def test_a_document_with_a_gap():
    packet = truth(("a", [1, 3]), ("b", [2]))
    assert score_packet(packet, found(("a", [1, 3]), ("b", [2]), page_count=3)).is_exact
    assert not score_packet(packet, found(("a", [1]), ("b", [2]), ("a", [3]), page_count=3)).is_exact


splits = st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 4)), min_size=1, max_size=6)


def runs(lengths):
    first, segments = 1, []
    for category, length in lengths:
        segments.append((category, list(range(first, first + length))))
        first += length
    return segments


@given(splits)
def test_the_truth_itself_is_without_error(lengths):
    segments = runs(lengths)
    packet = truth(*segments)
    seen = values(score_packet(packet, packet.result))
    assert all(value in (1, None) for name, value in seen.items() if "splitting" not in name)
    assert (seen["over_splitting"], seen["under_splitting"]) == (0, 0)


@given(splits, splits)
def test_metrics_stay_between_0_and_1(true, predicted):
    segments, guessed = runs(true), runs(predicted)
    last = max(segments[-1][1][-1], guessed[-1][1][-1])
    guessed[-1][1].extend(range(guessed[-1][1][-1] + 1, last + 1))
    segments[-1][1].extend(range(segments[-1][1][-1] + 1, last + 1))
    score = score_packet(truth(*segments), found(*guessed, page_count=last))
    assert all(value is None or 0 <= value <= 1 for value in values(score).values())
    assert sum(score.confusion.values()) == score.pages == last


def test_intervals_count_groups_not_packets():
    right, wrong = (
        score_packet(truth(("a", [1]), ("b", [2]), group=group), found((name, [1]), ("b", [2]), page_count=2))
        for group, name in (("one", "a"), ("two", "b"))
    )
    many = measure([right] * 50 + [wrong] * 50).estimates["packets_without_error"]
    assert (many.value, many.low, many.high) == (0.5, 0, 1)
    assert measure([right] * 50).estimates["packets_without_error"].low is None
    assert measure([right, wrong]) == measure([right, wrong])
