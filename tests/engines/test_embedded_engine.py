import asyncio
import pickle
import random
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from splitreader._config import UNCATEGORIZED, SplitConfig
from splitreader._errors import InvalidConfiguration
from splitreader._pages import PageText
from splitreader.engines._protocol import Engine
from splitreader.engines.embedded import EmbeddedEngine, split_pages
from splitreader.engines.embedded.confidence import HIGH_CONFIDENCE, MEDIUM_CONFIDENCE, confidence_of
from splitreader.engines.embedded.reading import PageReader

CLAUSES = [
    "The contractor delivers the overview no later than the fifth working day and corrects it on request.",
    "Late delivery entitles the client to withhold part of the fee until the overview has been received.",
    "Where a subcontractor is engaged, the contractor remains responsible for the quality of the work.",
    "A dispute that the project leads cannot settle is referred to the directors, who meet within ten days.",
    "Costs of travel are paid at the published rates, upon presentation of the original tickets.",
    "Each side keeps records of the hours worked and shows them to the other side twice a year.",
]
HEADINGS = ["Scope", "Payment", "Invoices and Statements", "Insurance Policy", "Term", "Liability", "Notices", "Law"]


def prose(seed: int, sentences: int = 8) -> str:
    return "\n".join(random.Random(seed).choices(CLAUSES, k=sentences))


def invoice(number: str, total: str = "610.00") -> str:
    return (
        f"Contoso Ltd.\nINVOICE\nInvoice No: {number}\nBill to: Ann Roe\nConsulting 2 hours 60.00\nAmount due {total}"
    )


def letter(name: str) -> str:
    post = f"{name.lower().replace(' ', '.')}@post.example"
    return f"{name}\n12 Elm Street\n{post}\nDear Mr. Kim,\n{prose(len(name))}\nSincerely,\n{name}"


def statement_rows(seed: int, rows: int = 30) -> str:
    chance = random.Random(seed)
    shops = ["GROCERY MART", "GAS STATION", "PAYROLL", "RENT", "COFFEE", "ONLINE SHOP"]
    return "\n".join(
        f"{chance.randint(1, 12):02d}/{chance.randint(1, 28):02d} {chance.choice(shops)} {chance.randint(5, 900)}.10"
        for _ in range(rows)
    )


def split(pages, categories, allow="include"):
    return split_pages(pages, SplitConfig.build(categories, allow_uncategorized=allow))


def cut(pages, categories, allow="include"):
    return [(segment.category, segment.pages) for segment in split(pages, categories, allow).segments]


def whole(count: int) -> tuple[int, ...]:
    return tuple(range(1, count + 1))


class FakePacket:
    name = "fake.pdf"

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.page_count = len(texts)

    def pages(self):
        for number, text in enumerate(self.texts, start=1):
            yield PageText(page=number, text=text)


def test_documents_of_several_kinds_are_cut_and_named():
    pages = [
        invoice("INV-100"),
        f"First Bank\nAccount Statement\nAccount Number: 12345\nOpening balance 5.00\n{statement_rows(1)}\nPage 1 of 2",
        f"{statement_rows(2)}\nClosing balance 9.00\nPage 2 of 2",
        letter("Ann Roe"),
        "",
        f"SERVICE AGREEMENT\nbetween Alpha and Beta, hereinafter the parties\n1. Scope\n{prose(3)}",
        f"2. Payment\n{prose(4)}\nIN WITNESS WHEREOF the parties have signed.",
    ]
    assert cut(pages, ["Invoice", "BankStatement", "letter", "contract", "w2"]) == [
        ("Invoice", (1,)),
        ("BankStatement", (2, 3)),
        ("letter", (4, 5)),
        ("contract", (6, 7)),
    ]


def test_a_forty_page_contract_stays_whole():
    pages = [f"{number}. {HEADINGS[number % 8]}\n{number}.1 {prose(number)}" for number in range(1, 41)]
    pages[0] = f"MASTER SERVICES AGREEMENT\nbetween Alpha and Beta\n{pages[0]}"
    assert cut(pages, ["contract", "invoice", "insurance policy"]) == [("contract", whole(40))]


def test_a_running_header_with_articles_stays_whole():
    pages = [f"SERVICE AGREEMENT No. 55\nArticle {number}\n{prose(number)}" for number in range(1, 9)]
    assert cut(pages, ["contract", "letter"]) == [("contract", whole(8))]


