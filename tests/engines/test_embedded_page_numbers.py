import pytest

from splitreader.engines.embedded.page_numbers import PrintedNumber, find_page_numbers


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


NUMBERS_BY_LANGUAGE = [
    # English
    ("Page: 2", 2, None, "word"),
    ("Page No. 2 of 3", 2, 3, "total"),
    ("Page Number: 4", 4, None, "word"),
    ("PAGE 2 OF 3", 2, 3, "total"),
    ("Pg 2 of 3", 2, 3, "total"),
    ("Pg. 2", 2, None, "word"),
    ("Pages 1 of 4", 1, 4, "total"),
    ("Page 2 out of 3", 2, 3, "total"),
    ("Page 1 | 3", 1, 3, "total"),
    ("1 | Page", 1, None, "word"),
    ("Contoso Ltd. 12 | P a g e", 12, None, "word"),
    ("Page | 1", 1, None, "word"),
    ("P a g e  | 2", 2, None, "word"),
    ("Page 3 | 2024", 3, None, "word"),
    ("Page -2-", 2, None, "word"),
    ("P age 1 of 2", 1, 2, "total"),
    ("Page2of3", 2, 3, "total"),
    ("Page 1of 3", 1, 3, "total"),
    ("Page l of 3", 1, 3, "total"),
    ("Page I of I", 1, 1, "total"),
    ("Page 2 0f 3", 2, 3, "total"),
    ("Page l", 1, None, "word"),
    ("Exhibit A Page 2", 2, None, "word"),
    ("Exhibit B - Page 1 of 3", 1, 3, "total"),
    ("2 of 3 pages", 2, 3, "total"),
    ("Sheet 2 of 5", 2, 5, "total"),
    ("Sheet 2", 2, None, "word"),
    ("2 / 3", 2, 3, "total"),
    # German
    ("Seite 1 von 3", 1, 3, "total"),
    ("Seite 1/3", 1, 3, "total"),
    ("SEITE: 2 / 3", 2, 3, "total"),
    ("Seite 2 von insgesamt 4", 2, 4, "total"),
    ("Seite 1 v. 3", 1, 3, "total"),
    ("S eite 1 von 2", 1, 2, "total"),
    ("S. 2", 2, None, "word"),
    ("S. 2 von 3", 2, 3, "total"),
    ("Rechnung Nr. 4711 Blatt 2", 2, None, "word"),
    ("Blatt 1 von 3", 1, 3, "total"),
    ("Bl. 2", 2, None, "word"),
    ("1 von 3", 1, 3, "total"),
    ("1 von 3 Seiten", 1, 3, "total"),
    ("2. Seite", 2, None, "word"),
    ("- Seite 2 -", 2, None, "word"),
    ("Rechnung 4711  •  S. 2", 2, None, "word"),
    # French
    ("Page 2 sur 3", 2, 3, "total"),
    ("page 2/3", 2, 3, "total"),
    ("Page n° 2", 2, None, "word"),
    ("Page : 2 / 3", 2, 3, "total"),
    ("Feuille 1 sur 2", 1, 2, "total"),
    ("Page 1 sur un total de 3", 1, 3, "total"),
    ("2e page", 2, None, "word"),
    ("2 sur 3", 2, 3, "total"),
    # Spanish
    ("Página 1 de 2", 1, 2, "total"),
    ("Pa\u0301gina 1 de 2", 1, 2, "total"),
    ("PAGINA 1 DE 2", 1, 2, "total"),
    ("Pág. 2", 2, None, "word"),
    ("Fecha: 01/02/2024 Pág. 2/3", 2, 3, "total"),
    ("Hoja 1 de 2", 1, 2, "total"),
    ("Hoja núm. 2", 2, None, "word"),
    ("Folio 1 de 2", 1, 2, "total"),
    # Dutch
    ("Pagina 2 van 3", 2, 3, "total"),
    ("Blad 2", 2, None, "word"),
    ("Bladzijde 2 van de 5", 2, 5, "total"),
    ("blz. 2", 2, None, "word"),
    ("pag. 2 van 3", 2, 3, "total"),
    ("2 van 3", 2, 3, "total"),
    # Italian and Portuguese
    ("Pagina 1 di 2", 1, 2, "total"),
    ("Pag. 1/2", 1, 2, "total"),
    ("Foglio 2 di 3", 2, 3, "total"),
    ("1 di 3", 1, 3, "total"),
    ("Página 1 de um total de 3", 1, 3, "total"),
    ("Folha 2 de 3", 2, 3, "total"),
    # No words
    ("- 2 -", 2, None, "bare"),
    ("iii", 3, None, "bare"),
    ("- iv -", 4, None, "bare"),
    ("(ix)", 9, None, "bare"),
    ("Page ii", 2, None, "word"),
    ("Seite IV", 4, None, "word"),
    ("A-2", 2, None, "bare"),
    ("- B-12 -", 12, None, "bare"),
]


