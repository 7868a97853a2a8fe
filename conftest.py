"""Fixtures for the tests of all three distributions."""

from pathlib import Path

import pytest
import yaml

SAMPLE = Path(__file__).parent / "docs" / "sample"


@pytest.fixture
def sample() -> Path:
    """The sample packet that the repository carries."""
    return SAMPLE / "packet.pdf"


@pytest.fixture
def sample_categories() -> list[dict[str, str]]:
    """The categories of the sample packet."""
    return yaml.safe_load((SAMPLE / "categories.yaml").read_text(encoding="utf-8"))
