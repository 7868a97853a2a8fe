import pytest

from splitreader import Segment, SplitResult
from splitreader.report import ReportedPacket, ReportedPage


@pytest.fixture
def result():
    return SplitResult(
        segments=[
            Segment(category="invoice", pages=[1, 2], confidence="high", score=0.95, evidence=["page 1 says INVOICE"]),
            Segment(category="contract", pages=[3, 5], confidence="low", score=0.31, key="C-7", evidence=["a title"]),
            Segment(category="uncategorized", pages=[4], confidence="medium", score=0.6),
        ],
        omitted_pages=[6],
        page_count=6,
        engine="embedded",
    )


@pytest.fixture
def packet(result):
    pages = {page: ReportedPage(text=f"text of page {page}") for page in range(1, 7)}
    return ReportedPacket(name="mail.pdf", result=result, pages=pages)
