"""Names of tools, conditions of filters, descriptions of fields."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splitreader import Category, InvalidConfiguration
from splitreader.routing import FIELDS, Condition, category_field, conditions, tool_names

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
HARD = [
    "driver's license",
    "a/b",
    "a_b",
    "a b",
    "🧾",
    "🧾🧾",
    "x" * 200,
    "x" * 199 + "y",
    "",
    "Rechnungen für Mai",
    "-_-",
]


def categories(*names):
    return [Category(name=name, description=None) for name in names if name]


@pytest.mark.parametrize("prefix", ["search_", "", "p" * 70, "suche in: ", "🧾"])
def test_names_of_hard_categories_are_safe_and_unique(prefix):
    tools = tool_names(categories(*HARD), prefix=prefix)
    names = [tool.name for tool in tools]
    assert len(set(names)) == len(names) == len(HARD) - 1
    assert all(NAME.fullmatch(name) for name in names)
    assert [tool.category for tool in tools] == [name for name in HARD if name]


def test_names_are_readable_and_stable():
    names = [tool.name for tool in tool_names(categories("driver's license", "a/b", "a_b", "🧾", "📄", "a-b"))]
    assert names == [
        "search_driver_s_license",
        "search_a_b",
        "search_a_b_2",
        "search_category",
        "search_category_2",
        "search_a-b",
    ]


@given(names=st.lists(st.text(min_size=1, max_size=80).filter(str.strip), min_size=1, max_size=50, unique=True))
def test_any_names_are_safe_and_unique(names):
    found = [
        tool.name for tool in tool_names([Category.model_construct(name=name, description=None) for name in names])
    ]
    assert len(set(found)) == len(names)
    assert all(NAME.fullmatch(name) for name in found)


@given(st.sets(st.tuples(st.integers(55, 70), st.sampled_from(["", "_2", "_3", "/2", "b"])), min_size=1, max_size=40))
def test_names_that_are_cut_are_unique(parts):
    names = sorted({"a" * length + end for length, end in parts})
    found = [
        tool.name for tool in tool_names([Category.model_construct(name=name, description=None) for name in names])
    ]
    assert len(set(found)) == len(names)
    assert max(map(len, found)) <= 64


def test_descriptions_tell_the_model_what_is_there():
    (described, bare) = tool_names([Category(name="invoice", description="A bill"), Category(name="letter")])
    assert described.description == "Searches only the documents of the category 'invoice': A bill"
    assert bare.description == "Searches only the documents of the category 'letter'"


def test_the_field_of_the_category_names_them_all():
    field = category_field([Category(name="invoice", description="A bill"), Category(name="driver's license")])
    assert (field.name, field.type) == ("category", "string")
    assert """'invoice' (A bill), "driver's license", 'uncategorized' (what fits none""" in field.description


def test_what_fits_no_category_may_have_a_tool_too():
    assert "uncategorized" not in {tool.category for tool in tool_names(categories("invoice", "search"))}
    *_, last = tool_names(categories("invoice", "search"), uncategorized=True)
    assert (last.category, last.name) == ("uncategorized", "search_uncategorized")
    assert "none of the categories" in last.description
    taken = [Category.model_construct(name="uncategorized!", description=None)]
    assert [tool.name for tool in tool_names(taken, uncategorized=True)] == [
        "search_uncategorized",
        "search_uncategorized_2",
    ]


def test_every_field_is_in_the_metadata_of_a_document(sample, sample_categories):
    from splitreader import SplitReader

    types = {"string": str, "integer": int, "float": float}
    metadata = SplitReader(sample_categories, target_pages="1").load(sample)[0].metadata
    for field in FIELDS:
        assert isinstance(metadata[field.name], types[field.type]), field


class TestConditions:
    def test_each_argument_is_one(self):
        assert conditions("invoice") == [Condition("category", "==", "invoice")]
        assert conditions(["invoice", "a/b"]) == [Condition("category", "in", ["invoice", "a/b"])]
        assert conditions(("invoice",)) == [Condition("category", "in", ["invoice"])]
        assert conditions(min_confidence="low") == [Condition("confidence_rank", ">=", 1)]
        assert conditions(min_confidence="medium") == [Condition("confidence_rank", ">=", 2)]
        assert conditions(min_confidence="high") == [Condition("confidence_rank", ">=", 3)]
        assert conditions(page=7) == [Condition("page_start", "<=", 7), Condition("page_end", ">=", 7)]
        assert conditions(packet_id="p") == [Condition("packet_id", "==", "p")]

    def test_several_are_all_there(self):
        found = conditions("invoice", min_confidence="medium", page=7, packet_id="p")
        assert [condition.key for condition in found] == [
            "category",
            "confidence_rank",
            "page_start",
            "page_end",
            "packet_id",
        ]

    @pytest.mark.parametrize(
        "arguments",
        [
            {},
            {"category": []},
            {"category": [1]},
            {"category": 7},
            {"category": b"invoice"},
            {"packet_id": 7},
            {"packet_id": ["p"]},
            {"min_confidence": ["high"]},
            {"min_confidence": {}},
            {"min_confidence": "certain"},
            {"min_confidence": 2},
            {"page": 0},
            {"page": -1},
            {"page": "7"},
            {"page": True},
            {"page": 1.0},
        ],
    )
    def test_what_can_not_be_is_refused(self, arguments):
        with pytest.raises(InvalidConfiguration):
            conditions(**arguments)
