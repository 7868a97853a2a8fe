"""The report as HTML."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splitreader import Segment, SplitResult
from splitreader.report import ReportedPacket, ReportedPage, report_html

HOSTILE = "</template></pre><script>alert(1)</script><img src=x onerror=alert(1)>\"'><!-- "


class Elements(HTMLParser):
    """All elements of a page with their attributes."""

    def __init__(self, html):
        super().__init__()
        self.all = []
        self.words = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def of(self, tag, **wanted):
        return [found for name, found in self.all if name == tag and wanted.items() <= found.items()]


def drawn_pages(html):
    return [int(button["data-page"]) for button in Elements(html).of("button", **{"class": "page"})]


def test_every_page_is_there_once_in_order(packet):
    assert drawn_pages(report_html(packet)) == [1, 2, 3, 4, 5, 6]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40))
def test_no_page_is_lost_however_the_packet_was_split(owners):
    pages = {owner: [page for page, other in enumerate(owners, 1) if other == owner] for owner in {*owners} - {0}}
    result = SplitResult(
        segments=[
            Segment(category=f"kind {owner}", pages=found, confidence="high")
            for owner, found in sorted(pages.items(), key=lambda item: item[1])
        ],
        omitted_pages=[page for page, owner in enumerate(owners, 1) if owner == 0],
        page_count=len(owners),
        engine="embedded",
    )
    assert drawn_pages(report_html(ReportedPacket(name="a.pdf", result=result))) == list(range(1, len(owners) + 1))


def test_the_least_sure_document_comes_first(packet):
    assert packet.doubtful_first() == [2, 3, 1]
    cards = [card["data-document"] for card in Elements(report_html(packet)).of("li") if "data-document" in card]
    assert cards == ["2", "3", "1"]


def test_categories_of_one_colour_are_told_apart():
    names = [f"kind {number:02}" for number in range(1, 11)]
    segments = [Segment(category=name, pages=[page], confidence="high") for page, name in enumerate(names, 1)]
    result = SplitResult(segments=segments, page_count=len(names), engine="embedded")
    html = report_html(ReportedPacket(name="a.pdf", result=result))
    legend = re.findall(r'<li class="(colour-[^"]+)"><i>(.?)</i><bdi>(kind \d+)', html)
    assert [name for *_, name in legend] == names
    assert len({(colour, letter) for colour, letter, _ in legend}) == len(names)
    assert re.findall(r"<h2 [^>]*><span><i>(.)</i><bdi>([^<]+)", html) == [("b", "9 kind 09"), ("b", "10 kind 10")]


def test_what_is_known_of_a_document_is_said(packet):
    words = " ".join(" ".join(Elements(report_html(packet)).words).split())
    for said in ("2 contract", "low 0.31", "pages 3,5 · C-7", "a title", "page 1 says INVOICE", "text of page 4"):
        assert said in words


def test_the_policy_allows_its_own_style_and_script_only(packet):
    (policy,) = [
        meta["content"]
        for meta in Elements(report_html(packet)).of("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert re.fullmatch(r"'sha256-[\w+/]{43}='", rules["script-src"])
    assert re.fullmatch(r"'sha256-[\w+/]{43}='", rules["style-src"])


@pytest.mark.parametrize("place", ["name", "category", "evidence", "text", "note", "key"])
def test_text_of_others_stays_text(place):
    says = {place: HOSTILE}
    segment = Segment(
        category=says.get("category", "invoice"),
        pages=[1],
        confidence="high",
        evidence=[says.get("evidence", "why")],
        key=says.get("key"),
    )
    html = report_html(
        ReportedPacket(
            name=says.get("name", "a.pdf"),
            result=SplitResult(segments=[segment], page_count=1, engine="embedded"),
            pages={1: ReportedPage(text=says.get("text", "text"))},
            notes=(says.get("note", "note"),),
        )
    )
    found = Elements(html)
    assert not found.of("img", src="x")
    assert len(found.of("script")) == 1
    assert not [attributes for _, attributes in found.all if any(name.startswith("on") for name in attributes)]
    assert not [attributes for _, attributes in found.all if "style" in attributes]
    assert "onerror=alert(1)" in "".join(found.words)
