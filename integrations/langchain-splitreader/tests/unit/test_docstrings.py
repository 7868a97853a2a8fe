"""The snippets of each docstring run as printed, one after the other, like cells of a notebook."""

import ast
import asyncio
import inspect
import re
import shutil
import textwrap

import pytest

import langchain_splitreader

SNIPPET = re.compile(r"^( *)\.\. code-block:: python\n\n((?:\1 +.*\n?|\n)+)", re.MULTILINE)
PUBLIC = [getattr(langchain_splitreader, name) for name in langchain_splitreader.__all__]
OURS = [thing for thing in PUBLIC if getattr(thing, "__module__", "").startswith("langchain_splitreader")]


def snippets(thing):
    return [textwrap.dedent(code) for _, code in SNIPPET.findall((inspect.getdoc(thing) or "") + "\n")]


@pytest.mark.parametrize("thing", [thing for thing in OURS if snippets(thing)], ids=lambda thing: thing.__name__)
def test_snippets_run(thing, sample, tmp_path, monkeypatch):
    shutil.copy(sample, tmp_path / "packet.pdf")
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "snippet"}
    for number, code in enumerate(snippets(thing)):
        ran = eval(compile(code, f"snippet {number}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
        if inspect.iscoroutine(ran):
            asyncio.run(ran)


def test_every_snippet_is_found():
    found = {thing.__name__: len(snippets(thing)) for thing in OURS}
    assert {name: count for name, count in found.items() if count} == {
        "CategoryRouter": 2,
        "NarrowPages": 1,
        "PacketSplitter": 2,
        "SplitBlobParser": 4,
        "SplitLoader": 4,
    }


@pytest.mark.parametrize("name", ["SplitLoader", "SplitBlobParser"])
def test_what_loads_has_every_section(name):
    text = inspect.getdoc(getattr(langchain_splitreader, name))
    places = [text.index(f"\n{title}:\n") for title in ("Setup", "Instantiate", "Load", "Lazy load", "Async", "Args")]
    assert places == sorted(places)
