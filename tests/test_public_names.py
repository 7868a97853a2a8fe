"""Every public name is used in tests/typing, where the type checkers see what users get."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import splitreader
from splitreader import ReaderOptions, SplitReader

MODULES = [
    "langchain_splitreader",
    "llama_index.readers.splitreader",
    "splitreader",
    "splitreader.cache",
    "splitreader.client",
    "splitreader.engines",
    "splitreader.engines.llm",
    "splitreader.evaluation",
    "splitreader.ray",
    "splitreader.report",
    "splitreader.routing",
    "splitreader.server",
    "splitreader.testing",
]


def names_used(path):
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    loaded = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return {
        (node.module, name.name)
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if (name.asname or name.name) in loaded
    }


@pytest.fixture(scope="module")
def used():
    files = sorted(Path(__file__).with_name("typing").glob("*.py"))
    return set().union(*map(names_used, files))


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_type_checked_as_users_write_it(module, used):
    public = importlib.import_module(module).__all__
    assert public
    assert [name for name in public if (module, name) not in used] == []


FOR_THE_PACKAGE_ITSELF = {"splitreader.sources", "splitreader.wire"}


def test_no_public_package_is_left_out():
    packages = {
        f"splitreader.{found.name}"
        for found in pkgutil.iter_modules(splitreader.__path__)
        if not found.name.startswith("_") and hasattr(importlib.import_module(f"splitreader.{found.name}"), "__all__")
    }
    assert packages - {*MODULES} == FOR_THE_PACKAGE_ITSELF


def test_reader_options_are_those_of_the_reader():
    options = [*inspect.signature(SplitReader).parameters]
    assert options[0] == "categories"
    assert set(options[1:]) == set(ReaderOptions.__annotations__)