def test_a_statement_of_28_pages_stays_whole():
    header = "RIVERSIDE BANK\nACCOUNT STATEMENT\nAccount Number 4455667\nStatement Period 01/01/2023 - 01/31/2023"
    pages = [f"{header}\n{statement_rows(number)}" for number in range(28)]
    assert cut(pages, ["bank_statement", "invoice", "receipt"]) == [("bank_statement", whole(28))]


def test_a_table_of_17_pages_stays_whole():
    pages = [
        "Sku Name Quantity\n"
        + "\n".join(f"{page}{row:03d} {'Bolt' if row % 3 else 'Nut'} M{row % 7} {row * 3}" for row in range(45))
        for page in range(1, 18)
    ]
    pages[0] = f"INVENTORY LIST\nWarehouse 7\n{pages[0]}"
    assert cut(pages, ["inventory_list", "invoice"]) == [("inventory_list", whole(17))]


def test_invoices_of_one_vendor_are_parted_by_their_numbers():
    result = split([invoice("INV-1"), invoice("INV-1001"), invoice("INV-1002")], ["invoice"])
    assert [segment.pages for segment in result.segments] == [(1,), (2,), (3,)]


def test_two_page_invoices_are_parted_where_the_number_changes():
    pages = [invoice("A-1001"), "Consulting 3 hours 90.00\nTotal 700.00", invoice("A-1002"), "Travel 12.00\nTotal 9.00"]
    assert cut(pages, ["invoice", "contract"]) == [("invoice", (1, 2)), ("invoice", (3, 4))]


def test_forms_of_one_page_are_parted():
    def form(number):
        return "\n".join(
            [
                f"22222 a Employee's social security number {number}-11-{number}1",
                f"b Employer identification number {number}-{number}77",
                "c Employer's name Acme",
                f"1 Wages, tips, other compensation {number * 31}.20",
                f"2 Federal income tax withheld {number * 7}.11",
                f"3 Social security wages {number * 29}.00",
                "Form W-2 Wage and Tax Statement 2022",
            ]
        )

    assert cut([form(n) for n in (311, 452, 673, 894)], ["w2", "payslip"]) == [("w2", (n,)) for n in (1, 2, 3, 4)]


def test_letters_are_parted():
    assert cut([letter("Ann Roe"), letter("Robert Poe")], ["letter", "memo"]) == [("letter", (1,)), ("letter", (2,))]


def test_printed_numbers_part_documents_of_one_category():
    pages = [f"INVOICE\nitems\n{n} of {total}" for total in (1, 3, 2) for n in range(1, total + 1)]
    assert cut(pages, ["invoice"]) == [("invoice", (1,)), ("invoice", (2, 3, 4)), ("invoice", (5, 6))]


def test_numbers_stamped_on_the_whole_packet_do_not_glue_it():
    pages = [f"FAX P. 1/3\n{letter('Ann Roe')}", f"FAX P. 2/3\n{invoice('91A')}", f"FAX P. 3/3\n{invoice('92B')}"]
    assert cut(pages, ["letter", "invoice"]) == [("letter", (1,)), ("invoice", (2,)), ("invoice", (3,))]


def test_blank_pages_belong_to_the_document_before_and_leading_ones_to_the_first():
    pages = ["", " \n", invoice("INV-1001"), "", invoice("INV-1002"), "This page intentionally left blank"]
    assert cut(pages, ["invoice"]) == [("invoice", (1, 2, 3, 4)), ("invoice", (5, 6))]


@pytest.mark.parametrize(("allow", "category"), [("include", UNCATEGORIZED), ("forbid", "invoice")])
def test_only_blank_pages_are_one_segment_of_low_confidence(allow, category):
    (segment,) = split(["", " ", "\n"], ["invoice", "letter"], allow).segments
    assert (segment.category, segment.pages, segment.confidence) == (category, (1, 2, 3), "low")
    assert segment.evidence == ("no text on pages 1-3",)


def test_only_blank_pages_are_omitted_where_uncategorized_ones_are():
    result = split(["", " "], ["invoice"], "omit")
    assert (result.segments, result.omitted_pages) == ((), (1, 2))


def test_no_pages_give_an_empty_result():
    result = split([], ["invoice"])
    assert (result.segments, result.page_count) == ((), 0)


FOREIGN = "Apple Pie\nPreheat the oven. Mix flour, butter and sugar in a bowl. Peel the apples and bake for an hour."


