"""Which way a document goes, and which routes can be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splitreader import InvalidConfiguration
from splitreader.routing import Drop, PassThrough, Routed, RoutingReport, Rules, check_routes

RANKS = {"low": 1, "medium": 2, "high": 3}


def way(category=None, confidence=None, text="text", **gates):
    metadata = {} if category is None else {"category": category}
    if confidence:
        metadata |= {"confidence": confidence, "confidence_rank": RANKS[confidence]}
    return Rules(gates=gates).way_of(metadata, text)


@given(confidence=st.sampled_from([*RANKS, None]), gate=st.sampled_from([*RANKS, None]))
def test_a_gate_lets_through_what_is_sure_enough(confidence, gate):
    found = way("invoice", confidence, invoice=gate)
    passes = gate is None or (confidence is not None and RANKS[confidence] >= RANKS[gate])
    assert (found.name, found.category) == (("invoice", "invoice") if passes else ("review", None))


def test_a_document_below_its_gate_says_so():
    assert way("invoice", "low", invoice="high").why == "confidence low, below high"
    assert way("invoice", invoice="high").why == "confidence not known, below high"


@pytest.mark.parametrize("category", [None, "letter", 7, ["invoice"]])
def test_a_category_without_a_route_takes_the_default(category):
    assert way(category, "low", invoice="high").name == "default"


@pytest.mark.parametrize("text", ["", " ", "\n\n\t"])
@pytest.mark.parametrize("category", ["invoice", "letter", None])
def test_a_document_without_text_goes_to_review(category, text):
    found = way(category, "high", text, invoice=None)
    assert (found.name, found.category, found.why) == ("review", None, "no text")


@pytest.mark.parametrize("name", ["default", "review"])
def test_a_category_may_have_the_name_of_another_way(name):
    found = way(name, "high", **{name: None})
    assert (found.name, found.category) == (name, name)


@pytest.mark.parametrize("rank", [None, "3", 2.5])
def test_a_rank_that_is_none_passes_no_gate(rank):
    assert Rules(gates={"a": "low"}).way_of({"category": "a", "confidence_rank": rank}, "x").name == "review"


def test_routes_for_categories_that_can_not_occur_are_refused():
    check_routes(["invoice", "uncategorized"], ["invoice"], {})
    check_routes(["anything"], None, {})
    with pytest.raises(InvalidConfiguration, match="'letter', which no packet is split into"):
        check_routes(["invoice", "letter"], ["invoice"], {})


@pytest.mark.parametrize("gate", ["certain", "High", 3, ""])
def test_gates_that_are_none_are_refused(gate):
    check_routes([], None, {"a": None, "b": "low"})
    with pytest.raises(InvalidConfiguration, match="min_confidence of 'a'"):
        check_routes([], None, {"a": gate})


def test_drop_and_pass_through_are_told_apart_when_stored():
    assert Drop().model_dump() != PassThrough().model_dump()
    for model in (Drop, PassThrough):
        with pytest.raises(ValueError, match="kind"):
            model(kind="other")
        with pytest.raises(ValueError, match="extra"):
            model(extra=1)


def test_a_report_finds_what_came_to_nothing():
    def entry(name, way, outputs):
        return Routed(id=name, category="a", pages="1", way=way, why="x", outputs=outputs)

    report = RoutingReport((entry("1", "a", 2), entry("2", "review", 0), entry("3", "review", 1)))
    assert [found.id for found in report.without_output] == ["2"]
    assert [found.id for found in report.of_way("review")] == ["2", "3"]
