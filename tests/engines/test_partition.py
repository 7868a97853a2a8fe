"""``Category.partition_key``: documents of one category are cut where a value changes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from typer.testing import CliRunner

from splitreader import Category, InvalidConfiguration, LlamaCloudEngine, SplitConfig, SplitReader, split_pages
from splitreader.cli._app import app
from splitreader.client import SplitClient
from splitreader.engines.embedded.key_values import same_value
from splitreader.engines.embedded.page_keys import KeyFinder

INVOICE = Category(name="invoice", description="A request for payment", partition_key="invoice number")
STATEMENT = Category(name="bank statement", description="Movements of an account", partition_key="account number")
W2 = Category(name="w-2", description="Wage and tax statement", partition_key="employee name")
PLAIN = [Category(name="invoice", description="A request for payment")]


def value(key, text):
    finder = KeyFinder([Category(name="any", partition_key=key)])
    return finder.find(text).get(0)


def segments(pages, *categories, **options):
    return split_pages(pages, SplitConfig.build(list(categories), **options)).segments


def cut(pages, *categories, **options):
    return [(segment.pages, segment.key) for segment in segments(pages, *categories, **options)]


def lines(number, page):
    """A page of an invoice, with nothing but the number to tell it from that of another."""
    first = f"Invoice number: {number}\n" if number else ""
    return f"Contoso Ltd.\n{first}Item Quantity Price\nWidget {page} 2 {page}4.00\nGadget {page} 1 10.00"


class TestWhereDocumentsAreCut:
    def test_invoices_of_one_vendor_are_cut_by_their_number(self):
        pages = [lines("A-1", 1), lines("A-1", 2), lines("A-2", 3), lines("A-2", 4), lines("A-3", 5)]
        assert cut(pages, INVOICE) == [((1, 2), "A-1"), ((3, 4), "A-2"), ((5,), "A-3")]

    def test_statements_are_cut_by_their_account(self):
        def page(account, number):
            return (
                f"Example Bank\nAccount Number: {account}\nDate Description Amount\n0{number}/06/2024 Rent -{number}.00"
            )

        pages = [page("1234 5678 9012", 1), page("1234 5678 9012", 2), page("****9012", 3), page("1234 5678 7777", 4)]
        assert cut(pages, STATEMENT) == [((1, 2, 3), "1234 5678 9012"), ((4,), "1234 5678 7777")]

    def test_tax_forms_are_cut_by_the_employee(self):
        def page(name):
            return (
                "a Employee\u2019s social security number\nForm W-2 Wage and Tax Statement 2020\n"
                f"e Employee\u2019s first name and initial Last name Suff.\n{name}\n"
                "f Employee\u2019s address and ZIP code"
            )

        pages = [page("John Q Smith"), page("JOHN SMITH"), page("Mary Major")]
        assert cut(pages, W2) == [((1, 2), "John Q Smith"), ((3,), "Mary Major")]

    def test_a_page_without_a_value_stays_with_the_page_before(self):
        pages = [lines("A-1", 1), lines(None, 2), lines("A-1", 3), lines("A-2", 4)]
        assert cut(pages, INVOICE) == [((1, 2, 3), "A-1"), ((4,), "A-2")]

    def test_blank_pages_stay_with_the_page_before(self):
        assert cut([lines("A-1", 1), "", lines("A-2", 3), ""], INVOICE) == [((1, 2), "A-1"), ((3, 4), "A-2")]

    def test_first_pages_without_a_value_belong_to_the_next_one(self):
        pages = [lines(None, 1), lines("A-1", 2), lines("A-2", 3)]
        assert cut(pages, INVOICE) == [((1, 2), "A-1"), ((3,), "A-2")]

    def test_neighbours_with_one_number_become_one_document(self):
        pages = [
            "INVOICE\nInvoice number: A-1\nWidgets 10.00\nTotal due 10.00\nThank you for your business",
            "INVOICE\nInvoice number: A-1\nFabrikam GmbH\nMarch 3, 2024\ninfo@fabrikam.example",
        ]
        assert [segment.pages for segment in segments(pages, *PLAIN)] == [(1,), (2,)]
        (joined,) = segments(pages, INVOICE)
        assert (joined.pages, joined.key) == ((1, 2), "A-1")
        assert 'kept together: the invoice number stays "A-1" on page 2' in joined.evidence

    def test_copies_whose_page_numbers_begin_anew_stay_two_documents(self):
        pages = [f"INVOICE\n{lines('A-1', 1)}\nPage 1 of 1", f"INVOICE\n{lines('A-1', 2)}\nPage 1 of 1"]
        assert cut(pages, INVOICE) == [((1,), "A-1"), ((2,), "A-1")]

    def test_nothing_is_joined_over_pages_that_are_not_selected(self):
        pages = [f"INVOICE\n{lines('A-1', page)}" for page in (1, 2, 3)]
        plain = [segment.pages for segment in segments(pages, *PLAIN, target_pages="1,3")]
        assert plain == [(1,), (3,)]
        assert cut(pages, INVOICE, target_pages="1,3") == [((1,), "A-1"), ((3,), "A-1")]

    def test_other_categories_are_left_alone(self):
        contract = (
            "SERVICE AGREEMENT\nbetween the parties hereto\nThe parties agree to the terms and conditions hereof."
        )
        pages = [f"{contract}\nInvoices: A-1", lines("A-1", 2), lines("A-2", 3)]
        found = segments(pages, INVOICE, Category(name="contract", description="An agreement between parties"))
        assert [(one.category, one.pages, one.key) for one in found] == [
            ("contract", (1,), None),
            ("invoice", (2,), "A-1"),
            ("invoice", (3,), "A-2"),
        ]

    def test_without_any_value_the_cut_is_that_without_a_key(self):
        pages = [lines(None, page) for page in range(1, 5)]
        plain = [segment.model_dump() for segment in segments(pages, *PLAIN)]
        assert [segment.model_dump() for segment in segments(pages, INVOICE)] == plain

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.sampled_from([None, "A-1", "A-2", "B-17", ""]), min_size=1, max_size=14),
        st.sampled_from([None, 2, 3]),
    )
    def test_every_page_is_in_one_document(self, numbers, least):
        pages = ["" if number == "" else lines(number, page) for page, number in enumerate(numbers, start=1)]
        found = segments(pages, INVOICE, min_pages_per_split=least)
        assert [page for segment in found for page in segment.pages] == list(range(1, len(pages) + 1))
        assert len(found) == 1 or min(len(segment.pages) for segment in found) >= (least or 1)
        if least is None:
            for segment in found:
                assert len({numbers[page - 1] for page in segment.pages} - {None, ""}) <= 1


class TestWhatIsSaidOfIt:
    def test_a_change_is_quoted_and_nearly_sure(self):
        first, second = segments([lines("A-1", 1), lines("A-1", 2), lines("A-2", 3)], INVOICE)
        assert second.evidence[0] == 'the invoice number changes from "A-1" to "A-2" on page 3'
        assert first.score > 0.85
        assert (first.confidence, second.confidence) == ("high", "high")

    def test_a_change_on_a_later_page_names_the_page_that_goes_with_it(self):
        title = "Contoso Ltd.\nINVOICE\nBill to: Ann Roe\nAmount due 610.00\nPage 1 of 2"
        second = segments([lines("A-1", 1), title, lines("A-2", 3) + "\nPage 2 of 2"], INVOICE)[1]
        assert second.pages == (2, 3)
        assert second.evidence[0].endswith('"A-2" on page 3, and page 2 goes with that')

    def test_a_forced_length_wins_and_says_so(self):
        pages = [lines("A-1", 1), lines("A-2", 2), lines("A-2", 3), lines("A-2", 4)]
        (only,) = segments(pages, INVOICE, min_pages_per_split=2)
        assert only.pages == (1, 2, 3, 4)
        assert only.confidence == "low"
        assert any("although the invoice number changes" in sentence for sentence in only.evidence)
        assert cut([lines("A-1", 0), *pages], INVOICE, min_pages_per_split=2) == [((1, 2), "A-1"), ((3, 4, 5), "A-2")]

    def test_quotes_are_safe_to_print(self):
        key = Category(name="invoice", partition_key="invoice\x1b[2J number")
        found = segments([lines("A-1", 1), lines("A\u202e-2", 2)], key)
        assert all(character.isprintable() for segment in found for line in segment.evidence for character in line)

    def test_the_key_reaches_documents(self):
        reader = SplitReader([INVOICE])
        documents = reader.from_pages([lines("A-1", 1), lines("A-2", 2)], source="packet.pdf")
        assert [document.metadata["key"] for document in documents] == ["A-1", "A-2"]
        assert json.loads(documents[1].to_json_line())["metadata"]["key"] == "A-2"


class TestValues:
    @pytest.mark.parametrize(
        ("key", "text", "expected"),
        [
            ("invoice number", "ACME INVOICE\nInvoice number: 1001\nDue 30 days", "1001"),
            ("invoice number", "Contoso Ltd. Invoice #1001", "1001"),
            ("invoice #", "Invoice No. 1001 Date 1/5/2024", "1001"),
            ("Invoice_No", "BILL TO Invoice ID: #INV03051\nAnn Roe", "INV03051"),
            ("invoice", "INVOICE: INV-100\nINVOICE DATE: 11/15/2019", "INV-100"),
            ("invoice number", "INVOICE INV-2024-001\nAcme", "INV-2024-001"),
            ("invoice number", "Contoso Ltd - Invoice 1001 - Page 2 of 3", "1001"),
            ("account number", "Your Account Number 5511-22 and more", "5511-22"),
            ("account number", "Account number ending in 1234", "1234"),
            ("account number", "Account: ****6789", "****6789"),
            ("IBAN", "IBAN: DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00"),
            ("case number", "Case No. 2:23-cv-00123-ABC   Document 5", "2:23-cv-00123-ABC"),
            ("case number", "Re: Case No. 17-3994, Hill v. Coal\nOriginating Case No. : 16-0556", "17-3994"),
            ("employee name", "Employee name: Jane Doe Employee ID: 55", "Jane Doe"),
            ("patient", "Patient: DOE, JANE DOB: 01/02/1960", "DOE, JANE"),
            ("account holder", "Account holder: Jane Doe   Page 1", "Jane Doe"),
            ("vendor", "Vendor\nAcme Corp\n12 Main Street", "Acme Corp"),
            ("statement date", "Statement date: June 30, 2025", "June 30, 2025"),
            ("statement period", "Statement period: 06/01/2025 - 06/30/2025", "06/01/2025 - 06/30/2025"),
            ("property address", "Property address: 12 Main St, Anytown", "12 Main St, Anytown"),
        ],
    )
    def test_beside_the_label(self, key, text, expected):
        assert value(key, text) == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Rechnungsnummer: RE-2024-17\nRechnungsdatum: 05.01.2024", "RE-2024-17"),
            ("Rechnung Nr. 2024/17\nDatum 05.01.2024", "2024/17"),
            ("Numéro de facture : F-2024-01", "F-2024-01"),
            ("FACTURE N°118", "118"),
            ("Facture n° 2024-118 du 3 mai 2024", "2024-118"),
            ("Número de factura: A/123", "A/123"),
            ("Factura n.º 00123", "00123"),
            ("Factuurnummer 20240012\nFactuurdatum 05-01-2024", "20240012"),
        ],
    )
    def test_in_other_languages(self, text, expected):
        assert value("invoice number", text) == expected

    @pytest.mark.parametrize(
        ("key", "text", "expected"),
        [
            ("account number", "ACCOUNT NUMBER \n003525801543 \nTotal", "003525801543"),
            ("SSN", "a Employee's social security number\n123-45-6789\nb", "123-45-6789"),
            ("invoice number", "Date Invoice # Terms\n1/5/2024 1001 Net 30", "1001"),
            ("invoice number", "Date         Invoice number   Due\n2024-01-05   77               2024-02-05", "77"),
            ("employee name", "e Employee's first name   Last name\nJohn Q   Smith\n1 Main St", "John Q Smith"),
            ("employee name", "e/f Employee's name, address and ZIP code\nJane Doe\n12 Main St", "Jane Doe"),
        ],
    )
    def test_under_the_label(self, key, text, expected):
        assert value(key, text) == expected

    @pytest.mark.parametrize(
        ("key", "text"),
        [
            ("invoice number", "Open invoices\nInvoice #1001 100.00\nInvoice #1002 200.00\nInvoice #1003 2.00"),
            ("invoice number", "Open invoices\nInvoice number   Amount\n1001   100.00\n1002   7.00\n1003   9.00"),
            ("invoice number", "Open invoices\nInvoice # Date Amount\n1001 1/5/2024 100.00\n1002 1/6/2024 7.00"),
            ("employee name", "Payroll\nEmployee name     Hours\nJane Doe   40\nJohn Roe   38"),
            ("invoice number", "Please quote invoice number 1001 with all payments.\nThank you"),
            ("invoice number", "Previous invoice number: 1000\nInvoice number: see below"),
            ("invoice number", "Invoice no later than 30 days\nTotal number of invoices: 5\nInvoice\n2024"),
            ("invoice number", "Invoice number:   Invoice date: 2024-01-17"),
            ("account number", "Account number (see instructions) FATCA filing\nrequirement"),
            (
                "employee name",
                "e Employee\u2019s first name and initial Last name\nf Employee\u2019s address and ZIP code",
            ),
            ("employee name", "e Employee's first name and initial Last name 11 Nonqualified plans 12a\nStatutory"),
            ("employee name", "EMPLOYEE\nCONFIDENTIALITY AGREEMENT\n13 Statutory\nemployee\nRetirement\nplan"),
            ("account number", "Account number (see instructions)\n1a Date of sale\nand more"),
            ("tenant", "The tenant shall pay.\nTenant\nshall insure\nTenant: ____________  Date: ______"),
            ("invoice number", ""),
        ],
    )
    def test_lists_prose_and_empty_boxes_have_none(self, key, text):
        assert value(key, text) is None

    def test_the_label_at_the_head_wins_over_a_list_below(self):
        rows = "\n".join(f"Widget {row} 10.00" for row in range(25))
        page = f"CREDIT NOTE\nInvoice number: A-9\n{rows}\nInvoice number: A-1\nInvoice number: A-2"
        assert value("invoice number", page) == "A-9"

    def test_only_the_ends_of_a_page_are_read(self):
        filler = "Lorem ipsum dolor sit amet\n" * 400
        assert value("invoice number", f"{filler}Invoice number: 5\n{filler}") is None
        assert value("invoice number", f"{filler}Invoice number: 5") == "5"

    def test_a_value_is_kept_in_part_where_it_is_long(self):
        assert len(value("department", "Department: " + "x" * 200)) == 80

    @given(st.text(max_size=400))
    @settings(max_examples=200, deadline=None)
    def test_any_page_can_be_read(self, text):
        for key in ("invoice number", "employee name", "statement date", "name", "number", "department", "№ 1"):
            value(key, text)
            value(key, f"Invoice number  Name\n{text}\nInvoice number {text}\nEmployee name   {text}")

    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            ("INV-1", "inv-1.", True),
            ("INV-1O01", "INV-1001", True),
            ("1234 5678", "12345678", True),
            ("12-3456", "123456", True),
            ("123-45-6789", "XXX-XX-6789", True),
            ("INV-1001", "1001", True),
            ("Doe, Jane", "JANE DOE", True),
            ("Jane Q. Doe", "Jane Doe", True),
            ("Jane Q. Doe", "Jane R. Doe", False),
            ("1-11", "11-1", False),
            ("91001", "1001", False),
            ("A-1", "A-2", False),
            ("Jane Doe", "John Doe", False),
        ],
    )
    def test_which_values_are_the_same(self, one, other, expected):
        assert same_value(one, other) is same_value(other, one) is expected


class TestTheOption:
    def test_it_survives_a_round_trip(self):
        assert Category.model_validate_json(INVOICE.model_dump_json()) == INVOICE
        assert "partition_key='invoice number'" in repr(INVOICE)
        config = SplitConfig.build([{"name": "invoice", "partition_key": "invoice number"}])
        assert SplitConfig.model_validate_json(config.model_dump_json()).categories[0].partition_key == "invoice number"

    @pytest.mark.parametrize("key", ["", " ", "#", "x" * 201, 7])
    def test_what_can_be_no_key_is_refused(self, key):
        with pytest.raises(ValidationError, match="partition"):
            Category(name="invoice", partition_key=key)

    def test_a_file_of_the_command_line_has_it(self, tmp_path, sample):
        file = tmp_path / "categories.yaml"
        file.write_text(
            "- name: invoice\n  description: A request for payment\n  partition_key: invoice number\n- contract"
        )
        done = CliRunner().invoke(app, ["split", str(sample), "--categories", str(file), "--format", "json"])
        assert done.exit_code == 0, done.output
        (packet,) = json.loads(done.stdout)
        assert any(segment["key"] for segment in packet["result"]["segments"])
        table = CliRunner().invoke(app, ["split", str(sample), "--categories", str(file)])
        assert "key" in table.stdout

    @pytest.mark.parametrize("api", ["beta", "v1"])
    def test_the_hosted_engine_refuses_it_at_construction(self, api):
        with pytest.raises(InvalidConfiguration, match=r"can't honour partition_key of the category 'invoice'"):
            SplitReader(["contract", INVOICE], engine=LlamaCloudEngine(api_key="llx-none", api=api))

    def test_so_does_the_client(self):
        with SplitClient(api_key="llx-none", base_url="http://127.0.0.1:9") as client:
            for refused in (
                lambda: client.create_job("file-1", [INVOICE]),
                lambda: client.create_configuration("mine", [INVOICE]),
                lambda: client.update_configuration("cfg-1", categories=[INVOICE]),
            ):
                with pytest.raises(InvalidConfiguration, match="partition_key"):
                    refused()
