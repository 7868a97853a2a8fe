"""The English kinds of documents: the file itself, and page texts that only their own kind fits."""

from collections import Counter
from importlib.resources import files

import pytest

from splitreader._config import SplitConfig
from splitreader.engines.embedded import split_pages
from splitreader.engines.embedded.lexicon import genres, genres_named
from splitreader.engines.embedded.text import name_tokens, tokens

ROWS = ["names", "titles", "words"]
BLOCKS = (files("splitreader.engines.embedded") / "genres.txt").read_text(encoding="utf-8").split("\n\n")[1:]
KINDS = [dict(line.split(": ", 1) for line in block.strip().splitlines()) for block in BLOCKS]
KINDS = [{row: items.split(" | ") for row, items in kind.items()} for kind in KINDS]
BY_NAME = {kind["names"][0]: kind for kind in KINDS}

# A general kind prints the titles of the special ones, so that these are not foreign where only it is declared; and a
# few titles and names are words of two kinds.
SHARED = {
    "invoice": "commercial invoice",
    "purchase order": "sales order | work order | order form",
    "delivery note": "packing list | bill of lading | envelope",
    "quote": "proposal",
    "brokerage statement": "bank statement",
    "statement": "bank statement",
    "1099": "1099 nec | 1099 misc | 1099 int | 1099 div | 1099 r | 1099 b | 1099 g",
    "1040": "tax form | 1120 | 1065",
    "birth certificate": "training certificate | diploma",
    "letter": (
        "cover letter | reference letter | memorandum of understanding | employment contract | termination letter"
    ),
    "contract": (
        "consulting agreement | license agreement | statement of work | purchase agreement | terms of service"
        " | memorandum of understanding | distribution agreement | construction contract | settlement agreement"
        " | guaranty | loan agreement"
    ),
    "deed": "mortgage",
    "affidavit": "certificate of service",
    "court filing": "complaint | purchase order | motion | subpoena | court order",
    "insurance policy": "declaration page | certificate of insurance",
    "insurance application": "job application",
    "lab result": "pathology report",
    "medical report": "progress note | radiology report | operative report | history and physical | patient intake",
    "patient intake": "consent form",
    "paper": "abstract",
    "manual": "quick reference",
    "datasheet": "specification",
    "presentation": "agenda",
    "notice": "public notice",
    "annual report": "report",
    "declaration page": "affidavit",
    "court order": "purchase order",
    "public notice": "notice",
}

