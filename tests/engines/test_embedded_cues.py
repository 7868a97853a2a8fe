import pytest

from splitreader._config import Category
from splitreader.engines.embedded.boundary_cues import (
    CUES,
    NEIGHBOURS_ONLY,
    boundary_cues,
    cover_cue,
    gap_cue,
    header_cue,
    identifier_cue,
    page_number_cue,
    template_cue,
    title_cue,
)
from splitreader.engines.embedded.category_scores import CategoryScorer
from splitreader.engines.embedded.flow_cues import (
    ending_cue,
    flow_cue,
    salutation_cue,
    sender_cue,
    similarity_cue,
    table_cue,
)
from splitreader.engines.embedded.page_features import read_page
from splitreader.engines.embedded.page_pair import Pair

SCORER = CategoryScorer([Category(name="invoice"), Category(name="contract"), Category(name="w2")])
PROSE = "The supplier keeps records of every delivery and shows them to the buyer on request within ten days."
OTHER = "Whales travel across oceans during winter, feeding mostly near colder northern waters with plentiful krill."
LINES = "one\ntwo\nthree\n"
OTHERS = "four\nfive\nsix\n"


def pair(before: str, after: str, *, blank_between: bool = False, missing: int = 0) -> Pair:
    first, second = read_page(3, before), read_page(4 + missing, after)
    titles = [SCORER.score(page).titles.best for page in (first, second)]
    return Pair(first, second, titles[1], titles[0], blank_between, missing)


def form(name: str, number: str) -> str:
    labels = ["Wage and Tax Statement", f"Employee: {name}", f"Control number {number}", "Wages, tips", "Federal tax"]
    return "\n".join([*labels, "State tax", "Local tax", f"Box 12 {number[::-1]}"])


STARTS = [
    (page_number_cue, f"{PROSE}\nPage 2 of 2", f"{PROSE}\nPage 1 of 3", 'page 4 prints "Page 1 of 3"'),
    (page_number_cue, f"{PROSE}\nPage 2", f"{PROSE}\nPage 1", 'page 4 prints "Page 1"'),
    (page_number_cue, f"{PROSE}\nPage 2 of 2", PROSE, 'the last of its document, "Page 2 of 2"'),
    (page_number_cue, f"{PROSE}\nPage 2 of 8", f"{PROSE}\nPage 5 of 6", "does not follow"),
    (page_number_cue, f"{PROSE}\n- 9 -", PROSE, "has no page number"),
    (title_cue, PROSE, f"INVOICE\n{PROSE}", 'page 4 begins with the title "INVOICE"'),
    (title_cue, PROSE, f"Contoso Ltd.\nService Agreement\n{PROSE}", '"Service Agreement"'),
    (identifier_cue, "Invoice No: INV-1001", "Invoice No: INV-2002", "invoice number changes from"),
    (identifier_cue, "Claim number CL-4410", "Claim number CL-4471", "claim number changes from"),
    (identifier_cue, "Account Number: 123456", "Account Number: 998877", "account number changes from"),
    (identifier_cue, "Policy No. HO-7712", "Policy No. HO-7999", "policy number changes from"),
    (identifier_cue, "Statement Date: 01/31/2024", "Statement Date: 02/29/2024", "statement date changes from"),
    (template_cue, form("Ann", "448812"), form("Bob", "771634"), "laid out like the page before"),
    (salutation_cue, PROSE, f"Dear Ms. Roe,\n{PROSE}", "begins like a letter"),
    (salutation_cue, PROSE, f"From: a@b.example\nTo: c@d.example\n{PROSE}", "begins like a letter"),
    (sender_cue, PROSE, f"Ann Roe\nann@roe.example\n{PROSE}", "begins with a sender"),
    (ending_cue, f"{PROSE}\nYours sincerely,\nAnn", PROSE, "ends like a letter"),
    (ending_cue, f"{PROSE}\nAmount due 12.00", PROSE, "ends like a document"),
    (ending_cue, "Short.", PROSE * 3, "is short"),
    (similarity_cue, PROSE, OTHER, "shares few words"),
]

