"""The documentation as a site: all of it is there, and it loads nothing from elsewhere."""

import importlib
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from support.browser import Looked, chromium
from support.doc_pages import ROOT

pytestmark = pytest.mark.slow

SHOTS = os.environ.get("SPLITREADER_SCREENSHOTS")
"""A folder; where it is named, what the tests saw is kept there as pictures."""

MODULES = [
    "splitreader",
    "splitreader.client",
    "splitreader.engines.llm",
    "splitreader.evaluation",
    "splitreader.ray",
    "splitreader.report",
    "splitreader.routing",
    "splitreader.server",
    "splitreader.testing",
    "llama_index.readers.splitreader",
    "langchain_splitreader",
]


class Loaded(HTMLParser):
    """What a browser fetches by itself for a page."""

    def __init__(self):
        super().__init__()
        self.urls = []
        self.ids = set()

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids.add(found.get("id"))
        self.urls += [found[name] for name in ("src", "srcset", "poster", "data") if found.get(name)]
        if tag == "link" and not {"canonical", "prev", "next"} & set(found.get("rel", "").split()):
            self.urls.append(found.get("href", ""))
        self.urls += re.findall(r"url\(([^)]+)\)", found.get("style") or "")


def read(page):
    parser = Loaded()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


def test_nothing_is_loaded_from_elsewhere(site):
    htmls = sorted(site.rglob("*.html"))
    assert len(htmls) > 30
    for page in htmls:
        assert [url for url in read(page).urls if re.match(r"\s*(https?:)?//", url)] == [], page
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", text), style
    assert not [path for path in site.rglob("*") if path.suffix in (".woff", ".woff2", ".ttf")]


def test_what_a_page_loads_is_there(site):
    for page in site.rglob("*.html"):
        for url in read(page).urls:
            if url and not url.startswith("data:") and page.name != "404.html":
                assert (page.parent / url.partition("#")[0].partition("?")[0]).exists(), (page, url)


def test_every_page_is_in_the_site(site):
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs")
        assert "sample" in name.parts or (site / name.with_suffix(".html")).is_file()
    assert (site / "contributing.html").is_file()
    assert (site / "changelog.html").is_file()
    assert "draw_strip" not in "".join(path.name for path in site.rglob("*"))


def test_every_public_name_is_in_the_reference(site):
    """Under the path of one of the modules that offer it."""
    ids = set().union(*(read(page).ids for page in (site / "reference").glob("*.html")))
    modules = [importlib.import_module(name) for name in MODULES]

    def is_told(name, value):
        paths = {f"{module.__name__}.{name}" for module in modules if getattr(module, name, None) is value}
        return not paths.isdisjoint(ids)

    for module in modules:
        names = set(module.__all__) - {"__version__"}
        assert {name for name in names if not is_told(name, getattr(module, name))} == set(), module.__name__


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.mark.parametrize(
    ("name", "options"),
    [("light", {}), ("dark", {"scheme": "dark"}), ("narrow", {"width": 390, "height": 800})],
)
def test_the_front_page_in_a_browser(site, browser, name, options):
    looked = Looked(browser, site / "index.html", **options)
    page = looked.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shown = page.evaluate("[...document.images].filter(image => image.offsetWidth > 0).map(image => image.src)")
    assert [url.partition("#")[0].rpartition("/")[2] for url in shown] == [
        f"strip-{'dark' if name == 'dark' else 'light'}.svg"
    ]
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"docs-{name}.png")
    if name != "narrow":
        page.click(".md-search__input")
        page.keyboard.type("partition key")
        page.wait_for_selector(".md-search-result__link")
    assert looked.complaints == []
    assert [url for url in looked.requests if not url.startswith(("file:", "data:"))] == []
    looked.close()
