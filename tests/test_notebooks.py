"""The notebooks run as they are, and give the outputs that they keep."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def outputs(notebook):
    """What each cell shows: printed text, results, of those that are drawn the drawing."""
    return [[seen(output) for output in cell.get("outputs", ())] for cell in notebook.cells]


def seen(output):
    data = output.get("data", {})
    return output.get("text") or data.get("text/html") or data.get("text/plain")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["01_split_a_packet", "05_evaluate_engines", "06_llamacloud"])
def test_the_notebook_gives_the_outputs_that_it_keeps(name):
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    kept = outputs(notebook)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": NOTEBOOKS}}).execute()
    assert outputs(notebook) == kept
    assert any(kept)


def test_every_notebook_is_run_by_a_test():
    tests = [Path(__file__), *(NOTEBOOKS.parent / "integrations").glob("*/tests/**/test_notebook.py")]
    text = "\n".join(test.read_text(encoding="utf-8") for test in tests)
    assert [path.stem for path in NOTEBOOKS.glob("*.ipynb") if path.stem not in text] == []
