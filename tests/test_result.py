import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from splitreader import InvalidConfiguration, Segment, SplitResult, format_pages


def segment(category: str, *pages: int) -> Segment:
    return Segment(category=category, pages=pages, confidence="high")


def result(*segments: Segment, pages: int, omitted: tuple[int, ...] = ()) -> SplitResult:
    return SplitResult(segments=segments, omitted_pages=omitted, page_count=pages, engine="test")


@pytest.mark.parametrize(
    ("segments", "omitted", "complaint"),
    [
        ([segment("a", 1)], (), "pages 2-3 are in no segment"),
        ([segment("a", 1, 2), segment("b", 2, 3)], (), "pages 2 are in more than one place"),
        ([segment("a", 1, 2, 3)], (3,), "more than one place"),
        ([segment("a", 1, 2, 3, 4)], (), "there is no page 4"),
        ([segment("b", 2, 3), segment("a", 1)], (), "in the order"),
        ([segment("a", 1)], (3, 2), "ascend"),
    ],
)
def test_a_result_that_loses_or_doubles_a_page_can_not_be_built(segments, omitted, complaint):
    with pytest.raises(ValidationError, match=complaint):
        result(*segments, pages=3, omitted=omitted)


@pytest.mark.parametrize("pages", [(2, 1), (1, 1), (), (0, 1)])
def test_pages_of_a_segment_ascend(pages):
    with pytest.raises(ValidationError):
        segment("a", *pages)


def test_json_round_trip():
    first = Segment(category="a", pages=(1, 3), confidence="low", score=0.5, key="k", evidence=("because",))
    before = SplitResult(
        segments=(first,), omitted_pages=(2,), page_count=3, engine="test", job_id="j", usage={"tokens": 3}
    )
    assert SplitResult.model_validate_json(before.model_dump_json()) == before


def test_results_are_frozen():
    with pytest.raises(ValidationError):
        result(segment("a", 1), pages=1).page_count = 2


class TestWithSegments:
    before = result(segment("a", 1, 2), segment("b", 3), pages=4, omitted=(4,))

    def test_takes_segments_in_any_order_and_keeps_what_is_not_about_them(self):
        after = self.before.with_segments([{"category": "c", "pages": [2, 3]}, segment("a", 1)])
        assert [(s.category, s.pages) for s in after.segments] == [("a", (1,)), ("c", (2, 3))]
        assert after.omitted_pages == (4,)
        assert after.engine == "test"
        assert self.before.segments[0].pages == (1, 2)

    def test_may_take_an_omitted_page_back(self):
        assert self.before.with_segments([segment("a", 1, 2, 3, 4)]).omitted_pages == ()

    def test_may_omit_more(self):
        assert self.before.with_segments([segment("a", 1, 2)], omitted_pages=[4, 3]).omitted_pages == (3, 4)

    def test_refuses_to_lose_a_page(self):
        with pytest.raises(InvalidConfiguration, match="pages 3 are in no segment"):
            self.before.with_segments([segment("a", 1, 2)])

    def test_refuses_what_is_no_segment(self):
        with pytest.raises(InvalidConfiguration, match="pages"):
            self.before.with_segments([{"category": "a", "pages": [2, 1]}])


@pytest.mark.parametrize(
    ("pages", "text"), [((1,), "1"), ((1, 2, 3, 7), "1-3,7"), ((2, 4, 5), "2,4-5"), ((), ""), ((9, 10), "9-10")]
)
def test_pages_as_people_write_them(pages, text):
    assert format_pages(pages) == text


@given(st.sets(st.integers(1, 300)))
def test_formatted_pages_say_exactly_these_pages(pages):
    said = set()
    for run in filter(None, format_pages(sorted(pages)).split(",")):
        first, _, last = run.partition("-")
        said.update(range(int(first), int(last or first) + 1))
    assert said == pages
