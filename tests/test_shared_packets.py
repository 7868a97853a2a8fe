"""Real packets with ground truth, kept beside the repository; without them these tests skip."""

import json
from pathlib import Path

import pytest

from splitreader import SplitReader

FOLDER = Path(__file__).parents[2] / "shared" / "packets"
NAMES = (
    "aws_bank_statement_single",
    "aws_lending_package",
    "azure_mixed_financial",
    "composed_six_invoices",
    "google_taxes_combined",
)


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the real packets are not beside the repository")
@pytest.mark.parametrize("name", NAMES)
def test_a_real_packet_comes_out_exact(name):
    truth = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    result = SplitReader(truth["categories"]).split(FOLDER / f"{name}.pdf")
    expected = [(segment["category"], tuple(segment["pages"])) for segment in truth["segments"]]
    assert [(segment.category, segment.pages) for segment in result.segments] == expected