def test_foreign_pages_are_uncategorized():
    segments = split([invoice("INV-1001"), FOREIGN, invoice("INV-1002")], ["invoice", "bank_statement"]).segments
    assert [segment.category for segment in segments] == ["invoice", UNCATEGORIZED, "invoice"]
    assert segments[1].evidence[-1] == "no category has enough evidence on these pages"


def test_a_title_of_an_undeclared_kind_is_named():
    minutes = "MEETING MINUTES\nPresent: Ann, Bob\nThe chair opened the meeting.\nThe meeting was adjourned."
    segments = split([invoice("INV-1001"), minutes], ["invoice", "receipt"]).segments
    assert segments[1].category == UNCATEGORIZED
    assert segments[1].evidence[-1] == 'page 2 has the title "MEETING MINUTES", which no category covers'


def test_foreign_pages_take_a_category_where_they_must():
    categories = {segment.category for segment in split([invoice("INV-1"), FOREIGN], ["invoice"], "forbid").segments}
    assert categories == {"invoice"}


def test_foreign_pages_are_omitted_where_told():
    result = split([invoice("INV-1001"), FOREIGN, ""], ["invoice", "bank_statement"], "omit")
    assert [segment.pages for segment in result.segments] == [(1,)]
    assert result.omitted_pages == (2, 3)


def test_weak_evidence_for_a_category_is_better_than_none():
    assert cut([f"Our ref 12\nDear Ms. Roe,\n{prose(1)}\nSincerely,\nAnn"], ["letter", "w2"]) == [("letter", (1,))]


def test_evidence_says_why():
    pages = [invoice("INV-1001"), invoice("INV-1002"), f"CONTRACT\nthe parties agree\n{prose(1)}\nPage 1 of 2"]
    segments = split(pages, ["invoice", "contract"]).segments
    assert segments[0].evidence[0] == "the first page of the packet"
    assert 'invoice number changes from "INV-1001" to "INV-1002"' in segments[1].evidence
    assert segments[2].evidence[0] == 'page 3 prints "Page 1 of 2"'
    assert '"CONTRACT" is a title of "contract"' in segments[2].evidence
    for segment in segments:
        assert 1 <= len(segment.evidence) <= 4


def test_evidence_names_a_category_in_the_first_lines():
    (segment,) = split(
        [f"we thank you for choosing our zebra service, here is what we did this year\n{FOREIGN}"], ["zebra"]
    ).segments
    assert '"zebra" is named in the first lines' in segment.evidence


@pytest.mark.parametrize(
    ("score", "confidence"),
    [
        (1.0, "high"),
        (HIGH_CONFIDENCE, "high"),
        (0.79, "medium"),
        (MEDIUM_CONFIDENCE, "medium"),
        (0.49, "low"),
        (0, "low"),
    ],
)
def test_confidence_levels(score, confidence):
    assert confidence_of(score) == confidence


def test_every_segment_has_a_score_that_agrees_with_its_confidence():
    for segment in split([invoice("INV-1"), FOREIGN, letter("Ann Roe")], ["invoice", "letter"]).segments:
        assert segment.score is not None
        assert segment.confidence == confidence_of(segment.score)


def test_pages_are_read_one_by_one_and_their_texts_not_kept():
    taken = []

    def stream():
        for number in range(1, 6):
            taken.append(number)
            yield PageText(page=number, text=invoice(f"INV-100{number}"))

    reader = PageReader(SplitConfig.build(["invoice"]))
    for page in stream():
        reader.read(page)
        assert taken[-1] == page.page
    assert "Consulting 2 hours" not in repr(reader.read_pages)


def test_numbers_come_from_the_pages_and_gaps_are_omitted():
    pages = [PageText(page=3, text=invoice("INV-1001")), PageText(page=5, text=invoice("INV-1002"))]
    result = split(pages, ["invoice"])
    assert [segment.pages for segment in result.segments] == [(3,), (5,)]
    assert (result.omitted_pages, result.page_count, result.engine) == ((1, 2, 4), 5, "embedded")


def test_numbers_that_do_not_ascend_are_refused():
    with pytest.raises(ValueError, match="page 2 comes after page 2"):
        split([PageText(page=2, text="a"), PageText(page=2, text="b")], ["invoice"])


def test_instructions_are_refused_as_it_reads_none():
    config = SplitConfig.build(["invoice"], custom_instructions="be careful")
    with pytest.raises(InvalidConfiguration, match="can't honour custom_instructions: "):
        EmbeddedEngine().check(config)
    with pytest.raises(InvalidConfiguration, match="custom_instructions"):
        split_pages(["a"], config)


