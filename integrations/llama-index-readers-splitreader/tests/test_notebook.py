"""The notebooks run as they are, and say what they say."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"


def outputs(notebook):
    return ["".join(output.get("text", "") for output in cell.get("outputs", ())) for cell in notebook.cells]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["02_llama_index", "04_agent"])
def test_the_notebook_gives_the_outputs_that_it_keeps(name):
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    kept = outputs(notebook)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": NOTEBOOKS}}).execute()
    assert outputs(notebook) == kept
    assert "search_contract" in kept[-1]
    assert all(kept[index] for index, cell in enumerate(notebook.cells) if cell.cell_type == "code")
