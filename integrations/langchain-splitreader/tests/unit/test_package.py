import importlib
import inspect
import pkgutil
import subprocess
import sys
from importlib.resources import files

import pytest

import langchain_splitreader


def test_every_public_name_is_there_once_and_documented():
    names = langchain_splitreader.__all__
    assert names == sorted(set(names))
    for name in names:
        assert inspect.getdoc(getattr(langchain_splitreader, name))


def test_the_package_is_marked_as_typed():
    assert (files("langchain_splitreader") / "py.typed").is_file()


def test_every_module_can_be_imported():
    for module in pkgutil.iter_modules(langchain_splitreader.__path__):
        importlib.import_module(f"langchain_splitreader.{module.name}")


@pytest.mark.parametrize("name", ["SplitLoader", "SplitBlobParser", "PacketSplitter", "CategoryRouter"])
def test_docstrings_have_the_sections_of_a_partner_package(name):
    text = inspect.getdoc(getattr(langchain_splitreader, name))
    assert "Instantiate:" in text
    assert "Args:" in text


def test_importing_loads_no_store_no_splitter_and_no_agent():
    heavy = ["chromadb", "qdrant_client", "langchain", "langchain_classic", "langgraph", "pypdf"]
    code = f"import sys, langchain_splitreader; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
