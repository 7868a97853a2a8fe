import pytest

from splitreader.engines.embedded.page_numbers import find_page_numbers


def found(line: str) -> list[tuple[int, int | None, str]]:
    return [(number.number, number.total, number.form) for number in find_page_numbers([], [line])]


@pytest.mark.parametrize(
    ("line", "number", "total", "form"),
    [
        ("Page 1 of 3", 1, 3, "total"),
        ("PAGE: 2 OF 10", 2, 10, "total"),
        ("Account 4471 - Page 2 of 3 - continued", 2, 3, "total"),
        ("Page 3/7", 3, 7, "total"),
        ("1/3", 1, 3, "total"),
        ("2 of 9", 2, 9, "total"),
        ("Seite 2 von 4", 2, 4, "total"),
        ("Página 2 de 5", 2, 5, "total"),
        ("page 2 sur 5", 2, 5, "total"),
        ("Pagina 1 di 2", 1, 2, "total"),
        ("Strona 3 z 8", 3, 8, "total"),
        ("стр. 2 из 6", 2, 6, "total"),
        ("第 2 页 共 5 页", 2, 5, "total"),
        ("p. 2/6", 2, 6, "total"),
        ("str. 4", 4, None, "word"),
        ("Page 2", 2, None, "word"),
        ("p. 4", 4, None, "word"),
        ("Seite 5", 5, None, "word"),
        ("Case: 14-1326 Document: 3 Page: 1 Filed: 03/18/2014", 1, None, "word"),
        ("- 2 -", 2, None, "bare"),
        ("[12]", 12, None, "bare"),
        ("7", 7, None, "bare"),
        ("\u2013 3 \u2013", 3, None, "bare"),
    ],
)
def test_printed_page_numbers_are_read(line, number, total, form):
    assert (number, total, form) in found(line)


@pytest.mark.parametrize(
    "line",
    [
        "1/3/2024",
        "03/04/2024",
        "Add 1/3 of a cup of sugar to the bowl",
        "see page 3 for the terms that apply to this order",
        "as described on page 12",
        "5 of 3",
        "Page 0",
        "Page 1,200.50",
        "Total 42.00",
        "homepage 3",
        "12345",
        "",
        "P 641",
        "str1",
        "Page of",
    ],
)
def test_other_numbers_are_no_page_numbers(line):
    assert found(line) == []


def test_only_the_first_and_last_lines_are_looked_at():
    lines = ["Title", "a", "b", "c", "Page 7 of 9", "d"]
    assert find_page_numbers(lines, ["x", "y", "z", "end"]) == ()


def test_the_surest_form_comes_first_and_is_named_once():
    numbers = find_page_numbers(["Page 2 of 3", "2"], ["Page 2 of 3"])
    assert [(number.form, number.printed) for number in numbers] == [("total", "Page 2 of 3"), ("bare", "2")]
