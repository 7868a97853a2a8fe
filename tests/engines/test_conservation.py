import logging
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splitreader import UNCATEGORIZED, EngineAnswer, InvalidEngineResult, ProposedSegment, SplitConfig, SplitResult
from splitreader.engines._conservation import conserve_pages


def proposed(category: str, *pages: int) -> ProposedSegment:
    return ProposedSegment(category=category, pages=pages, confidence="high")


def conserve(*segments: ProposedSegment, pages: int, allow="include", **answer) -> SplitResult:
    config = SplitConfig.build(["a", "b"], allow_uncategorized=allow)
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