CONTINUATIONS = [
    (page_number_cue, f"{PROSE}\nPage 2 of 5", f"{PROSE}\nPage 3 of 5", "the number after the last"),
    (page_number_cue, f"{PROSE}\n- 2 -", f"{PROSE}\n- 3 -", "the number after the last"),
    (page_number_cue, f"{PROSE}\nPage 1 of 4", f"{PROSE}\nPage 2", "the number after the last"),
    (page_number_cue, f"{PROSE}\nPage 1 of 5", PROSE, "more should follow"),
    (page_number_cue, PROSE, f"{PROSE}\nPage 3 of 5", "not the first of a document"),
    (identifier_cue, "Invoice No: INV-1001", "Invoice No: INV-1001", "has the same invoice number"),
    (header_cue, f"Northwind Services Handbook\n{PROSE}", f"Northwind Services Handbook\n{OTHER}", "repeats the line"),
    (
        header_cue,
        f"{LINES}{PROSE}\nConfidential and proprietary",
        f"{OTHERS}{OTHER}\nConfidential and proprietary",
        "ends with the line",
    ),
    (cover_cue, "CONSULTING CONTRACT\nAlpha and Beta", f"CONSULTING CONTRACT\n{PROSE * 4}", "is a cover"),
    (flow_cue, PROSE, f"Transactions (continued)\n{PROSE}", "says that it continues"),
    (
        flow_cue,
        f"{PROSE} The buyer pays",
        f"within thirty days of the delivery to the site.\n{PROSE}",
        "inside a sentence",
    ),
    (flow_cue, PROSE, f"4. Termination\n{PROSE}", "later section"),
    (flow_cue, PROSE, f"Article 5\n{PROSE}", "later section"),
    (flow_cue, PROSE, f"(c) The Employee agrees\n{PROSE}", "later section"),
    (flow_cue, PROSE, f"Schedule A\n{PROSE}", "attachment"),
    (flow_cue, PROSE, "By: ____\nName: Ann\nTitle: Director", "signatures"),
    (flow_cue, f"{PROSE}\n{PROSE[:-1]} and the", "Nothing else.", "ends inside a sentence"),
    (
        table_cue,
        "Date Item\n03/04 Coffee 3.20\n03/05 Tea 2.10",
        "03/06 Milk 1.10\n03/07 Rice 4.10",
        "begins with a row",
    ),
    (similarity_cue, PROSE, PROSE, "shares many words"),
]


@pytest.mark.parametrize(("cue", "before", "after", "sentence"), STARTS)
def test_cues_for_a_start(cue, before, after, sentence):
    said = cue(pair(before, after))
    assert said is not None
    assert said.log_odds > 0
    assert sentence in said.sentence


@pytest.mark.parametrize(("cue", "before", "after", "sentence"), CONTINUATIONS)
def test_cues_against_a_start(cue, before, after, sentence):
    said = cue(pair(before, after))
    assert said is not None
    assert said.log_odds < 0
    assert sentence in said.sentence


@pytest.mark.parametrize("cue", CUES)
def test_every_cue_is_silent_where_there_is_nothing_to_say(cue):
    assert cue(pair("Nothing much here.", "Nothing much there.")) is None


def test_a_blank_page_before_speaks_for_a_start():
    said = ending_cue(pair(PROSE, PROSE, blank_between=True))
    assert said is not None
    assert said.sentence == "a blank page stands before page 4"


@pytest.mark.parametrize(
    "after",
    [
        f"INVOICE\n{OTHER}",  # the page before has the same line: a running header
        f"INVOICE (continued)\n{OTHER}",
        f"7. Invoice and payment\n{OTHER}",
        f"Schedule 2 Invoice\n{OTHER}",
        f"The parties agree that each invoice is paid within thirty days.\n{OTHER}",
    ],
)
def test_headers_sections_and_sentences_are_no_titles(after):
    assert title_cue(pair(f"INVOICE\n{PROSE}", after)) is None