@pytest.mark.parametrize(("line", "number", "total", "form"), NUMBERS_BY_LANGUAGE)
def test_printed_page_numbers_are_read_in_every_language(line, number, total, form):
    assert found(line) == [(number, total, form)]
    assert PrintedNumber(number, total, form, find_page_numbers([], [line])[0].printed).stands_in(line)


@pytest.mark.parametrize(
    "line",
    [
        "Continued on page 2",
        "(continued on page 2 of 3)",
        "see page 2 of 3",
        "page 3 of the agreement",
        "Page 12 shall be replaced by the attached",
        "weiter auf Seite 2",
        "Fortsetzung auf Seite 2",
        "Fortsetzung Seite 2",
        "Übertrag von Seite 1",
        "siehe Seite 4",
        "vgl. S. 4",
        "auf Seite 3 der Vereinbarung",
        "§ 5 S. 2 BGB",
        "NJW 2004, S. 212",
        "410 U.S. 113",
        "42 U.S. 2",
        "Smith 2004, p. 4",
        "pp. 3-4",
        "voir page 3",
        "suite page 2",
        "suite à la page 2",
        "à la page 3",
        "Report de la page 1",
        "véase la página 4",
        "viene de la página 1",
        "continúa en la página 2",
        "zie pagina 3",
        "vervolg op pagina 2",
        "vervolg op blad 2 van 3",
        "vedi pagina 2",
        "segue a pagina 2",
        "ver página 4",
        "Pages: 3",
        "Anzahl Seiten: 3",
        "Number of pages 3",
        "Nombre de pages : 3",
        "Folio: 4471",
        "Balance sheet 1999",
        "Datenblatt 3",
        "Startseite 3",
        "Pages 3-5",
        "Page X of Y",
        "Page 1/3/2024",
        "12.05.2024",
        "3/4 cup",
        "EUR 2 / 3,00",
        "1.234,56",
        "Tel. 030 1234",
        "555-1234",
        "A-1",
        "W-2",
        "I-9",
        "x",
        "xxx",
        "V",
        "IV",
        "v.",
        "vii of them",
        "iiii",
        "mix",
        "10 z",
        "Apartment 2",
        "Sida",
        "l",
    ],
)
def test_numbers_of_other_pages_and_other_numbers_are_none(line):
    assert found(line) == []


def test_a_preface_goes_on_in_roman_numbers():
    numbers = [found(line)[0][0] for line in ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "- x -", "xi")]
    assert numbers == list(range(1, 12))


def test_only_the_first_and_last_lines_are_looked_at():
    lines = ["Title", "a", "b", "c", "Page 7 of 9", "d"]
    assert find_page_numbers(lines, ["x", "y", "z", "end"]) == ()


def test_the_surest_form_comes_first_and_is_named_once():
    numbers = find_page_numbers(["Page 2 of 3", "2"], ["Page 2 of 3"])
    assert [(number.form, number.printed) for number in numbers] == [("total", "Page 2 of 3"), ("bare", "2")]


@pytest.mark.parametrize("letter", ["l", "I", "L", "i", "\u0130", "\u0131"])
def test_a_letter_like_one_is_read_as_one_in_any_alphabet(letter):
    (alone,) = find_page_numbers([f"Page {letter}"], [])
    assert (alone.number, alone.total) == (1, None)
    (of_total,) = find_page_numbers([f"Page {letter} of {letter}"], [])
    assert (of_total.number, of_total.total) == (1, 1)