def test_the_engine_is_an_engine_and_a_value():
    engine = EmbeddedEngine()
    assert isinstance(engine, Engine)
    assert (engine.name, engine.is_remote, repr(engine)) == ("embedded", False, "EmbeddedEngine()")
    assert pickle.loads(pickle.dumps(engine)) == engine
    engine.check(SplitConfig.build(["invoice"]))


async def test_split_and_asplit_answer_alike_at_the_same_time():
    engine, config = EmbeddedEngine(), SplitConfig.build(["invoice", "letter"])
    packet = FakePacket(invoice("INV-1001"), letter("Ann Roe"), "")
    answers = await asyncio.gather(*(engine.asplit(packet, config) for _ in range(3)))
    assert answers == [engine.split(packet, config)] * 3
    assert [(s.category, s.pages) for s in answers[0].segments] == [("invoice", (1,)), ("letter", (2, 3))]


def test_fifty_categories():
    categories = [f"kind_{number}" for number in range(48)] + ["invoice", "letter"]
    assert cut([invoice("INV-1001"), letter("Ann Roe")], categories) == [("invoice", (1,)), ("letter", (2,))]


def test_two_categories_of_one_kind_are_told_apart_by_their_own_words():
    categories = {"contoso_invoice": "Invoices of Contoso", "globex_invoice": "Invoices of Globex"}
    pages = [invoice("INV-1001"), invoice("INV-1002").replace("Contoso", "Globex")]
    assert cut(pages, categories) == [("contoso_invoice", (1,)), ("globex_invoice", (2,))]


def test_the_same_on_every_run_of_python():
    code = (
        "from splitreader._config import SplitConfig\n"
        "from splitreader.engines.embedded import split_pages\n"
        "pages = ['INVOICE\\nInvoice no 11\\nPolicy no 55\\ntotal due', 'Dear Ann,\\nClaim no 77 Claim no 88']\n"
        "print(split_pages(pages, SplitConfig.build(['invoice', 'letter', 'claim'])).model_dump_json())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True, text=True
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(runs) == 1


PIECES = [
    "INVOICE",
    "Page",
    "1 of 2",
    "3",
    "Dear Ann",
    "total due",
    "contract",
    "\n",
    "\n\n1.",
    "Invoice no: A-11",
    "4/7",
    "-",
]
ODD_PIECES = ["\u202e", "\x00", "\U0001f600", "שלום", "第1页", "\n第 2 页"]
WORDS = st.sampled_from(PIECES + ODD_PIECES)
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=40).map(" ".join))


@given(
    pages=st.lists(TEXTS, max_size=8),
    categories=st.lists(
        st.sampled_from(["invoice", "letter", "contract", "?!", "請求書", "1099"]), min_size=1, unique=True
    ),
    allow=st.sampled_from(["include", "forbid", "omit"]),
)
@example(pages=["\x1c", "\x85", "\u2028"], categories=["invoice"], allow="include")
@settings(deadline=None, max_examples=150)
def test_every_page_is_somewhere_once_and_always_the_same(pages, categories, allow):
    result = split(iter(pages), categories, allow)
    assert result == split(pages, categories, allow)
    assert result.page_count == len(pages)
    assert allow != "forbid" or all(segment.category != UNCATEGORIZED for segment in result.segments)
    assert allow == "omit" or not result.omitted_pages
    for segment in result.segments:
        assert list(segment.pages) == list(range(segment.pages[0], segment.pages[-1] + 1))
        assert 0 <= segment.score <= 1
        assert 1 <= len(segment.evidence) <= 4
        assert all(sentence.isprintable() for sentence in segment.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000_000,
        "invoice 12 " * 900_000,
        "page 1 of 2\n" * 800_000,
        "1-" * 5_000_000,
        " " * 10_000_000 + "x",
        "Invoice no: " * 800_000,
        "\u202e\u2067" * 1_000_000,
        "é\u0301" * 2_000_000,
        "\x00\x07" * 1_000_000,
    ],
    ids=["letters", "words", "lines", "dashes", "spaces", "labels", "direction marks", "accents", "control characters"],
)
def test_hostile_pages_are_read_like_others(text):
    result = split([text, invoice("INV-1001")], ["invoice", "letter"])
    assert [page for segment in result.segments for page in segment.pages] == [1, 2]
    for segment in result.segments:
        for sentence in segment.evidence:
            assert sentence.isprintable()
            assert len(sentence) < 300
