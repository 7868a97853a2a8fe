import pytest

from splitreader import InvalidConfiguration, SplitReader


@pytest.mark.parametrize(
    "categories",
    [
        "x" * 100_000,
        ["x" * 200, "x" * 200],
        [{"name": "a", "y" * 100_000: 1}],
    ],
)
def test_wrong_options_are_quoted_only_in_part(categories):
    with pytest.raises(InvalidConfiguration) as caught:
        SplitReader(categories)
    assert len(str(caught.value)) < 300
    assert any(letter * 30 in str(caught.value) for letter in "xy")
