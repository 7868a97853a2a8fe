import logging
import math
import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splitreader import (
    UNCATEGORIZED,
    EngineAnswer,
    InvalidEngineResult,
    PageNotFound,
    ProposedSegment,
    SplitConfig,
    SplitResult,
)
from splitreader.engines._conservation import conserve_pages


def proposed(category: str, *pages: int) -> ProposedSegment:
    return ProposedSegment(category=category, pages=pages, confidence="high")


def conserve(*segments: ProposedSegment, pages: int, allow="include", target=None, **answer) -> SplitResult:
    config = SplitConfig.build(["a", "b"], allow_uncategorized=allow, target_pages=target)
    answer = EngineAnswer(segments=segments, **answer)
    return conserve_pages(answer, config, page_count=pages, engine="test", source="p.pdf")


def test_unsorted_pages_and_segments_are_sorted():
    result = conserve(proposed("b", 3), proposed("a", 2, 1), pages=3)
    assert [(s.category, s.pages) for s in result.segments] == [("a", (1, 2)), ("b", (3,))]


def test_pages_that_were_not_mentioned_are_kept_apart_run_by_run(caplog):
    with caplog.at_level(logging.WARNING):
        result = conserve(proposed("a", 2), pages=5, job_id="job-7")
    assert [(s.category, s.pages, s.confidence) for s in result.segments] == [
        (UNCATEGORIZED, (1,), "low"),
        ("a", (2,), "high"),
        (UNCATEGORIZED, (3, 4, 5), "low"),
    ]
    assert "did not mention pages 3-5" in result.segments[2].evidence[0]
    assert "job-7" in caplog.text
    assert "1,3-5" in caplog.text


def test_omit_leaves_them_and_uncategorized_segments_out():
    result = conserve(proposed("a", 2), proposed(UNCATEGORIZED, 3), pages=4, allow="omit")
    assert [s.category for s in result.segments] == ["a"]
    assert result.omitted_pages == (1, 3, 4)


def test_a_page_lost_under_forbid_is_still_kept():
    result = conserve(proposed("a", 1), pages=2, allow="forbid")
    assert [s.pages for s in result.segments] == [(1,), (2,)]


@pytest.mark.parametrize("allow", ["include", "forbid"])
def test_pages_that_were_not_selected_are_omitted_and_not_missed(caplog, allow):
    with caplog.at_level(logging.WARNING):
        result = conserve(proposed("a", 2, 5), pages=6, target="2,5", allow=allow)
    assert [(s.category, s.pages) for s in result.segments] == [("a", (2, 5))]
    assert result.omitted_pages == (1, 3, 4, 6)
    assert caplog.text == ""


def test_an_engine_may_say_itself_that_it_left_them_out():
    assert conserve(proposed("a", 2), pages=3, target="2", omitted_pages=(1, 3)).omitted_pages == (1, 3)


def test_a_selected_page_that_was_not_mentioned_is_kept_apart():
    result = conserve(proposed("a", 2), pages=5, target="2,4-5")
    assert [(s.category, s.pages) for s in result.segments] == [("a", (2,)), (UNCATEGORIZED, (4, 5))]
    assert result.omitted_pages == (1, 3)
    omitting = conserve(proposed("a", 2), pages=5, target="2,4-5", allow="omit")
    assert (len(omitting.segments), omitting.omitted_pages) == (1, (1, 3, 4, 5))


def test_a_segment_with_a_page_that_was_not_selected_is_refused():
    with pytest.raises(InvalidEngineResult, match="puts page 3 into a segment, which target_pages leaves out"):
        conserve(proposed("a", 2, 3), pages=4, target="1-2", job_id="job-7")


def test_a_selected_page_beyond_the_packet_is_refused():
    with pytest.raises(PageNotFound, match=r"names page 9, but p\.pdf has 4 pages"):
        conserve(proposed("a", 2), pages=4, target="2,9")


@pytest.mark.parametrize(
    ("segments", "complaint"),
    [
        ([proposed("a", 1, 1)], "page 1 in more than one place"),
        ([proposed("a", 1), proposed("b", 1, 2)], "page 1 in more than one place"),
        ([proposed("a", 0)], "names page 0"),
        ([proposed("a", 1, 9)], "names page 9, but the packet has 3 pages"),
        ([proposed("c", 1)], "category 'c', which was not asked for"),
        ([proposed("a")], "without pages"),
    ],
)
def test_answers_that_can_not_be_carry_the_job_and_the_raw_answer(segments, complaint):
    with pytest.raises(InvalidEngineResult, match=complaint) as caught:
        conserve(*segments, pages=3, job_id="job-7", raw={"as": "it came"})
    assert caught.value.job_id == "job-7"
    assert caught.value.raw == {"as": "it came"}
    assert caught.value.source == "p.pdf"
    assert "job-7" in str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.job_id, again.raw) == (str(caught.value), "job-7", {"as": "it came"})


