import pytest

from splitreader._config import Category
from splitreader.engines.embedded.category_scores import CategoryScorer
from splitreader.engines.embedded.identifiers import find_identifiers, find_long_numbers
from splitreader.engines.embedded.lexicon import genres, genres_named
from splitreader.engines.embedded.page_features import is_blank, read_page
from splitreader.engines.embedded.text import (
    HEAD_CHARACTERS,
    QUOTE_CHARACTERS,
    TAIL_CHARACTERS,
    ends_of_page,
    name_tokens,
    quote,
    tokens,
)

GENRES_WITH_A_FIRST_PAGE = {
    "invoice": "Globex\nInvoice\nInvoice number 443\nBill to: Ann\nSubtotal 9.00\nAmount due 10.00",
    "receipt": "CORNER SHOP\nMilk 1.10\nTOTAL 1.10\nCASH 2.00\nCHANGE 0.90",
    "bank_statement": "First Bank\nAccount Statement\nOpening balance 10.00\nClosing balance 12.00\nDeposits",
    "drivers_license": "DRIVER LICENSE\nDOB 01/02/1990\nEXP 01/02/2030\nHGT 5-08 EYES BRO",
    "w2": "a Employee's social security number\n1 Wages, tips\nMedicare wages and tips\nWage and Tax Statement",
    "CV": "Ann Roe\nWork Experience\nNurse 2010-2020\nEducation\nBSN\nSkills\nLanguages",
    "meeting minutes": "Minutes of the Board\nPresent: Ann, Bob\nThe motion was seconded.\nAdjourned at five.",
    "payslip": "Acme\nPay period 1-15 May\nGross pay 900\nNet pay 700\nYear to date",
    "lease": "RESIDENTIAL LEASE\nThe landlord lets the premises to the tenant for a monthly rent.",
    "lab_report": "Laboratory\nTest Result Reference range\nGlucose 90\nHemoglobin 13\nSpecimen: blood",
    "email": "From: ann@x.example\nSent: Monday\nTo: bob@y.example\nSubject: trip\nHi Bob",
    "memo": "MEMORANDUM\nTO: all staff\nFROM: Ann\nSUBJECT: keys",
    "letter": "12 Elm Street\nDear Ms. Roe,\nThank you for your visit.\nYours sincerely,\nAnn",
    "check": "First Bank\nPay to the order of Ann Roe\nNine dollars\nMemo rent",
    "court_filing": "UNITED STATES DISTRICT COURT\nAnn Roe, plaintiff, v. Bob Poe, defendant\nCase no. 21-4471",
    "insurance claim": "NOTICE OF LOSS\nClaimant: Ann\nDate of loss: 1 May\nAdjuster: Bob",
}


@pytest.mark.parametrize(("name", "text"), GENRES_WITH_A_FIRST_PAGE.items())
def test_first_pages_score_best_for_their_own_category(name, text):
    names = list(GENRES_WITH_A_FIRST_PAGE)
    first = CategoryScorer([Category(name=other) for other in names]).score(read_page(1, text)).first
    assert names[max(range(len(names)), key=first.__getitem__)] == name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("1099_nec", ("1099", "nec")),
        ("1099NEC", ("1099", "nec")),
        ("w2", ("w2",)),
        ("W-2 form", ("w2", "form")),
        ("w_2", ("w2",)),
        ("schedule_k_1", ("schedule", "k1")),
        ("drivers_license", ("driver", "license")),
        ("Driver's Licence", ("driver", "license")),
        ("Bank_Statement", ("bank", "statement")),
        ("BankStatement", ("bank", "statement")),
        ("form1040", ("form", "1040")),
        ("Résumé", ("resume",)),
        ("INVOICES", ("invoice",)),
        ("請求書", ("請求書",)),
        ("!!!", ()),
    ],
)
def test_names_are_read_however_they_are_written(name, words):
    assert name_tokens(name) == words


def test_the_most_specific_kind_wins():
    found = {title for genre in genres_named(("bank", "statement")) for title in genre.titles}
    assert ("bank", "statement") in found
    assert [genre.names[0] for genre in genres_named(("insurance", "application"))] == [("insurance", "application")]
    assert genres_named(("zebra",)) == ()


