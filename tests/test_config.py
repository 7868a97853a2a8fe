import pytest
from pydantic import ValidationError

from splitreader import Category, InvalidConfiguration, PageNotFound, SplitConfig, SplitReader


@pytest.mark.parametrize(
    "categories",
    [
        ["invoice", "contract"],
        [Category(name="invoice"), {"name": "contract"}],
        {"invoice": None, "contract": None},
        (name for name in ("invoice", "contract")),
    ],
)
def test_categories_in_every_form_a_user_may_write(categories):
    assert SplitConfig.build(categories).category_names == ("invoice", "contract")


def test_a_mapping_gives_descriptions():
    config = SplitConfig.build({"invoice": "A request for payment"})
    assert config.categories == (Category(name="invoice", description="A request for payment"),)


@pytest.mark.parametrize(
    ("categories", "complaint"),
    [
        ([], "at least 1 item"),
        ([f"c{n}" for n in range(51)], "at most 50 items"),
        (["a", "a"], "two categories are called 'a'"),
        ([""], "at least 1 character"),
        (["   "], "not blank"),
        (["n" * 201], "at most 200 characters"),
        ([{"name": "a", "description": ""}], "at least 1 character"),
        ([{"name": "a", "description": "d" * 2001}], "at most 2000 characters"),
        ([{"name": "a", "colour": "red"}], "colour"),
        (["uncategorized"], "reserved"),
        ([" Uncategorized "], "reserved"),
        ("invoice", "one string"),
        (7, "categories"),
    ],
)
def test_categories_out_of_range_are_refused_with_the_reason(categories, complaint):
    with pytest.raises(InvalidConfiguration, match=complaint):
        SplitReader(categories)


def test_limits_are_inclusive():
    names = ["n" * 200, *(f"c{n}" for n in range(49))]
    assert len(SplitConfig.build(dict.fromkeys(names, "d" * 2000)).categories) == 50


@pytest.mark.parametrize(("given", "meant"), [(True, "include"), (False, "forbid"), ("omit", "omit")])
def test_allow_uncategorized_takes_both_forms(given, meant):
    assert SplitConfig.build(["a"], allow_uncategorized=given).allow_uncategorized == meant


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"allow_uncategorized": "maybe"}, "allow_uncategorized"),
        ({"min_pages_per_split": 0}, "min_pages_per_split"),
        ({"custom_instructions": "x" * 5001}, "custom_instructions"),
        ({"target_pages": "1-"}, "target_pages: '1-' is no page"),
        ({"target_pages": "7-5"}, "target_pages: the range 7-5 runs backwards"),
        ({"target_pages": "0"}, "target_pages: '0' is out of range"),
        ({"target_pages": ""}, "target_pages: '' is no page"),
    ],
)
def test_options_out_of_range_are_refused_by_name(options, complaint):
    with pytest.raises(InvalidConfiguration, match=complaint):
        SplitConfig.build(["a"], **options)


def test_models_that_are_built_directly_raise_pydantics_own_error():
    with pytest.raises(ValidationError, match="reserved"):
        Category(name="uncategorized")


def test_selected_pages_are_all_pages_unless_some_are_named():
    assert SplitConfig.build(["a"]).selected_pages(3) == (1, 2, 3)
    assert SplitConfig.build(["a"]).selected_pages(0) == ()
    assert SplitConfig.build(["a"], target_pages="5-7, 1").selected_pages(7) == (1, 5, 6, 7)


@pytest.mark.parametrize(
    ("count", "said"), [(7, "9,11-12, but the packet has 7 pages"), (1, "but the packet has 1 page$")]
)
def test_a_selected_page_beyond_the_packet_is_refused_by_name(count, said):
    with pytest.raises(PageNotFound, match=said):
        SplitConfig.build(["a"], target_pages="1,9,11-12").selected_pages(count)


def test_the_embedded_engine_refuses_what_it_would_ignore():
    with pytest.raises(InvalidConfiguration, match="custom_instructions"):
        SplitReader(["a"], custom_instructions="be careful")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"duplicates": "merge"}, "duplicates"),
        ({"ocr": "always"}, "ocr"),
        ({"packet_id": ""}, "packet_id"),
        ({"metadata": {"category": "mine"}}, "'category'"),
        ({"metadata": {"tags": {1, 2}}}, "'tags' is set"),
        ({"metadata": {"nothing": None}}, "'nothing' is NoneType"),
        ({"engine": "embedded"}, "engine is str"),
    ],
)
def test_reader_options_that_cannot_be_are_refused_at_construction(options, complaint):
    with pytest.raises(InvalidConfiguration, match=complaint):
        SplitReader(["a"], **options)