GOOD = ProposedSegment(category="a", pages=(1,), confidence="high")


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"score": 1.5}, "score: .*less than or equal to 1"),
        ({"score": -0.1}, "score: .*greater than or equal to 0"),
        ({"score": math.nan}, "score: "),
        ({"score": math.inf}, "score: "),
        ({"score": "0.5"}, "score: .*number"),
        ({"score": True}, "score: .*number"),
        ({"confidence": "sure"}, "confidence: .*'high', 'medium' or 'low'"),
        ({"confidence": None}, "confidence: "),
        ({"key": 5}, "key: .*string"),
        ({"evidence": None}, "evidence: .*tuple"),
        ({"evidence": "because"}, "evidence: .*tuple"),
        ({"evidence": (5,)}, "evidence.0: .*string"),
        ({"pages": [2.5]}, "has the page 2.5"),
        ({"pages": ["1", "2"]}, "has the page '1'"),
        ({"pages": [True]}, "has the page True"),
        ({"pages": [None]}, "has the page None"),
        ({"pages": None}, "has the pages None"),
        ({"pages": True}, "has the pages True"),
        ({"pages": "1-2"}, "has the pages '1-2'"),
        ({"pages": b"\x01"}, "has the pages b"),
        ({"pages": {1: "a"}}, "has the pages {1"),
        ({"category": None}, "category None, which was not asked for"),
        ({"category": 5}, "category 5, which was not asked for"),
        ({"category": ["a"]}, r"category \['a'\], which was not asked for"),
    ],
)
def test_a_segment_of_wrong_values_is_refused_with_the_paid_answer(wrong, complaint):
    with pytest.raises(InvalidEngineResult, match=complaint) as caught:
        conserve(replace(GOOD, **wrong), pages=3, job_id="job-7", raw="as it came")
    assert (caught.value.job_id, caught.value.raw, caught.value.source) == ("job-7", "as it came", "p.pdf")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"segments": None}, "segments"),
        ({"segments": 5}, "segments"),
        ({"segments": [None]}, "NoneType among its segments"),
        ({"segments": [{"category": "a", "pages": [1]}]}, "dict among its segments"),
        ({"usage": None}, "usage"),
        ({"usage": [1]}, "usage"),
        ({"usage": {5: 1}}, "usage"),
        ({"omitted_pages": None}, "omitted_pages None"),
        ({"omitted_pages": [1.5]}, "page 1.5"),
        ({"job_id": 5}, "job_id"),
    ],
)
def test_an_answer_of_wrong_values_is_refused_with_the_paid_answer(wrong, complaint):
    answer = replace(EngineAnswer(segments=[GOOD], job_id="job-7", raw="as it came"), **wrong)
    with pytest.raises(InvalidEngineResult, match=complaint) as caught:
        conserve_pages(answer, SplitConfig.build(["a"]), page_count=1, engine="test", source="p.pdf")
    assert caught.value.job_id == str(wrong.get("job_id", "job-7"))
    assert caught.value.raw == "as it came"


@pytest.mark.parametrize("answer", [None, "a: 1-2", [GOOD], {"segments": []}])
def test_what_is_no_answer_is_refused_and_kept(answer):
    with pytest.raises(InvalidEngineResult, match=f"is {type(answer).__name__}, no EngineAnswer") as caught:
        conserve_pages(answer, SplitConfig.build(["a"]), page_count=1, engine="test", source="p.pdf")
    assert caught.value.raw is answer
    assert caught.value.job_id is None


def test_an_answer_without_raw_is_its_own_raw():
    answer = EngineAnswer(segments=[proposed("a", 9)])
    with pytest.raises(InvalidEngineResult) as caught:
        conserve_pages(answer, SplitConfig.build(["a"]), page_count=1, engine="test", source="p.pdf")
    assert caught.value.raw is answer


def test_wrong_values_are_quoted_only_in_part():
    with pytest.raises(InvalidEngineResult) as caught:
        conserve(proposed("x" * 100_000, 1), pages=1)
    assert len(str(caught.value)) < 300
    with pytest.raises(InvalidEngineResult) as caught:
        conserve(proposed("a", *range(3, 30_000, 2)), pages=1)
    assert len(str(caught.value)) < 300


