"""Documents that the generator in ``benchmarks/`` makes, as packets with their truth."""

import importlib
import importlib.util
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from splitreader import Category, SplitConfig, SplitResult, split_pages

_PACKAGE = Path(__file__).parents[2] / "benchmarks" / "made_documents"

Document = dict[str, Any]
Cut = list[tuple[str, tuple[int, ...]]]


def made_module(name: str) -> ModuleType:
    """A module of the package ``made_documents``; its folder does not come on the module search path."""
    if "made_documents" not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            "made_documents", _PACKAGE / "__init__.py", submodule_search_locations=[str(_PACKAGE)]
        )
        assert spec is not None
        assert spec.loader is not None
        package = importlib.util.module_from_spec(spec)
        sys.modules["made_documents"] = package
        spec.loader.exec_module(package)
    return importlib.import_module(f"made_documents.{name}")


def config_of(categories: Iterable[str]) -> SplitConfig:
    """The generator's categories by key, with what it says they hold."""
    kinds = made_module("word_files").kinds("en")
    return SplitConfig.build([Category(name=key, description=kinds[key].label[1]) for key in categories])


def pages_of(documents: Sequence[Document]) -> list[str]:
    """All pages in order."""
    return [page for document in documents for page in document["pages"]]


def truth_of(documents: Sequence[Document]) -> Cut:
    """Category and pages of every document."""
    truth: Cut = []
    first = 1
    for document in documents:
        truth.append((document["cat"], tuple(range(first, first + len(document["pages"])))))
        first += len(document["pages"])
    return truth


def cut_of(result: SplitResult) -> Cut:
    """Category and pages of every segment."""
    return [(segment.category, segment.pages) for segment in result.segments]


def cut(pages: Iterable[str], config: SplitConfig) -> Cut:
    """What the embedded engine makes of pages."""
    return cut_of(split_pages(pages, config))
