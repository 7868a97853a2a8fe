"""Real packets with ground truth; they lie beside a checkout, not in it."""

import json
from pathlib import Path

import pypdfium2
import pytest

from splitreader._config import SplitConfig
from splitreader.engines.embedded import split_pages

PACKETS = Path(__file__).parents[3] / "shared" / "packets"

pytestmark = pytest.mark.skipif(not PACKETS.is_dir(), reason=f"no packets in {PACKETS}")


def page_texts(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        texts = []
        for page in document:
            text_page = page.get_textpage()
            texts.append(text_page.get_text_bounded().replace("\r\n", "\n"))
            text_page.close()
            page.close()
        return texts
    finally:
        document.close()


@pytest.mark.parametrize(
    "name", ["google_taxes_combined", "azure_mixed_financial", "composed_six_invoices", "aws_bank_statement_single"]
)
def test_real_packets_are_cut_exactly(name):
    truth = json.loads((PACKETS / f"{name}.json").read_text())
    result = split_pages(page_texts(PACKETS / f"{name}.pdf"), SplitConfig.build(truth["categories"]))
    expected = [(segment["category"], tuple(segment["pages"])) for segment in truth["segments"]]
    assert [(segment.category, segment.pages) for segment in result.segments] == expected