def test_pages_may_come_in_any_collection_of_whole_numbers():
    np = pytest.importorskip("numpy")
    result = conserve(
        replace(GOOD, pages=range(1, 3), score=np.float32(0.5)), replace(GOOD, pages=np.array([4, 3])), pages=4
    )
    assert [segment.pages for segment in result.segments] == [(1, 2), (3, 4)]
    assert result.segments[0].score == 0.5
    assert all(type(page) is int for segment in result.segments for page in segment.pages)


def test_segments_and_pages_may_come_one_by_one():
    answer = EngineAnswer(segments=(replace(GOOD, pages=iter([page])) for page in (1, 2)))
    result = conserve_pages(answer, SplitConfig.build(["a"]), page_count=2, engine="test", source="p.pdf")
    assert [segment.pages for segment in result.segments] == [(1,), (2,)]


def test_uncategorized_pages_under_forbid_are_kept_but_not_trusted(caplog):
    with caplog.at_level(logging.WARNING):
        result = conserve(
            proposed("a", 1),
            ProposedSegment(
                category=UNCATEGORIZED, pages=(2, 3), confidence="high", score=0.9, key="k", evidence=("odd",)
            ),
            pages=3,
            allow="forbid",
            job_id="job-7",
        )
    assert result.segments[0].confidence == "high"
    kept = result.segments[1]
    assert (kept.category, kept.pages, kept.confidence, kept.score, kept.key) == (
        UNCATEGORIZED,
        (2, 3),
        "low",
        None,
        "k",
    )
    assert kept.evidence[0] == "odd"
    assert "answered uncategorized, although allow_uncategorized is" in kept.evidence[1]
    assert "job-7" in caplog.text
    assert "pages 2-3" in caplog.text


pages = st.lists(st.integers(-1, 12), max_size=6)
segments = st.lists(
    st.builds(
        lambda category, pages: proposed(category, *pages), st.sampled_from(["a", "b", UNCATEGORIZED, "c"]), pages
    ),
    max_size=6,
)


@given(segments, st.integers(0, 12), st.sampled_from(["include", "forbid", "omit"]))
def test_whatever_an_engine_answers_every_page_is_exactly_once_or_it_is_an_error(segments, page_count, allow):
    try:
        result = conserve(*segments, pages=page_count, allow=allow)
    except InvalidEngineResult:
        claimed = [page for segment in segments for page in segment.pages]
        assert (
            len(set(claimed)) < len(claimed)
            or not set(claimed) <= set(range(1, page_count + 1))
            or any(segment.category == "c" or not segment.pages for segment in segments)
        )
        return
    kept = [page for segment in result.segments for page in segment.pages] + list(result.omitted_pages)
    assert sorted(kept) == list(range(1, page_count + 1))
    for segment in segments:
        if segment.category != UNCATEGORIZED:
            assert any(
                (s.category, s.pages) == (segment.category, tuple(sorted(segment.pages))) for s in result.segments
            )


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 4),
    st.floats(),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.sampled_from(["a", UNCATEGORIZED, "high", "sure"]),
    st.lists(st.one_of(st.none(), st.booleans(), st.integers(0, 4), st.floats(), st.text(max_size=2)), max_size=3),
    st.dictionaries(st.one_of(st.integers(), st.text(max_size=2)), st.integers(), max_size=2),
    st.just(object()),
)
odd_segments = st.one_of(
    anything,
    st.builds(
        ProposedSegment,
        category=st.one_of(st.sampled_from(["a", "b", UNCATEGORIZED]), anything),
        pages=st.one_of(st.lists(st.integers(1, 4), max_size=2), anything),
        confidence=st.one_of(st.just("high"), anything),
        score=st.one_of(st.none(), anything),
        key=st.one_of(st.none(), anything),
        evidence=st.one_of(st.just(()), anything),
    ),
)
odd_answers = st.one_of(
    anything,
    st.builds(
        EngineAnswer,
        segments=st.one_of(st.lists(odd_segments, max_size=3), anything),
        job_id=st.one_of(st.just("job-7"), anything),
        usage=st.one_of(st.just({}), anything),
        raw=anything,
        omitted_pages=st.one_of(st.just(()), anything),
    ),
)


@given(odd_answers, st.sampled_from(["include", "forbid", "omit"]))
def test_whatever_an_engine_hands_back_it_is_a_result_or_our_error(answer, allow):
    config = SplitConfig.build(["a", "b"], allow_uncategorized=allow)
    try:
        result = conserve_pages(answer, config, page_count=4, engine="test", source="p.pdf")
    except InvalidEngineResult as error:
        assert "\n" not in str(error)  # noqa: PT017  # the other outcome is as good
        return
    kept = [page for segment in result.segments for page in segment.pages] + list(result.omitted_pages)
    assert sorted(kept) == [1, 2, 3, 4]
