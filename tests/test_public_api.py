import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

import splitreader
from splitreader import SplitReaderError, _errors


def test_every_public_name_is_there_once_and_sorted():
    assert len(set(splitreader.__all__)) == len(splitreader.__all__)
    assert all(hasattr(splitreader, name) for name in splitreader.__all__)
    public = {
        name for name, value in vars(splitreader).items() if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert public | {"__version__"} == set(splitreader.__all__)


def test_every_error_is_public_in_the_tree_and_drawn():
    errors = {
        name: value for name, value in vars(_errors).items() if inspect.isclass(value) and issubclass(value, Exception)
    }
    assert errors
    assert errors.keys() <= set(splitreader.__all__)
    for name, value in errors.items():
        assert issubclass(value, SplitReaderError)
        assert name in _errors.__doc__


@pytest.mark.parametrize("name", sorted(set(splitreader.__all__) - {"__version__"}))
def test_public_classes_and_functions_are_documented(name):
    value = getattr(splitreader, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert inspect.getdoc(value)


def test_importing_loads_no_pdf_library_no_numpy_no_framework_and_no_event_loop():
    heavy = [
        "pypdfium2",
        "pypdf",
        "numpy",
        "llama_index",
        "langchain_core",
        "asyncio",
        "httpx",
        "typer",
        "rich",
        "yaml",
    ]
    code = f"import sys, splitreader; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_every_module_can_be_imported():
    for module in pkgutil.walk_packages(splitreader.__path__, "splitreader."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def test_the_package_is_marked_as_typed():
    from importlib.resources import files

    assert (files("splitreader") / "py.typed").is_file()
