"""The notebook runs as it is and prints what it holds."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[4] / "notebooks" / "03_langchain.ipynb"


def outputs(notebook):
    return ["".join(output["text"] for output in cell.get("outputs", ())) for cell in notebook.cells]


@pytest.mark.slow
def test_the_notebook_prints_what_it_holds():
    pytest.importorskip("langchain", reason="langchain is not installed")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    kept = outputs(notebook)
    assert sum(map(bool, kept)) == 6
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": NOTEBOOK.parent}}).execute()
    assert outputs(notebook) == kept
