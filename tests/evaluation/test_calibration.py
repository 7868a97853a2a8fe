import pytest

from splitreader.evaluation._calibration import calibrate
from splitreader.evaluation._scores import Judged, PacketScore


def packet(group, *items):
    judged = tuple(Judged(score=score, confidence=confidence, right=right) for score, confidence, right in items)
    return PacketScore(name=group, group=group, pages=1, judged=judged)


def test_the_error_is_the_distance_of_score_and_share_right():
    seen = calibrate([packet("x", (0.9, "high", True), (0.9, "high", False), (0.25, "low", False))])
    assert seen.error == pytest.approx((2 * abs(0.5 - 0.9) + 0.25) / 3)
    assert [(item.label, item.count, item.right) for item in seen.by_confidence] == [("high", 2, 0.5), ("low", 1, 0.0)]
    assert [item.label for item in seen.reliability] == ["0.2-0.3", "0.9-1.0"]


def test_an_engine_without_scores_has_confidences_only():
    seen = calibrate([packet("x", (None, "high", True), (None, "low", False))])
    assert (seen.error, seen.automation, seen.curve) == (None, (), ())
    assert [item.right for item in seen.by_confidence] == [1.0, 0.0]


def groups_of_both_halves():
    import hashlib

    names = {hashlib.sha256(name.encode()).digest()[0] % 2: name for name in map(str, range(20))}
    return names[0], names[1]


def test_the_threshold_is_set_on_one_half_and_read_on_the_other():
    one, other = groups_of_both_halves()
    honest = [(0.9, "high", True)] * 3 + [(0.2, "low", False)]
    seen = calibrate([packet(one, *honest), packet(other, *honest)]).automation[0]
    assert (seen.share, seen.precision) == (0.75, 1.0)
    flattered = [(0.9, "high", False)] * 3 + [(0.2, "low", False)]
    seen = calibrate([packet(one, *honest), packet(other, *flattered)]).automation[0]
    assert (seen.share, seen.precision) == (3 / 8, 0.0)


def test_equal_scores_go_through_together_or_not_at_all():
    one, other = groups_of_both_halves()
    mixed = [(0.9, "high", True)] * 9 + [(0.9, "high", False)]
    seen = calibrate([packet(one, *mixed), packet(other, *mixed)]).automation
    assert [(item.share, item.precision) for item in seen] == [(0.0, None), (0.0, None)]


def test_the_curve_ends_with_everything():
    seen = calibrate([packet("x", (0.9, "high", True), (0.5, "low", False))]).curve
    assert seen == ((0.5, 1.0), (1.0, 0.5))


def test_one_source_makes_no_halves_to_set_a_threshold_on():
    items = [(0.9, "high", True)] * 3
    assert calibrate([packet("x", *items), packet("x", *items)]).automation == ()
    one, other = groups_of_both_halves()
    assert calibrate([packet(one, *items), packet(other, (None, "high", True))]).automation == ()
