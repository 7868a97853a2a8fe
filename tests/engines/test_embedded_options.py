"""``target_pages`` and ``min_pages_per_split``, with every ``allow_uncategorized``."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splitreader import PageNotFound
from splitreader._config import UNCATEGORIZED, SplitConfig
from splitreader._pages import PageText, parse_pages
from splitreader.engines.embedded import EmbeddedEngine, split_pages

FOREIGN = "Apple Pie\nPreheat the oven. Mix flour, butter and sugar in a bowl. Peel the apples and bake for an hour."
CLAUSE = "The contractor delivers the overview no later than the fifth working day and corrects it on request."


def invoice(number: int) -> str:
    return f"Contoso Ltd.\nINVOICE\nInvoice No: INV-{number}\nBill to: Ann Roe\nConsulting 2 hours\nAmount due 610.00"


def contract(page: int, footer: str = "") -> str:
    title = "SERVICE AGREEMENT\nbetween Alpha and Beta, hereinafter the parties\n" if page == 1 else ""
    return f"{title}{page}. Scope\n{CLAUSE}\n{CLAUSE[: 20 + 9 * page]}\n{footer}"


def split(pages, categories=("invoice", "contract"), **options):
    return split_pages(pages, SplitConfig.build(list(categories), **options))


def cut(pages, **options):
    return [(segment.category, segment.pages) for segment in split(pages, **options).segments]


class FakePacket:
    name = "fake.pdf"

    def __init__(self, texts, yielded) -> None:
        self.page_count = len(texts)
        self.texts = [PageText(page=page, text=texts[page - 1]) for page in yielded]

    def pages(self):
        yield from self.texts


class TestTargetPages:
    def test_only_selected_pages_are_split_and_the_others_omitted(self):
        pages = [invoice(number) for number in range(1001, 1007)]
        result = split(pages, target_pages="2, 4-5")
        assert [segment.pages for segment in result.segments] == [(2,), (4,), (5,)]
        assert (result.omitted_pages, result.page_count) == ((1, 3, 6), 6)
        assert result.segments[0].evidence[0] == "the first of the selected pages"

    def test_all_pages_selected_are_split_as_without_it(self):
        pages = [invoice(1001), contract(1), contract(2), "", FOREIGN, invoice(1002)]
        before, after = split(pages), split(pages, target_pages="1-6")
        assert [s.model_dump(exclude={"evidence"}) for s in before.segments] == [
            s.model_dump(exclude={"evidence"}) for s in after.segments
        ]

    @pytest.mark.parametrize("yielded", [(1, 2, 3, 4), (2, 4)], ids=["all pages", "the selected ones"])
    def test_a_packet_may_yield_all_pages_or_the_selected_ones(self, yielded):
        packet = FakePacket([invoice(number) for number in range(1001, 1005)], yielded)
        config = SplitConfig.build(["invoice", "contract"], target_pages="2,4")
        answer = EmbeddedEngine().split(packet, config)
        assert [(segment.category, tuple(segment.pages)) for segment in answer.segments] == [
            ("invoice", (2,)),
            ("invoice", (4,)),
        ]

    def test_a_page_beyond_the_packet_is_refused_before_anything_is_read(self):
        packet = FakePacket([invoice(1001)], ())
        with pytest.raises(PageNotFound, match="names page 3, but the packet has 1 page"):
            EmbeddedEngine().split(packet, SplitConfig.build(["invoice"], target_pages="1,3"))
        with pytest.raises(PageNotFound, match="names page 3, but the given packet has 1 page"):
            split([invoice(1001)], target_pages="1,3")

    def test_across_a_gap_a_sentence_that_fits_does_not_join_pages(self):
        pages = [contract(1), f"{CLAUSE} {CLAUSE}\nThe buyer pays the", *[FOREIGN] * 4, f"within ten days. {CLAUSE}"]
        segments = split(pages, ["contract"], target_pages="2,7").segments
        assert [segment.pages for segment in segments] == [(2,), (7,)]
        assert "pages between page 2 and page 7 are left out" in segments[1].evidence

    def test_across_a_gap_printed_numbers_that_fit_do(self):
        pages = [contract(page, f"Page {page} of 8") for page in range(1, 9)]
        assert cut(pages, target_pages="1,3,7-8") == [("contract", (1, 3, 7, 8))]

    def test_a_fax_numbering_does_not_glue_selected_pages(self):
        texts = [invoice(1001), contract(1), invoice(1002), invoice(1003), contract(1), contract(2)]
        pages = [f"FAX P. {page}/6\n{text}" for page, text in enumerate(texts, start=1)]
        assert [pages for _, pages in cut(pages, target_pages="1,3,5-6")] == [(1,), (3,), (5, 6)]


class TestMinPagesPerSplit:
    @pytest.mark.parametrize("least", [None, 1])
    def test_none_and_one_disable_merging(self, least):
        assert cut([invoice(n) for n in (1001, 1002, 1003)], min_pages_per_split=least) == [
            ("invoice", (1,)),
            ("invoice", (2,)),
            ("invoice", (3,)),
        ]

    def test_short_documents_are_kept_together_with_a_low_score_that_says_why(self):
        (segment,) = split([invoice(n) for n in (1001, 1002, 1003)], min_pages_per_split=3).segments
        assert (segment.category, segment.pages, segment.confidence) == ("invoice", (1, 2, 3), "low")
        assert segment.score < 0.1
        assert "kept together: at least 3 pages a document were asked for" in segment.evidence

    def test_documents_that_are_long_enough_stay_as_they_are(self):
        pages = [contract(page, f"Page {page} of 3") for page in (1, 2, 3)] * 2
        assert split(pages, min_pages_per_split=3) == split(pages)

    def test_a_start_that_only_the_rule_makes_says_so(self):
        pages = [invoice(1001), FOREIGN, "SERVICE NOTES\nthe roof", "Total 5"]
        assert [pages for _, pages in cut(pages)] == [(1,), (2, 3, 4)]
        first, second = split(pages, min_pages_per_split=2).segments
        assert (first.pages, second.pages) == ((1, 2), (3, 4))
        assert "kept together: at least 2 pages a document were asked for" in first.evidence
        assert second.evidence[0] == "page 3 begins a document because at least 2 pages a document were asked for"
        assert {first.confidence, second.confidence} == {"low"}

    def test_blank_pages_count(self):
        pages = [invoice(1001), "", invoice(1002), "", "", invoice(1003), ""]
        assert [pages for _, pages in cut(pages, min_pages_per_split=2)] == [(1, 2), (3, 4, 5), (6, 7)]

    @pytest.mark.parametrize("least", [3, 400])
    def test_a_packet_or_selection_that_is_shorter_is_one_document(self, least):
        assert [pages for _, pages in cut([invoice(1001), contract(1)], min_pages_per_split=least)] == [(1, 2)]
        pages = [invoice(n) for n in range(1001, 1007)]
        assert cut(pages, min_pages_per_split=least, target_pages="2,5") == [("invoice", (2, 5))]


class TestUncategorized:
    PAGES = (invoice(1001), invoice(1002), FOREIGN, contract(1), contract(2), FOREIGN)

    def test_included_ones_are_documents_and_as_long_as_others(self):
        result = split(self.PAGES, min_pages_per_split=2, target_pages="1-5")
        assert all(len(segment.pages) >= 2 for segment in result.segments)
        assert result.omitted_pages == (6,)

    def test_omitted_ones_may_be_single_pages_between_documents(self):
        result = split(self.PAGES, min_pages_per_split=2, target_pages="1-5", allow_uncategorized="omit")
        assert [(s.category, s.pages) for s in result.segments] == [("invoice", (1, 2)), ("contract", (4, 5))]
        assert result.omitted_pages == (3, 6)

    def test_a_short_document_is_not_omitted_for_being_short(self):
        result = split([FOREIGN, invoice(1001), FOREIGN], min_pages_per_split=3, allow_uncategorized="omit")
        assert [(s.category, s.pages, s.confidence) for s in result.segments] == [("invoice", (1, 2, 3), "low")]

    def test_forbidden_ones_take_a_category(self):
        result = split(self.PAGES, min_pages_per_split=2, target_pages="3-6", allow_uncategorized="forbid")
        assert all(segment.category in {"invoice", "contract"} for segment in result.segments)
        assert result.omitted_pages == (1, 2)


TEXTS = st.sampled_from(
    [invoice(1001), invoice(1002), contract(1), contract(2), contract(3, "Page 3 of 5"), FOREIGN, ""]
)


@given(
    texts=st.lists(TEXTS, min_size=1, max_size=9),
    selected=st.sets(st.integers(1, 9), min_size=1),
    least=st.integers(1, 5),
    allow=st.sampled_from(["include", "forbid", "omit"]),
)
@settings(deadline=None, max_examples=200)
def test_together_they_keep_every_promise(texts, selected, least, allow):
    chosen = sorted({(page - 1) % len(texts) + 1 for page in selected})
    target = ",".join(map(str, chosen))
    assert parse_pages(target) == tuple(chosen)
    options = {"target_pages": target, "allow_uncategorized": allow}
    free, result = split(texts, **options), split(texts, **options, min_pages_per_split=least)
    segments = result.segments
    kept = [page for segment in segments for page in segment.pages]
    unselected = set(range(1, len(texts) + 1)) - set(chosen)
    assert unselected.isdisjoint(kept)
    assert unselected == set(result.omitted_pages) or allow == "omit"
    assert set(result.omitted_pages) <= set(free.omitted_pages)
    assert allow == "include" or all(segment.category != UNCATEGORIZED for segment in segments)
    assert all(len(segment.pages) >= min(least, len(chosen)) for segment in segments)
    for segment in segments:
        joined = any("kept together" in sentence for sentence in segment.evidence)
        assert not joined or segment.confidence != "high"
        assert 1 <= len(segment.evidence) <= 5