def test_every_built_in_kind_is_complete():
    assert len(genres()) > 60
    for genre in genres():
        assert genre.names
        assert genre.titles
        assert genre.words
        assert () not in (*genre.names, *genre.titles, *genre.words)
        assert genre.telling <= set(genre.words)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("non_disclosure_agreement", "MUTUAL NDA"),
        ("eob", "Explanation Of Benefits"),
        ("Vertrag", "Mietvertrag"),
        ("loan application", "Loan Application Form"),
        ("1099_div", "Form 1099-DIV"),
        ("zebra passport", "Zebra Passport"),
    ],
)
def test_titles_are_found_by_name_acronym_and_compound(name, line):
    scorer = CategoryScorer([Category(name="picture"), Category(name=name)])
    titles = scorer.score(read_page(1, f"{line}\nsome text below")).titles
    assert 1 in titles.of_category
    assert titles.best is not None
    assert titles.best.line == line


def test_a_title_of_another_kind_is_foreign():
    scores = CategoryScorer([Category(name="invoice")]).score(read_page(1, "MEETING MINUTES\nAnn was there."))
    assert scores.titles.foreign is not None
    assert scores.foreign > 0


def test_descriptions_decide_where_names_say_nothing():
    categories = [
        Category(name="type_a", description="Lease of a flat between landlord and tenant"),
        Category(name="type_b", description="Invoices of suppliers"),
    ]
    first = CategoryScorer(categories).score(read_page(1, "INVOICE\nAmount due 12.00")).first
    assert first[1] > first[0] + 2


def test_a_word_that_all_categories_share_says_less_than_one_of_their_own():
    scorer = CategoryScorer([Category(name="zoo ticket"), Category(name="zoo map")])
    first = scorer.score(read_page(1, "a walk through the zoo with a map")).first
    assert first[1] > first[0]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Invoice No: #INV03051", "invoice number", "INV03051"),
        ("INVOICE: INV-100", "invoice number", "INV-100"),
        ("Facture n° 2022089083", "invoice number", "2022089083"),
        ("Account Number: 1234 5678 9012", "account number", "1234 5678 9012"),
        ("Policy #HO-7781", "policy number", "HO-7781"),
        ("Claim ID 55012", "claim number", "55012"),
        ("Case: 14-1326", "case number", "14-1326"),
        ("PO Number 4511", "order number", "4511"),
        ("Patient ID: 88123", "patient number", "88123"),
    ],
)
def test_labelled_numbers_are_found(text, kind, value):
    assert find_identifiers(text) == {kind: frozenset({value})}


@pytest.mark.parametrize("text", ["Invoice total 100.00", "the account", "Claim:", "order of 5 items", "Case: open"])
def test_other_numbers_are_no_identifiers(text):
    assert find_identifiers(text) == {}


def test_a_list_of_many_numbers_identifies_nothing():
    assert find_identifiers("\n".join(f"Invoice no {number}" for number in range(1000, 1020))) == {}


def test_dates_and_form_numbers_are_no_identifiers():
    assert find_long_numbers("2024-01-02 1545-0008 12,345.67 CL-44871") == {"CL-44871"}


@pytest.mark.parametrize(
    ("text", "blank"),
    [
        ("", True),
        (" \n\t\u00a0", True),
        ("This page intentionally left blank", True),
        ("[Page intentionally left blank]\n4", True),
        ("2", False),
        ("The next page was intentionally left blank by the author of this long report.", False),
    ],
)
def test_blank_pages(text, blank):
    assert is_blank(text) is blank


def test_only_the_ends_of_a_long_page_are_kept():
    head, tail = ends_of_page(" a" * 1_000_000)
    assert (len(head), len(tail)) == (HEAD_CHARACTERS, TAIL_CHARACTERS)


def test_quotes_are_short_and_printable():
    shown = quote("a\x00b\u202ec\n\td" + "x" * 500)
    assert shown.startswith('"a b c d')
    assert len(shown) <= QUOTE_CHARACTERS + 2
    assert shown.isprintable()


def test_words_are_folded_and_stemmed():
    assert tokens("Policies of the RÉSUMÉS, W-2s and employee\u2019s cheques") == [
        "policy", "of", "the", "resume", "w2s", "and", "employee", "check",
    ]  # fmt: skip
