"""The numbers of the boundary model: which cues they weigh, how they add up, what calibration makes of a segment."""

import math
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from splitreader import Category, PageLayout, PageText, SplitConfig
from splitreader.engines.embedded.boundary_cues import boundary_cues
from splitreader.engines.embedded.category_scores import CategoryScorer
from splitreader.engines.embedded.confidence import confidence_of, segment_parts
from splitreader.engines.embedded.decoder import decode
from splitreader.engines.embedded.looks import SPEAKING, looks_of
from splitreader.engines.embedded.page_features import is_blank, read_page
from splitreader.engines.embedded.page_pair import Cue, Pair
from splitreader.engines.embedded.reading import PageReader
from splitreader.engines.embedded.weights import Calibration, CueWeight, Weights, built_in_weights
from support.made import made_module

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
NOT_FITTED = {"page size", "fonts", "heading", "gap"}
"""Cues with hand-set strengths alone: the texts that weights are fitted on don't show them."""

INVOICE = ["INVOICE\nInvoice number: 1001\nPage 1 of 2\nItem Price\nBolts 12.50", "Page 2 of 2\nAmount due 40.00"]
LETTER = ["Dear Ms Hale,\nthank you for your letter. Every question is answered.\nYours sincerely,\nTom Reed"]
CONTRACT = [
    "SERVICE AGREEMENT\nbetween Ann Lee and Bo Ek\nThe contractor works and",
    "sends an invoice each month: invoice number, subtotal, amount due, bill to, due date, in arrears.",
]
RECEIPT = ["RECEIPT\nReceived in cash 12.00\nChange 3.00"]
DOCUMENTS = [INVOICE, LETTER, CONTRACT, RECEIPT, LETTER]
CATEGORIES = [Category(name=name) for name in ("invoice", "letter", "contract")]

SHARES = st.floats(0, 1)
PARTS = st.fixed_dictionaries(dict.fromkeys(("begins", "ends", "together", "category"), SHARES))
STEEPNESS = st.floats(0, 20)
CALIBRATIONS = st.builds(
    Calibration,
    shift=st.floats(-20, 20),
    begins=STEEPNESS,
    ends=STEEPNESS,
    together=STEEPNESS,
    category=STEEPNESS,
)


@pytest.fixture(scope="module")
def seen():
    """The names of all cues and looks between neighbours of 120 made documents, which lie on two kinds of paper."""
    pool = made_module("pools").make_pool(5, 120)
    scorer = CategoryScorer([Category(name=key, description=about[1]) for key, about in pool["cats"].items()])
    pages = [
        (read_page(number, text, size=size, layout=PageLayout(fonts=(font,), text_size=10, first_size=first, top=50)))
        for number, document in enumerate(pool["docs"])
        for size, font, first in [((612.0, 792.0), "Times", 20) if number % 2 else ((595.0, 842.0), "Arial", 10)]
        for text in document["pages"][:4]
        if not is_blank(text)
    ]
    titled = [(page, scorer.score(page).titles.best) for page in pages]
    pairs = [
        Pair(before, after, title, title_before, missing=missing)
        for (before, title_before), (after, title) in pairwise(titled)
        for missing in (0, 3)
    ]
    cues = {cue.name for pair in pairs for cue in boundary_cues(pair)}
    return SimpleNamespace(cues=cues, looks={look for pair in pairs for look in looks_of(pair)})


def read(documents, weights=None, **options):
    reader = PageReader(SplitConfig.build(CATEGORIES, **options), weights)
    for number, text in enumerate((page for document in documents for page in document), start=1):
        reader.read(PageText(page=number, text=text))
    return reader.read_pages


def decoded(pages):
    return decode([page.log_odds for page in pages], [page.first for page in pages], [page.body for page in pages])


class TestNames:
    def test_every_weighted_cue_is_one_and_every_cue_is_weighted_or_left_out_on_purpose(self, seen):
        assert set(built_in_weights().cues) == seen.cues - NOT_FITTED
        assert seen.cues > NOT_FITTED

    def test_every_weighted_look_is_one_and_every_look_is_weighted(self, seen):
        assert set(built_in_weights().looks) == seen.looks

    def test_every_look_that_is_told_is_one(self, seen):
        assert set(SPEAKING) <= seen.looks


class TestLogOdds:
    WEIGHTS = Weights(
        prior=-0.1,
        cues={"title": CueWeight(start=0.7, go_on=0.3)},
        looks={"new date": 0.1, "short before": 0.7, "much longer": -1e-9},
    )

    @given(
        st.lists(st.builds(Cue, st.sampled_from(["title", "flow"]), st.floats(-6, 6), st.just("")), max_size=8),
        st.sets(st.sampled_from(["new date", "short before", "much longer", "unheard of"])),
        st.randoms(use_true_random=False),
    )
    def test_the_order_of_what_was_seen_does_not_matter_to_the_bit(self, cues, looks, random):
        shuffled = random.sample(cues, len(cues)), random.sample(sorted(looks), len(looks))
        assert self.WEIGHTS.log_odds(*shuffled) == self.WEIGHTS.log_odds(cues, sorted(looks))

    def test_a_cue_counts_by_its_direction_and_one_without_a_weight_as_it_is(self):
        counted = [self.WEIGHTS.of_cue(Cue(*cue, "")) for cue in (("title", 2.0), ("title", -2.0), ("flow", 2.0))]
        assert counted == [1.4, -0.6, 2.0]

    def test_a_look_without_a_weight_counts_nothing(self):
        assert self.WEIGHTS.log_odds([], ["unheard of"]) == self.WEIGHTS.prior

    @pytest.mark.parametrize("field", ["start", "go_on"])
    def test_no_cue_can_be_turned_round(self, field):
        with pytest.raises(ValidationError, match="greater than or equal to 0"):
            CueWeight.model_validate({field: -0.1})


