"""Fixtures for the tests of all three distributions."""

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

SAMPLE = Path(__file__).parent / "docs" / "sample"
TEXT_PAGES = 14


@pytest.fixture
def sample_packet() -> Path:
    """The sample packet that the repository carries; its last two pages are scans."""
    return SAMPLE / "packet.pdf"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the sample packet that have text: what most tests need, without the seconds that OCR takes."""
    import pypdf

    path = tmp_path_factory.mktemp("sample") / "packet.pdf"
    writer = pypdf.PdfWriter()
    writer.append(SAMPLE / "packet.pdf", pages=(0, TEXT_PAGES))
    writer.write(path)
    return path


@pytest.fixture
def sample_truth() -> list[dict[str, Any]]:
    """Category and pages of every document of the sample packet."""
    segments: list[dict[str, Any]] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))["segments"]
    return segments


@pytest.fixture
def sample_categories() -> list[dict[str, str]]:
    """The categories of the sample packet."""
    return yaml.safe_load((SAMPLE / "categories.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """Processes that this test starts hear Ctrl-C, also when the tests run in the background.

    A shell starts a background job with SIGINT ignored, and what is ignored stays ignored in every child.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def without_ocr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module search path, also for worker processes, on which the extra ``ocr`` is not installed."""
    path = []
    for number, entry in enumerate(map(Path, sys.path)):
        if not (entry / "rapidocr").is_dir():
            path.append(str(entry))
            continue
        copy = tmp_path / f"site-packages-{number}"
        copy.mkdir()
        for item in entry.iterdir():
            if not item.name.startswith("rapidocr"):
                (copy / item.name).symlink_to(item)
        path.append(str(copy))
    monkeypatch.setattr(sys, "path", path)