LOOK_ALIKES = [
    (
        "hotel_folio",
        ["receipt", "invoice", "itinerary", "utility_bill"],
        (
            "HARBOUR VIEW INN\nRoom No. 412\nGuest Name: Ann Roe\nArrival 05/02/24  Departure 05/04/24\n"
            "05/02 Room charge 189.00\n05/02 Occupancy tax 22.68\n05/03 Minibar 9.50\nBalance due 0.00\nFront desk"
        ),
    ),
    (
        "Receipt",
        ["invoice", "purchase order", "hotel folio", "voucher"],
        (
            "KEDAI RUNCIT MAJU\nBill No: 88120\n2 items\nSub total 12.60\nGST 6% 0.76\nRounding adjustment -0.01\n"
            "CASH 20.00\nCHANGE 6.65\nGoods sold are not returnable\nThank you, please come again"
        ),
    ),
    (
        "Lab requisition",
        ["lab report", "prescription", "referral", "discharge summary"],
        (
            "Northside Diagnostics\nOrdering physician: Dr. Poe\nICD-10 code E11.9\nFasting: Y N\n"
            "Collection time 08:15\n"
            "Tests requested\n[x] Lipid panel\n[x] Comprehensive metabolic panel\nBill to: patient / insurance"
        ),
    ),
    (
        "explanation of benefits",
        ["medical bill", "insurance claim", "insurance policy", "letter"],
        (
            "Fabrikam Health\nTHIS IS NOT A BILL\nMember Ann Roe\nProvider charges 320.00\nPlan discount 110.00\n"
            "Applied to deductible 60.00\nYour share 60.00"
        ),
    ),
    (
        "medical bill",
        ["explanation of benefits", "insurance claim", "lab report", "invoice"],
        (
            "Elm Street Family Practice\nPatient account number 4471\nDate of service 03/04/24\nCPT code 99213 office"
            " visit 145.00\nInsurance payment -98.00\nAmount due from patient 47.00"
        ),
    ),
    (
        "operative report",
        ["progress note", "discharge summary", "radiology report", "history and physical"],
        (
            "Mercy Hospital\nPREOPERATIVE DIAGNOSIS: Cholelithiasis\nPOSTOPERATIVE DIAGNOSIS: Same\n"
            "ANESTHESIA: General"
            "\nESTIMATED BLOOD LOSS: 20 mL\nThe patient was prepped and draped. An incision was made."
        ),
    ),
    (
        "radiology report",
        ["progress note", "operative report", "pathology report", "lab report"],
        (
            "Mercy Hospital\nCT of the chest\nTechnique: axial images with contrast\nComparison: none\nFindings: no"
            " pleural effusion\nImpression: No acute disease\nRoe, radiologist"
        ),
    ),
    (
        "Cable or telegram",
        ["memo", "letter", "fax", "email"],
        (
            "FM AMEMBASSY LISBON\nTO SECSTATE WASHDC PRIORITY\nINFO AMEMBASSY MADRID\nUNCLAS LISBON 1180\n"
            "E.O. 12958: N/A"
            "\nSUBJECT: HARVEST FORECAST\nREF: STATE 55120\n1. THE MINISTRY EXPECTS A FAIR YEAR."
        ),
    ),
    (
        "Routing slip",
        ["memo", "fax", "letter", "form"],
        (
            "TO: (Name, office symbol)   Initials   Date\n1. Mr. Roe\n2. Ms. Poe\nAs requested\nFor clearance\n"
            "Note and"
            " return\nPer conversation\nSee me\nPrepare reply\nOPTIONAL FORM 41"
        ),
    ),
    (
        "Interview transcript",
        ["academic transcript", "hearing transcript", "news article", "speech"],
        (
            "Interviewer: So when did you come to the valley?\nRespondent: I think it was, you know, sort of the"
            " spring."
            "\nInterviewer: Tell me about the farm.\nRespondent: (laughter) I remember the mud."
        ),
    ),
    (
        "Price list",
        ["invoice", "catalogue", "quotation", "brochure"],
        (
            "Acorn Seeds Ltd.\nWholesale\nPrices effective 1 March\nPart number  Description  Retail price "
            " Dealer price\n"
            "A-10 Beans 2.00 1.20\nMinimum order 50.00\nPrices are subject to change"
        ),
    ),
    (
        "Datasheet",
        ["safety data sheet", "manual", "specification", "brochure"],
        (
            "AX-200 Regulator\nFeatures\nAbsolute maximum ratings\nSupply voltage 5.5 V\n"
            "Storage temperature -40 to 85 C\n"
            "Electrical characteristics\nPin configuration\nOrdering information"
        ),
    ),
    (
        "SDS",
        ["datasheet", "manual", "specification", "test report"],
        (
            "Acorn Cleaner\n1. Identification\n2. Hazards identification\nSignal word: Warning\n"
            "4. First aid measures\n"
            "5. Fire fighting measures\nFlash point 61 C\nCAS No. 64-17-5"
        ),
    ),
    (
        "Public notice",
        ["press release", "news article", "letter", "regulation"],
        (
            "City of Elm\nNotice is hereby given that a public hearing will be held at City Hall on 4 May.\n"
            "All interested"
            " persons may send written comments to the City Clerk."
        ),
    ),
    (
        "deposition",
        ["complaint", "motion", "affidavit", "interview transcript"],
        (
            "ANN ROE, having been first duly sworn, testified:\nDIRECT EXAMINATION\nBY MR. POE:\n"
            "Q. Do you recall the day?\n"
            "A. Yes.\nMS. COE: Objection.\nTHE WITNESS: I do."
        ),
    ),
    (
        "loan_estimate",
        ["closing disclosure", "promissory note", "mortgage", "1003"],
        (
            "Fabrikam Bank\nSave this Loan Estimate to compare with your Closing Disclosure.\nRate lock: NO\n"
            "Projected payments\nEstimated taxes,"
            " insurance\nServices you can shop for\nServices you cannot shop for\nEstimated cash to close"
        ),
    ),
    (
        "COI",
        ["insurance policy", "declarations page", "insurance claim", "loss run"],
        (
            "PRODUCER Roe Agency\nINSURERS AFFORDING COVERAGE   NAIC #\nINSURER A: Fabrikam\n"
            "COMMERCIAL GENERAL LIABILITY\n"
            "EACH OCCURRENCE 1,000,000\nGENERAL AGGREGATE 2,000,000\nCERTIFICATE HOLDER"
        ),
    ),
    (
        "Slides",
        ["report", "paper", "brochure", "minutes"],
        "Project Heron\nOutline\nMotivation\nOur approach\nKey takeaways\nNext steps\nAny questions?\nSlide 1",
    ),
    (
        "packing slip",
        ["invoice", "bill of lading", "purchase order", "customs declaration"],
        (
            "Acorn Seeds Ltd.\nShip to: Ann Roe\nShipped via: truck\nQty ordered 10  Qty shipped 8  Back ordered 2\n"
            "Number of cartons 3\nPacked by: B.P."
        ),
    ),
]


@pytest.mark.parametrize("kind", KINDS, ids=list(BY_NAME))
def test_a_kind_is_written_in_three_lines_without_repetition(kind):
    assert list(kind) == ROWS
    for row in ROWS:
        plain = [item.rstrip("!") for item in kind[row]]
        assert len(plain) == len(set(plain))
        assert all(item == item.strip().lower() and tokens(item) for item in plain)


def test_first_names_are_unique():
    assert len(BY_NAME) == len(KINDS)
    assert len(KINDS) > 150


def test_a_telling_word_tells_of_few_kinds():
    kinds = Counter(phrase for genre in genres() for phrase in genre.telling)
    assert [phrase for phrase, count in kinds.items() if count > 6] == []


@pytest.mark.parametrize("kind", KINDS, ids=list(BY_NAME))
def test_a_kind_is_found_by_each_of_its_names(kind):
    first = tuple(tokens(kind["names"][0]))
    for name in kind["names"]:
        for written in (name, name.upper(), name.replace(" ", "_")):
            assert first in [genre.names[0] for genre in genres_named(name_tokens(written))]


def test_titles_are_no_names_of_another_kind_but_of_a_special_one():
    owners: dict[tuple[str, ...], list[str]] = {}
    for first, kind in BY_NAME.items():
        for name in kind["names"]:
            owners.setdefault(tuple(tokens(name)), []).append(first)
    found = {
        (first, title, owner)
        for first, kind in BY_NAME.items()
        for title in kind["titles"]
        for owner in owners.get(tuple(tokens(title)), [])
        if first not in owners[tuple(tokens(title))] and owner not in SHARED.get(first, "").split(" | ")
    }
    assert found == set()


@pytest.mark.parametrize(("name", "others", "text"), LOOK_ALIKES, ids=[name for name, _, _ in LOOK_ALIKES])
def test_a_page_gets_its_kind_among_look_alikes(name, others, text):
    for names in ([name, *others], [*others, name]):
        result = split_pages([text], SplitConfig.build(names))
        assert [segment.category for segment in result.segments] == [name]