class TestCalibration:
    @given(CALIBRATIONS, PARTS, st.sampled_from(["begins", "ends", "together", "category"]), SHARES)
    def test_a_likelier_part_never_lowers_the_score(self, calibration, parts, name, other):
        low, high = sorted((parts[name], other))
        scores = [calibration.of(**{**parts, name: value}) for value in (low, high)]
        assert 0 <= scores[0] <= scores[1] <= 1

    def test_each_part_counts_in_the_built_in_one(self):
        sure = dict.fromkeys(("begins", "ends", "together", "category"), 1.0)
        calibration = built_in_weights().calibration
        assert all(calibration.of(**{**sure, name: 0.5}) < calibration.of(**sure) - 0.05 for name in sure)

    def test_of_nothing_it_is_sure(self):
        calibration = built_in_weights().calibration
        assert calibration.of(begins=0, ends=0, together=0, category=0) < 0.001
        assert 0.9 < calibration.of(begins=1, ends=1, together=1, category=1) < 1

    @pytest.mark.parametrize("field", ["shift", "begins", "category"])
    def test_numbers_that_are_none_are_refused(self, field):
        with pytest.raises(ValidationError, match="finite"):
            Calibration.model_validate({field: math.nan})

    def test_levels_have_their_bounds(self):
        scores = (0.0, 0.4999, 0.5, 0.7999, 0.8, 1.0)
        assert [confidence_of(score) for score in scores] == ["low", "low", "medium", "medium", "high", "high"]


class TestSegmentParts:
    def test_neighbours_share_the_boundary_between_them_and_the_ends_of_the_packet_are_sure(self):
        pages = read(DOCUMENTS)
        cut = decoded(pages)
        parts = segment_parts(cut, pages)
        assert cut.starts == (0, 2, 3, 5, 6)
        assert (parts[0].begins, parts[-1].ends) == (1.0, 1.0)
        assert [part.ends for part in parts[:-1]] == [part.begins for part in parts[1:]]
        assert [part.begins for part in parts] == [cut.start_probabilities[start] for start in cut.starts]

    def test_one_page_is_surely_together_and_more_are_as_sure_as_the_likeliest_cut_in_between(self):
        pages = read(DOCUMENTS)
        cut = decoded(pages)
        together = [part.together for part in segment_parts(cut, pages)]
        assert together == [1 - cut.start_probabilities[1], 1.0, 1 - cut.start_probabilities[4], 1.0, 1.0]

    def test_the_category_is_less_sure_where_another_fits_as_well(self):
        def sure(names):
            reader = PageReader(SplitConfig.build(names))
            reader.read(PageText(page=1, text=INVOICE[0]))
            (part,) = segment_parts(decoded(reader.read_pages), reader.read_pages)
            return part.category

        assert sure(["invoice", "purchase invoice"]) < sure(["invoice", "letter"]) <= 1

    def test_a_single_page_is_judged_as_a_first_page(self):
        pages = read([INVOICE[:1]])
        (part,) = segment_parts(decoded(pages), pages)
        weights = [math.exp(score) for score in pages[0].first]
        assert part.category == pytest.approx(max(weights) / sum(weights))

    def test_no_pages_have_no_parts(self):
        assert segment_parts(decode([], [], []), []) == []


class TestTheFit:
    """What the weights are fitted with sees packets as the engine does."""

    @pytest.fixture
    def model(self, monkeypatch):
        monkeypatch.syspath_prepend(str(BENCHMARKS))
        return import_module("boundary_model")

    def test_its_probabilities_are_those_of_the_decoder(self, model):
        pages = read(DOCUMENTS)
        assert any(page.log_odds < model.CLEAR_CONTINUATION for page in pages)
        found = model.start_probabilities(
            model.read_packet(DOCUMENTS, CATEGORIES), model.np.array([page.log_odds for page in pages])
        )
        assert list(found) == pytest.approx(decoded(pages).start_probabilities, abs=1e-5)
        assert min(found) < 0.05
        assert sorted(found)[-2] > 0.9

    def test_what_it_sees_adds_up_to_the_log_odds_of_the_engine(self, model):
        weights = built_in_weights()
        seen = model.read_packet(DOCUMENTS, CATEGORIES).seen[1:]
        sums = [
            weights.log_odds([Cue(name, value, "") for (name, sign), value in page.items() if sign is not None], looks)
            for page in seen
            for looks in [[name for name, sign in page if sign is None]]
        ]
        assert sums == pytest.approx([page.log_odds for page in read(DOCUMENTS)[1:]])

    def test_a_blank_page_is_passed_over_as_in_the_engine(self, model):
        documents = [INVOICE, [LETTER[0], " "], CONTRACT]
        packet = model.read_packet(documents, CATEGORIES)
        assert list(packet.starts) == [1, 0, 1, 1, 0]
        assert len(packet.seen) == len(read(documents))
