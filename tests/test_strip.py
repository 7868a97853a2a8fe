import io
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from splitreader import UNCATEGORIZED, Segment, SplitResult
from splitreader.strip.cells import GREY, MOST_RUNS, PALETTE, FoldedRuns, looks, strip_runs
from splitreader.strip.terminal import PageStrip

BAD = '<script>alert("1")</script> \' onmouseover=x & \u202etxt.exe\x1b[31m\x00'


def segment(category: str, *pages: int, confidence="high", score=None, evidence=()) -> Segment:
    return Segment(category=category, pages=pages, confidence=confidence, score=score, evidence=evidence)


def result(*segments: Segment, omitted: tuple[int, ...] = ()) -> SplitResult:
    count = sum(len(item.pages) for item in segments) + len(omitted)
    return SplitResult(segments=segments, omitted_pages=omitted, page_count=count, engine="test")


class Strip(HTMLParser):
    """What a reader of the HTML finds: elements, runs with their cells, and the words between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.runs: list[dict] = []
        self.pages: list[int] = []
        self.words = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        assert len(values) == len(attributes)
        self.elements.append((tag, values))
        self.open.append(tag)
        if values.get("role") == "group":
            self.runs.append({"title": values["title"], "cells": [], "depth": len(self.open), "label": ""})
        elif self.in_run and tag == "span":
            self.runs[-1]["cells"].append(["", values["style"]])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if self.runs and len(self.open) == self.runs[-1]["depth"] - 1 and "done" not in self.runs[-1]:
            self.runs[-1]["done"] = True
            for text, _ in self.runs[-1]["cells"]:
                self.count(text)

    def handle_data(self, data):
        self.words += data + "\n"
        if self.in_run:
            if "span" in self.open:
                self.runs[-1]["cells"][-1][0] += data
            else:
                self.runs[-1]["label"] += data
        elif match := re.search(r"more documents, pages (\d+)-(\d+)", data):
            self.pages.extend(range(int(match[1]), int(match[2]) + 1))

    @property
    def in_run(self) -> bool:
        return bool(self.runs) and "done" not in self.runs[-1]

    def count(self, text: str) -> None:
        if match := re.fullmatch(r"… ([\d,]+) more", text):
            self.pages.extend(range(self.pages[-1] + 1, self.pages[-1] + 1 + int(match[1].replace(",", ""))))
        else:
            self.pages.append(int(re.match(r"\d+", text)[0]))


def drawn(split: SplitResult) -> Strip:
    return Strip(split._repr_html_())


def printed(split: SplitResult, width: int, *, title: str = "", **options) -> str:
    console = Console(width=width, file=io.StringIO(), **options)
    console.print(PageStrip(split, title=title))
    return console.file.getvalue()


SAMPLE = result(
    segment("invoice", 1, score=0.931, evidence=("the first page of the packet",)),
    segment("contract", 2, 3, confidence="medium"),
    segment("letter", 4, confidence="low"),
    segment(UNCATEGORIZED, 5),
    omitted=(6, 7),
)


class TestNotebook:
    def test_every_page_is_a_cell_in_the_run_of_its_document(self):
        strip = drawn(SAMPLE)
        assert [[text for text, _ in run["cells"]] for run in strip.runs] == [
            ["1"],
            ["2", "3"],
            ["4?"],
            ["5"],
            ["6", "7"],
        ]
        assert [run["label"] for run in strip.runs] == [
            "1 invoice",
            "2 contract · medium",
            "3 letter · low",
            "4 uncategorized",
            "left out",
        ]

    def test_the_caption_names_engine_pages_documents_and_omitted_pages(self):
        assert "7 pages, 4 documents, 2 pages left out (6-7); split by test" in drawn(SAMPLE).words

    def test_a_tooltip_has_score_confidence_and_evidence_in_words(self):
        assert drawn(SAMPLE).runs[0]["title"].split("\n") == [
            "document 1: invoice",
            "page 1, high confidence, score 0.93",
            "the first page of the packet",
        ]
        assert drawn(SAMPLE).runs[1]["title"].split("\n")[1] == "pages 2-3, medium confidence"
        assert drawn(SAMPLE).runs[4]["title"] == "pages 6-7: left out"

    def test_confidence_is_seen_without_colour(self):
        styles = [run["cells"][0][1] for run in drawn(SAMPLE).runs]
        assert "solid" in styles[0]
        assert "repeating-linear-gradient" in styles[1]
        assert "dotted" in styles[2]
        assert "dashed" in styles[4]
        assert "confidence: solid high, hatched medium, dotted with ? low" in drawn(SAMPLE).words
        assert "confidence:" not in drawn(result(segment("a", 1))).words

    def test_uncategorized_and_omitted_pages_are_grey(self):
        strip = drawn(SAMPLE)
        assert GREY in strip.runs[3]["cells"][0][1]
        assert not any(colour in style for run in strip.runs[3:] for _, style in run["cells"] for colour in PALETTE)

    def test_names_and_evidence_are_only_text(self):
        strip = drawn(result(segment(BAD, 1, evidence=(BAD,)), segment("\u202e\u2066" + "x" * 900, 2, 3)))
        assert {tag for tag, _ in strip.elements} <= {"div", "span", "b", "bdi", "sup", "i"}
        assert {name for _, values in strip.elements for name in values} <= {
            "style",
            "title",
            "role",
            "dir",
            "aria-label",
        }
        assert '<script>alert("1")</script>' in strip.words
        assert '<script>alert("1")</script>' in strip.runs[0]["title"]
        assert not re.search("[\u202e\u2066\x00\x1b]", strip.words + strip.runs[0]["title"])

    def test_there_is_nothing_to_collide_and_nothing_from_outside(self):
        html = SAMPLE._repr_html_()
        assert html == SAMPLE._repr_html_()
        assert not re.search(r"\b(?:id|class|href|src)=|url\(|<style|<script|https?:", html)

    def test_an_empty_result_has_a_caption_only(self):
        strip = drawn(result())
        assert (strip.runs, strip.words) == ([], "0 pages, 0 documents; split by test\n")

    def test_one_page(self):
        strip = drawn(result(segment("a", 1)))
        assert strip.pages == [1]
        assert "1 page, 1 document;" in strip.words

    def test_a_long_document_is_folded(self):
        (run,) = drawn(result(segment("contract", *range(1, 45)))).runs
        assert [text for text, _ in run["cells"]] == ["1", "2", "3", "4", "5", "6", "… 37 more", "44"]

    def test_a_document_with_other_pages_inside_goes_on_after_them(self):
        strip = drawn(result(segment("a", 1, 3), segment("b", 2)))
        assert [run["label"] for run in strip.runs] == ["1 a", "2 b", "1 continued a"]
        assert strip.pages == [1, 2, 3]

    @pytest.mark.parametrize(
        "segments",
        [
            [segment("a", *range(1, 10_001))],
            [segment(f"{BAD}{page}", page, confidence="medium", evidence=(BAD * 90,)) for page in range(1, 10_001)],
            [segment(f"c{page % 50}", *range(page, page + 20)) for page in range(1, 10_001, 20)],
        ],
        ids=["one document", "10,000 documents", "500 documents"],
    )
    def test_ten_thousand_pages_are_all_there_and_small(self, segments):
        html = result(*segments)._repr_html_()
        assert len(html.encode()) < 500_000
        assert Strip(html).pages == list(range(1, 10_001))


class TestLooks:
    def test_the_first_categories_have_colours_of_their_own_in_the_order_they_appear(self):
        found = looks(result(*(segment(f"c{page}", page) for page in range(1, 9))))
        assert [look.colour for look in found.values()] == list(PALETTE)
        assert len({*PALETTE, GREY}) == 9
        assert {look.letter for look in found.values()} == {""}

    def test_uncategorized_takes_no_colour(self):
        found = looks(result(segment("a", 1), segment(UNCATEGORIZED, 2), segment("b", 3), segment("a", 4)))
        assert [look.colour for look in found.values()] == [PALETTE[0], GREY, PALETTE[1]]

    def test_later_ones_are_told_apart_by_a_letter_in_their_cells(self):
        split = result(*(segment(f"c{page}", page) for page in range(1, 51)))
        found = looks(split)
        assert len({(look.colour, look.letter) for look in found.values()}) == 50
        assert drawn(split).runs[8]["cells"][0][0] == "9b"
        assert "[9b]" in printed(split, 120)

    def test_page_numbers_can_be_read_on_every_colour(self):
        def luminance(colour):
            parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
            linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
            return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

        pages = [segment(f"c{page}", page) for page in range(1, 9)]
        for look in looks(result(*pages, segment(UNCATEGORIZED, 9))).values():
            dark, light = sorted([luminance(look.colour), luminance(look.ink)])
            assert (light + 0.05) / (dark + 0.05) >= 4.5


class TestTerminal:
    def test_plain_characters_where_it_is_no_terminal(self):
        assert printed(SAMPLE, 120, title="a.pdf").splitlines() == [
            "a.pdf: 7 pages, 4 documents, 2 pages left out (6-7); split by test",
            "[1]        [2~][3~]    [4?]      [5]              (6)(7)",
            "1 invoice  2 contract  3 letter  4 uncategorized  left out",
            "~ medium confidence   ? low confidence",
        ]

    def test_it_wraps_to_the_width(self):
        lines = printed(SAMPLE, 40).splitlines()
        assert lines[2:6] == [
            "[1]        [2~][3~]    [4?]",
            "1 invoice  2 contract  3 letter",
            "[5]              (6)(7)",
            "4 uncategorized  left out",
        ]

    @pytest.mark.parametrize("width", [40, 120])
    def test_a_terminal_gets_colours_and_the_same_words(self, width):
        coloured = printed(SAMPLE, width, force_terminal=True, color_system="truecolor")
        assert "\x1b[38;2;0;0;0;48;2;230;159;0m 1 \x1b[0m" in coloured
        assert "▌" in coloured
        console = Console(width=width, file=io.StringIO(), force_terminal=True, record=True)
        console.print(PageStrip(SAMPLE))
        text = console.export_text()
        assert all(len(line.rstrip()) <= width for line in text.splitlines())
        assert all(word in text for word in ("1 invoice", "2~", "4?", "(6)(7)", "left out"))

    def test_a_terminal_without_colour_gets_characters(self):
        plain = printed(SAMPLE, 120, force_terminal=True, no_color=True)
        assert "[2~][3~]" in plain

    def test_names_are_only_text(self):
        plain = printed(result(segment("[red]" + BAD, 1)), 120, title="[bold]\x1b[31m.pdf")
        assert "[bold] [31m.pdf: 1 page" in plain
        assert "1 [red]<script>alert" in plain
        assert "\x1b" not in plain

    def test_wide_characters_and_long_names_are_cut_to_fit(self):
        lines = printed(result(segment("請求書" * 40, 1), segment("n" * 200, 2)), 60).splitlines()
        assert re.fullmatch(r"1 (?:請求書)+請? ?…\s+2 n+…", lines[-1])
        assert "[1]" in lines[-2]

    @pytest.mark.parametrize("width", [1, 12, 30, 120])
    def test_long_documents_are_folded_and_wrapped(self, width):
        plain = printed(result(segment("contract", *range(1, 10_001)), segment("b", 10_001)), width)
        assert all(len(line) <= width for line in plain.splitlines())
        if width >= 30:
            assert "[… 9,993 more]" in plain
            assert ("1 continued contract" in plain) == (width == 30)

    def test_ascii_only(self):
        console = Console(width=60, file=io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
        console.print(PageStrip(result(segment("n\u00e9" * 50, *range(1, 45)))))
        console.file.seek(0)
        assert "[... 37 more]" in console.file.read()

    def test_an_empty_result_has_a_caption_only(self):
        assert printed(result(), 80) == "0 pages, 0 documents; split by test\n"


@st.composite
def splits(draw):
    owners = draw(st.lists(st.integers(0, 6), max_size=200))
    pages: dict[int, list[int]] = {}
    for page, owner in enumerate(owners, start=1):
        pages.setdefault(owner, []).append(page)
    omitted = tuple(pages.pop(0, ()))
    ordered = sorted(pages.values())
    return result(*(segment(draw(st.text(min_size=1, max_size=9)), *run) for run in ordered), omitted=omitted)


@given(splits())
@settings(deadline=None, max_examples=100)
def test_every_page_is_drawn_once_in_order(split):
    items = strip_runs(split)
    assert [page for item in items for page in item.pages] == list(range(1, split.page_count + 1))
    assert len(items) <= MOST_RUNS + 1
    assert all(not isinstance(item, FoldedRuns) or item.documents for item in items) or split.omitted_pages
    assert drawn(split).pages == list(range(1, split.page_count + 1))
    for run in items:
        if not isinstance(run, FoldedRuns):
            assert [page for cell in run.cells() for page in cell] == list(run.pages)
            assert all(earlier[-1] < later[0] for earlier, later in pairwise(run.cells()))
    printed(split, 40)