def test_a_repeated_title_counts_where_an_identifier_changes():
    said = title_cue(pair(f"INVOICE\nInvoice no: 1001\n{PROSE}", f"INVOICE\nInvoice no: 1002\n{PROSE}"))
    assert said is not None
    assert said.log_odds > 0


def test_a_form_that_keeps_its_number_is_not_a_new_one():
    assert template_cue(pair(form("Ann", "448812"), form("Ann", "448812"))) is None


def test_a_table_that_goes_on_is_not_the_same_form_again():
    rows = [f"{number:05d} Widget {number % 7} {number * 3}.00" for number in range(10_000, 10_080)]
    before, after = "\n".join(["Sku Name Price", *rows[:40]]), "\n".join(["Sku Name Price", *rows[40:]])
    assert template_cue(pair(before, after)) is None


def test_two_numberings_with_other_totals_mean_a_start():
    said = page_number_cue(pair(f"Page 2 of 9\n{PROSE}\n1 of 1", f"Page 3 of 9\n{PROSE}\n1 of 4"))
    assert said is not None
    assert said.log_odds > 0


def test_cues_come_strongest_first():
    cues = boundary_cues(pair(f"{PROSE}\nPage 2 of 2", f"INVOICE\n{OTHER}\nPage 1 of 3"))
    strengths = [abs(cue.log_odds) for cue in cues]
    assert strengths == sorted(strengths, reverse=True)
    assert cues[0].name == "page number"


@pytest.mark.parametrize(
    "first_line", ["15 March 2022", "221 Baker Street", "2. May 2021", "1. Definitions", "3M Company"]
)
def test_dates_addresses_and_first_sections_do_not_continue(first_line):
    said = flow_cue(pair(PROSE, f"{first_line}\n{PROSE}"))
    assert said is None


@pytest.mark.parametrize(("cue", "before", "after", "sentence"), CONTINUATIONS)
def test_pages_left_out_between_two_break_what_only_neighbours_show(cue, before, after, sentence):
    said = [cue.name for cue in boundary_cues(pair(before, after, missing=3)) if cue.log_odds < 0]
    assert NEIGHBOURS_ONLY.isdisjoint(said)
    assert cue not in {identifier_cue, header_cue, similarity_cue} or said


@pytest.mark.parametrize(
    ("before", "after"), [("Page 2 of 9", "Page 6 of 9"), ("- 2 -", "- 6 -"), ("Page 2 of 9", "Page 6")]
)
def test_printed_numbers_that_fit_bridge_them(before, after):
    cues = boundary_cues(pair(f"{PROSE} The buyer pays\n{before}", f"(c) within thirty days\n{after}", missing=3))
    assert {cue.name for cue in cues if cue.log_odds < 0} >= {"page number", "flow"}
    assert "gap" not in {cue.name for cue in cues}


@pytest.mark.parametrize(("before", "after"), [("Page 2 of 9", "Page 3 of 9"), ("Page 2 of 9", "Page 6 of 8")])
def test_printed_numbers_that_do_not_fit_do_not(before, after):
    assert sum(cue.log_odds for cue in boundary_cues(pair(f"{PROSE}\n{before}", f"{OTHER}\n{after}", missing=3))) > 0


def test_the_more_pages_are_left_out_the_likelier_a_start():
    said = [gap_cue(pair(PROSE, OTHER, missing=missing)) for missing in (1, 3, 30, 100_000)]
    strengths = [cue.log_odds for cue in said]
    assert 0 < strengths[0] < strengths[1] < strengths[2] == strengths[3]
    assert said[1].sentence == "pages between page 3 and page 7 are left out"
