"""The shortcuts of the embedded engine's text work find what the long way finds."""

import re
from datetime import date

import pytest

from splitreader import Category
from splitreader.engines.embedded import flow_words, identifiers
from splitreader.engines.embedded.category_scores import CategoryScorer
from splitreader.engines.embedded.identifiers import find_identifiers, find_long_numbers
from splitreader.engines.embedded.looks import looks_of
from splitreader.engines.embedded.page_features import read_page
from splitreader.engines.embedded.page_pair import Pair
from splitreader.engines.embedded.text import caseless, letter_runs, tokens

LATIN = "abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöùúûüýœº§"
STATEMENTS = [
    "Statement date: 3 May 2024",
    "BILLING\tPERIOD 01/02/2024 - 29/02/2024",
    "Pay\nending 12/04/2024",
    "\u017ftatement date 2024-05-03",
    "Abrechnungszeitraum: 01.03.2024",
    "P\u00e9riode de paie du 01/03/2024",
    "PER\u00cdODO DE FACTURACI\u00d3N: 03-2024",
    "Loontijdvak: 03-2024",
]
NUMBERS = [
    ("Invoice No. 2024-118", "invoice number"),
    ("Order\nInvoice's number: 2024-118\nPlease pay", "invoice number"),
    ("Kundennummer 4711-08", "customer number"),
    ("Rechnungsnr: 4711-08", "invoice number"),
    ("N\u00famero de factura: 4711-08", "invoice number"),
    ("N\u00b0 de facture 4711-08", "invoice number"),
    ("Nummer der Rechnung 4711-08", "invoice number"),
    ("N\u00fam. de cuenta 4711-08", "account number"),
]


def top_level_alternatives(expression):
    found, depth = [""], 0
    for character in expression:
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return found


def all_sure(monkeypatch):
    """No shortcut in `identifiers` says that there is nothing to be found."""
    monkeypatch.setattr(identifiers, "_may_print_period", lambda text: True)
    monkeypatch.setattr(identifiers, "_lines_naming_kinds", lambda lowered: lowered)
    monkeypatch.setattr(identifiers, "_NUMBER_OF_MARKS", ("",))


def test_caseless_text_matches_what_ignorecase_matches():
    everything = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x20000)]))
    written = {letter: set() for letter in LATIN}
    for character in everything:
        written.get(caseless(character), set()).add(character)
    for letter in LATIN:
        assert set(re.findall(letter, everything, re.IGNORECASE)) == written[letter]


@pytest.mark.parametrize("words", [flow_words.CONTINUED, flow_words.FOLLOWS], ids=["continued", "follows"])
def test_every_expression_for_going_on_holds_a_stem(words):
    for expression in words.values():
        for alternative in top_level_alternatives(expression.replace(r"\.", ".")):
            assert any(stem in alternative for stem in flow_words.GOES_ON_STEMS), alternative


@pytest.mark.parametrize("text", STATEMENTS)
def test_periods_are_found(text):
    assert "statement date" in find_identifiers(text)


@pytest.mark.parametrize(("text", "kind"), NUMBERS)
def test_labelled_numbers_are_found(text, kind):
    assert list(find_identifiers(text)) == [kind]


@pytest.mark.parametrize("text", ["\n".join([*STATEMENTS, *(text for text, _ in NUMBERS)]), "Total 12\nPaid 13"])
def test_identifiers_are_those_of_the_long_way(text, monkeypatch):
    found = find_identifiers(text)
    all_sure(monkeypatch)
    assert found == find_identifiers(text)
    assert list(found) == list(find_identifiers(text))


def test_long_numbers_end_at_spaces_and_at_nothing_else():
    text = "A-1234567, 12345.67 $99999\tPO4711x 2024-01-05 12345\n6789 1234 5678 (98765-1)"
    assert find_long_numbers(text) == {"A-1234567", "PO4711x", "12345", "98765-1"}


@pytest.mark.parametrize("text", ["Form W-2, wages_and tips", "John's 1099-NEC\tform", "a1b2 c_d, --x-- 3.14", ""])
def test_words_are_the_same_beside_letters_beyond_ascii(text):
    assert tokens(f"{text} \u03b1") == [*tokens(text), "\u03b1"]
    assert letter_runs(f"{text} \u03b1") == [*letter_runs(text), "\u03b1"]


@pytest.mark.parametrize("terms", ["bank account number", "number of the bank account", "account bank account number"])
def test_phrases_are_matched_where_their_words_stand_together(terms):
    scorer = CategoryScorer([Category(name="account number")])
    scores = scorer.score(read_page(1, f"Some line\n{terms}"))
    assert ("account number" in scorer.telling_words(scores.terms, 0)) == ("account number" in terms)


@pytest.mark.parametrize(
    ("line", "look"),
    [
        (f"BERLIN, {date(2024, 3, 5):%d} M\u00c4RZ 2024", "new date"),
        ("Acme INC. and others", "new sender"),
        ("WWW.EXAMPLE.ORG", "new contact"),
        ("HTTP\u017f://example", "new contact"),
        ("Write to A@B.CO", "new contact"),
        ("R\u00c9SUM\u00c9 of the year", "front matter"),
    ],
)
def test_looks_are_seen_in_any_case(line, look):
    before = read_page(1, "Something else\nthat stands here")
    for written in (line, line.lower()):
        assert look in looks_of(Pair(before, read_page(2, f"{written}\nand more")))
    assert look not in looks_of(Pair(before, read_page(2, "Plain words\nand more")))
