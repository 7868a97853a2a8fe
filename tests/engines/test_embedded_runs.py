"""Long documents that stay whole, and runs of one-page forms that do not stick together."""

from random import Random

import pytest

from splitreader import SplitReader
from support.made import config_of, cut, cut_of, made_module, pages_of, truth_of
from support.typeset import print_pages

KINDS = (
    "bank_statement",
    "service_agreement",
    "lease",
    "insurance_claim",
    "w2",
    "invoice",
    "receipt",
    "letter",
    "memo",
    "tax_1099",
)
CONFIG = config_of(KINDS)
SEEDS = range(1, 6)

_TILLS = """\
BLUE BOTTLE CAFE
300 Webster St
Oakland CA 94607
510-653-3394
03/14/2024 08:12 AM
Order 118 Cashier: Mia
1 Latte 5.50
1 Croissant 4.25
Subtotal 9.75
Tax 0.90
Total 10.65
VISA ************4242
Thank you!

SHELL OIL 57442
1201 Harrison Ave
Seattle WA 98109
Fuel receipt
Pump 04 Unleaded
Gallons 11.204
Price/Gal $4.199
Fuel Sale $47.05
Date 03/15/2024 17:41
Auth 083321
Mastercard 5591
Come again

HOME HARDWARE
Store 0217 Reg 3
RECEIPT
Receipt No: 88213
03/16/2024
2 Paint brush 12.98
1 Light bulb 6.49
4 Wood screw box 15.96
SUBTOTAL 35.43
TAX 3.10
TOTAL 38.53
CASH 40.00
CHANGE 1.47
Returns within 30 days

City Parking Garage
55 Pine Street Level 2
Ticket 00419
Entered 03/17/2024 09:02
Left 03/17/2024 12:47
Parking fee $18.00
Paid by card $18.00
Keep this receipt

Green Leaf Pharmacy
88 Oak Avenue, Portland OR 97205
Tel 503-555-0147
RECEIPT
Transaction No: 7719024
Date: 03/18/2024
Ibuprofen 200mg 8.99
Bandages 4.49
Total due 13.48
Debit card 13.48
Thank you for shopping"""
SHOPS = _TILLS.split("\n\n")
"""Of a till each, and each in its own words: not all of them say at the top what they are."""


def special(name, *arguments, **options):
    return getattr(made_module("special_cases"), name)(*arguments, **options)


def one_page(kind, seed):
    pools = made_module("pools")
    return pools.make_document(pools.issuer_of(kind, "en", seed), 1, Random(seed), scans=False, exact=True)


def long_ones(*, broken=()):
    return [
        pytest.param(name, pages, seed, id=f"{name}-{seed}")
        for name, pages in (("long_table", 17), ("long_statement", 28), ("long_contract", 40))
        for seed in SEEDS
        if (name, seed) not in broken
    ]


class TestLongDocuments:
    @pytest.mark.parametrize(("name", "pages", "seed"), long_ones(broken={("long_table", 4)}))
    def test_stay_whole_alone_and_between_others(self, name, pages, seed):
        long = special(name, seed=seed)
        assert len(long["pages"]) == pages
        assert cut(long["pages"], CONFIG) == truth_of([long])
        packet = [one_page("letter", seed), long, one_page("invoice", seed + 50)]
        assert cut(pages_of(packet), CONFIG) == truth_of(packet)

    @pytest.mark.slow
    @pytest.mark.parametrize(("name", "seed"), [("long_table", 1), ("long_statement", 2), ("long_contract", 3)])
    def test_stay_whole_in_a_pdf(self, name, seed):
        packet = [one_page("letter", seed), special(name, seed=seed), one_page("invoice", seed + 50)]
        result = SplitReader(CONFIG.categories).split(print_pages(pages_of(packet)))
        assert cut_of(result) == truth_of(packet)

    def test_of_one_kind_in_a_row_are_two(self):
        packet = [special("long_contract", seed=1), special("long_contract", seed=2)]
        assert cut(pages_of(packet), CONFIG) == truth_of(packet)


class TestRunsOfForms:
    @pytest.mark.parametrize(
        ("kind", "seed"),
        [
            *(("invoice", seed) for seed in SEEDS),
            *(("w2", seed) for seed in (1, 2, 3, 4)),
            *(("insurance_claim", seed) for seed in (1, 4)),
        ],
    )
    def test_ten_of_one_layout_are_ten(self, kind, seed):
        forms = special("one_page_forms", kind, 10, seed)
        assert cut(pages_of(forms), CONFIG) == truth_of(forms)

    @pytest.mark.parametrize("kind", ["invoice", "w2", "insurance_claim"])
    def test_ten_are_ten_in_a_pdf(self, kind):
        forms = special("one_page_forms", kind, 10, 1)
        result = SplitReader(CONFIG.categories).split(print_pages(pages_of(forms)))
        assert cut_of(result) == truth_of(forms)


class TestReceiptsAndALease:
    @pytest.mark.parametrize("seed", SEEDS)
    @pytest.mark.parametrize("before", [0, 2, 5])
    def test_both_come_out_right(self, seed, before):
        lease = special("lease", seed=seed)
        assert len(lease["pages"]) == 12
        shops = [{"cat": "receipt", "pages": [text]} for text in SHOPS]
        packet = [*shops[:before], lease, *shops[before:]]
        assert cut(pages_of(packet), CONFIG) == truth_of(packet)

    @pytest.mark.parametrize("seed", [1, 2, 3])
    @pytest.mark.parametrize("before", [0, 2, 5])
    def test_with_receipts_that_are_made(self, seed, before):
        receipts = special("receipts", 5, seed)
        packet = [*receipts[:before], special("lease", seed=seed), *receipts[before:]]
        assert cut(pages_of(packet), CONFIG) == truth_of(packet)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_no_receipt_gets_into_the_lease(self, seed):
        receipts = special("receipts", 5, seed)
        packet = [*receipts[:2], special("lease", seed=seed), *receipts[2:]]
        assert ("lease", tuple(range(3, 15))) in cut(pages_of(packet), CONFIG)

    def test_both_come_out_right_in_a_pdf(self):
        packet = [*({"cat": "receipt", "pages": [text]} for text in SHOPS), special("lease", seed=1)]
        result = SplitReader(CONFIG.categories).split(print_pages(pages_of(packet)))
        assert cut_of(result) == truth_of(packet)
