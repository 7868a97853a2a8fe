"""What the look of pages says: fonts, type size and paper, beside what their text says."""

from random import Random

import pytest
from reportlab.lib.pagesizes import A4, LETTER, landscape

from splitreader import PageLayout, PageText, SplitConfig, SplitReader, split_pages
from splitreader.engines.embedded.layout_cues import font_cue, heading_cue, size_cue
from splitreader.engines.embedded.page_features import read_page
from splitreader.engines.embedded.page_pair import Pair
from support.typeset import Sheet, typeset

CLAUSES = [
    "The contractor delivers the overview no later than the fifth working day and corrects it on request.",
    "Late delivery entitles the client to withhold part of the fee until the overview has been received.",
    "Where a subcontractor is engaged, the contractor remains responsible for the quality of the work.",
    "A dispute that the project leads cannot settle is referred to the directors, who meet within ten days.",
    "Costs of travel are paid at the published rates, upon presentation of the original tickets.",
    "Each side keeps records of the hours worked and shows them to the other side twice a year.",
]
PLAIN = PageLayout(fonts=("Helvetica",), text_size=10, first_size=10, top=50)


def prose(seed: int) -> str:
    return "\n".join(Random(seed).choices(CLAUSES, k=30))


def sheets(*others: dict) -> list[Sheet]:
    """Four pages of one text; the last ones are set otherwise."""
    looks = [{}] * (4 - len(others)) + list(others)
    return [Sheet(text=prose(number), **look) for number, look in enumerate(looks)]


def split(pages):
    return SplitReader({"report": None, "contract": None, "invoice": None}).split(typeset(pages))


def cut(pages):
    return [segment.pages for segment in split(pages).segments]


def pair(before: PageLayout | None, after: PageLayout | None, *, sizes=(None, None)) -> Pair:
    return Pair(
        read_page(1, prose(1), layout=before, size=sizes[0]), read_page(2, prose(2), layout=after, size=sizes[1])
    )


class TestFontCue:
    def test_speaks_for_a_document_in_other_fonts(self):
        cue = font_cue(pair(PLAIN, PLAIN.model_copy(update={"fonts": ("Times-Roman", "Times-Bold")})))
        assert cue.log_odds > 1
        assert cue.sentence == "page 2 is set in other fonts than the page before"

    def test_speaks_for_going_on_where_fonts_are_shared_and_more_where_all_are(self):
        two = PLAIN.model_copy(update={"fonts": ("Helvetica", "Helvetica-Bold")})
        one = PLAIN.model_copy(update={"fonts": ("Helvetica", "Times-Roman")})
        assert font_cue(pair(two, PLAIN)).log_odds < font_cue(pair(two, one)).log_odds < 0

    @pytest.mark.parametrize("unknown", [None, PLAIN.model_copy(update={"fonts": ()})])
    def test_is_silent_where_fonts_are_not_known(self, unknown):
        assert font_cue(pair(PLAIN, unknown)) is None
        assert font_cue(pair(unknown, PLAIN)) is None


class TestHeadingCue:
    def test_speaks_for_a_page_that_begins_large_or_further_down(self):
        large, low = PLAIN.model_copy(update={"first_size": 20}), PLAIN.model_copy(update={"top": 150})
        assert heading_cue(pair(PLAIN, large)).log_odds > 0
        assert heading_cue(pair(PLAIN, low)).log_odds > 0
        assert "in large type" in heading_cue(pair(PLAIN, large)).sentence
        assert "further down" in heading_cue(pair(PLAIN, low)).sentence
        both = large.model_copy(update={"top": 150})
        assert heading_cue(pair(PLAIN, both)).log_odds > heading_cue(pair(PLAIN, large)).log_odds

    def test_is_silent_where_the_page_before_begins_so_too(self):
        large = PLAIN.model_copy(update={"first_size": 20, "top": 150})
        assert heading_cue(pair(large, large)) is None
        assert heading_cue(pair(large, PLAIN)) is None
        assert heading_cue(pair(PLAIN, None)) is None


class TestSizeCue:
    def test_speaks_for_other_paper_more_than_for_a_turned_page(self):
        other, turned = (size_cue(pair(None, None, sizes=(A4, size))) for size in (LETTER, landscape(A4)))
        assert other.log_odds > turned.log_odds > 0

    def test_allows_for_the_inaccuracy_of_scanners(self):
        nearly = (A4[0] * 1.01, A4[1] * 0.99)
        assert size_cue(pair(None, None, sizes=(A4, nearly))) is None


class TestRealPDFs:
    def test_pages_of_one_look_are_one_document(self):
        assert cut(sheets()) == [(1, 2, 3, 4)]

    @pytest.mark.parametrize(
        "look",
        [
            ({"font": "Times-Roman", "first_size": 24, "top": 160}, {"font": "Times-Roman"}),
            ({"font": "Vera", "paper": LETTER}, {"font": "Vera", "paper": LETTER}),
            ({"font": "Vera", "size": 11, "first_size": 26, "top": 160}, {"font": "Vera", "size": 11}),
        ],
        ids=["a standard font", "fonts and paper", "an embedded font and its size"],
    )
    def test_two_documents_that_only_look_different_are_two(self, look):
        result = split(sheets(*look))
        assert [segment.pages for segment in result.segments] == [(1, 2), (3, 4)]
        assert "page 3 is set in other fonts than the page before" in result.segments[1].evidence

    def test_without_their_layouts_they_are_one(self):
        texts = [PageText(page=number, text=prose(number)) for number in range(1, 5)]
        result = split_pages(texts, SplitConfig.build({"report": None, "contract": None, "invoice": None}))
        assert [segment.pages for segment in result.segments] == [(1, 2, 3, 4)]

    def test_a_table_on_a_landscape_page_stays_in_its_document(self):
        rows = "\n".join(f"{month} 2021 {month * 37} {month * 11} {month * 53}" for month in range(1, 20))
        pages = sheets()
        pages[1] = Sheet(text=f"Hours by month\n{rows}", paper=landscape(A4))
        assert cut(pages) == [(1, 2, 3, 4)]

    def test_invoices_of_one_layout_are_parted_by_their_numbers(self):
        pages = [
            Sheet(
                text=f"Contoso Ltd.\nINVOICE\nInvoice No: INV-{number}\nBill to: {name}\nConsulting 2 hours 60.00\n"
                "Travel 40.00\nAmount due 100.00",
                font="Vera",
            )
            for number, name in ((100, "Ann Roe"), (101, "Bob Poe"), (102, "Cleo Doe"))
        ]
        result = split(pages)
        assert [(segment.category, segment.pages) for segment in result.segments] == [
            ("invoice", (1,)),
            ("invoice", (2,)),
            ("invoice", (3,)),
        ]
        assert any("invoice number changes" in sentence for sentence in result.segments[1].evidence)

    def test_numbers_that_go_on_count_more_than_other_fonts(self):
        pages = [
            Sheet(text=f"{prose(number)}\nPage {number} of 3", font=font)
            for number, font in enumerate(("Helvetica", "Times-Roman", "Courier"), start=1)
        ]
        assert cut(pages) == [(1, 2, 3)]
