"""The report in a real browser."""

import os
from pathlib import Path

import pytest
import yaml

from splitreader import Segment, SplitReader, SplitResult
from splitreader.report import ReportedPacket, ReportedPage, report_html, write_report
from support.browser import Looked, chromium

pytestmark = pytest.mark.slow

SAMPLE = Path(__file__).parents[2] / "docs" / "sample"
SHOTS = os.environ.get("SPLITREADER_SCREENSHOTS")
"""A folder; where it is named, what the tests saw is kept there as pictures."""


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    categories = yaml.safe_load((SAMPLE / "categories.yaml").read_text(encoding="utf-8"))
    out = tmp_path_factory.mktemp("report") / "report.html"
    write_report(SplitReader(categories, ocr="off"), SAMPLE / "packet.pdf", out)
    return out


@pytest.fixture
def look(browser):
    opened = []

    def open_page(path, **options):
        opened.append(Looked(browser, path, **options))
        return opened[-1]

    yield open_page
    for looked in opened:
        assert looked.complaints == []
        assert looked.loaded() == []
        looked.close()


def kept(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


@pytest.mark.parametrize(
    ("name", "options"),
    [("light", {}), ("dark", {"scheme": "dark"}), ("narrow", {"width": 390, "height": 800})],
)
def test_nothing_is_cut_off_and_all_can_be_read(look, report, name, options):
    page = look(report, **options).page
    kept(page, f"report-{name}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    back, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert (luminance(back) > luminance(ink)) is (name != "dark")
    assert contrast(back, ink) > 7
    assert page.evaluate("[...document.images].every(image => !image.src || image.naturalWidth > 0)")


def test_the_theme_can_be_turned(look, report):
    page = look(report).page
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.keyboard.press("t")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == before


def test_the_keyboard_is_enough(look, report):
    page = look(report).page
    page.keyboard.press("j")
    assert page.locator(".card.current").get_attribute("data-doubt") == "1"
    page.keyboard.press("j")
    assert page.locator(".card.current").get_attribute("data-doubt") == "2"
    page.keyboard.press("k")
    first = page.locator(".card.current").get_attribute("data-document")
    before = int(page.locator(".page.current").get_attribute("data-page"))
    page.keyboard.press("ArrowRight")
    viewer = page.locator("dialog.viewer")
    assert viewer.is_visible()
    assert f"page {before + 1}:" in viewer.locator(".what").inner_text()
    page.keyboard.press("ArrowLeft")
    assert f"document {first}" in viewer.locator(".what").inner_text()
    assert viewer.locator(".evidence li").count() > 0
    kept(page, "report-page")
    page.keyboard.press("Escape")
    assert not viewer.is_visible()
    page.wait_for_function("page => document.activeElement.dataset.page === page", arg=str(before))


def test_a_page_shows_its_neighbour_its_text_and_why(look, report):
    page = look(report).page
    page.locator('.page[data-page="4"]').click()
    viewer = page.locator("dialog.viewer")
    assert viewer.locator(".before figcaption").inner_text().startswith("page 3")
    assert "SERVICE AGREEMENT" in viewer.locator("pre").inner_text()
    assert "SERVICE AGREEMENT" in viewer.locator(".evidence").inner_text()
    viewer.get_by_role("button", name="Previous").click()
    viewer.get_by_role("button", name="Previous").click()
    viewer.get_by_role("button", name="Previous").click()
    assert "page 1:" in viewer.locator(".what").inner_text()
    assert not viewer.locator(".before").is_visible()
    viewer.get_by_role("button", name="Previous").click()
    assert "page 1:" in viewer.locator(".what").inner_text()


def test_a_page_begins_at_its_top(look, report):
    page = look(report, width=390, height=500).page
    page.locator('.page[data-page="4"]').click()
    sheets = page.locator(".sheets")
    sheets.evaluate("sheets => sheets.scrollTop = 300")
    assert sheets.evaluate("sheets => sheets.scrollTop") > 0
    page.keyboard.press("ArrowRight")
    assert "page 5:" in page.locator("dialog.viewer .what").inner_text()
    assert sheets.evaluate("sheets => sheets.scrollTop") == 0


def test_the_list_can_be_put_in_page_order(look, report):
    page = look(report).page

    def order():
        return page.locator(".card").evaluate_all("cards => cards.map(card => Number(card.dataset.document))")

    assert order() != sorted(order())
    page.get_by_role("button", name="In page order").click()
    assert order() == sorted(order())


def test_a_script_in_a_page_does_not_run(look, tmp_path):
    attack = "</template><script>alert(1)</script><img src=x onerror=alert(2)>"
    segment = Segment(category=attack, pages=[1], confidence="low", evidence=[attack])
    result = SplitResult(segments=[segment], page_count=1, engine="embedded")
    out = tmp_path / "attack.html"
    packet = ReportedPacket(name=attack, result=result, pages={1: ReportedPage(text=attack)}, notes=(attack,))
    out.write_text(report_html(packet), encoding="utf-8")
    page = look(out).page
    page.locator(".page").click()
    assert page.locator("dialog.viewer pre").inner_text() == attack


def test_nor_one_that_got_past_the_escaping(browser, report, tmp_path):
    """The policy is the second wall: here the first is torn down by hand."""
    out = tmp_path / "torn.html"
    torn = report.read_text(encoding="utf-8").replace("<main>", "<script>alert(1)</script><main>")
    out.write_text(torn, encoding="utf-8")
    looked = Looked(browser, out)
    assert len(looked.complaints) == 1
    assert "Content Security Policy" in looked.complaints[0]
    looked.close()


def test_a_large_packet_opens(look, tmp_path):
    result = SplitResult(
        segments=[Segment(category=f"kind {page % 20}", pages=[page], confidence="high") for page in range(1, 2001)],
        page_count=2000,
        engine="embedded",
    )
    out = tmp_path / "large.html"
    out.write_text(report_html(ReportedPacket(name="large.pdf", result=result)), encoding="utf-8")
    page = look(out).page
    page.keyboard.press("j")
    page.locator('.page[data-page="2000"]').click()
    assert "page 2000:" in page.locator("dialog.viewer .what").inner_text()


def luminance(colour):
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
