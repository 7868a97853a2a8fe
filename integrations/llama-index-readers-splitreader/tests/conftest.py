"""The sample packet, read once, and where Documents come from without a PDF."""

from pathlib import Path

import pytest
import yaml

from llama_index.readers.splitreader import SplitPDFReader


@pytest.fixture(scope="session")
def packet(sample):
    """The Documents of the sample packet, to be copied by `documents`."""
    categories = yaml.safe_load((sample_folder() / "categories.yaml").read_text(encoding="utf-8"))
    return SplitPDFReader(categories).load_data(sample)


@pytest.fixture
def documents(packet):
    """The Documents of the sample packet: invoice 1-2 and 3, contract 4-8, bank statement 9-11, single pages."""
    return [document.model_copy(deep=True) for document in packet]


def sample_folder():
    """Where the sample packet lies."""
    return Path(__file__).parents[3] / "docs" / "sample"
