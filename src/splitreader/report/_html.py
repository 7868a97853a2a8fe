"""A packet as one HTML page. All text in it is escaped; styles are classes, so that the policy can be strict."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape

from splitreader._pages import format_pages
from splitreader.report._contents import ReportedPacket, ReportedPage
from splitreader.report._frame import asset, framed
from splitreader.strip.cells import Look, Run, all_runs, caption, count, looks, shown

MOST_NAME = 200
"""Characters of a name that are shown."""

_NO_PAGE = ReportedPage()

_KEYS = (
    '<p class="keys" data-script hidden><kbd>j</kbd> <kbd>k</kbd> next and previous document of the list · '
    "<kbd>→</kbd> <kbd>←</kbd> next and previous page · <kbd>Esc</kbd> close the page · "
    "<kbd>o</kbd> order of the list · <kbd>t</kbd> light or dark</p>"
)

_VIEWER = """<dialog class="viewer" aria-label="Page">
<div class="bar"><span class="what" aria-live="polite"></span><button class="previous">← Previous</button>
<button class="next">Next →</button><button class="close">Close</button></div>
<div class="sheets" tabindex="0"><figure class="before"><figcaption></figcaption><img alt=""></figure>
<figure class="here"><figcaption></figcaption><img alt=""></figure>
<div class="said"><div class="why"><h3>Why</h3><ul class="evidence"></ul></div>
<div class="text"><h3>Text</h3><pre></pre></div></div></div></dialog>"""


def report_html(packet: ReportedPacket) -> str:
    """The report of one packet: a whole HTML file, which loads nothing from anywhere."""
    return "".join(report_pieces(packet))


def report_pieces(packet: ReportedPacket) -> Iterator[str]:
    """The same piece by piece: with its pictures the report of a long packet is large."""
    title = f"{shown(packet.name, MOST_NAME)} · splitreader"
    return framed(title, _body(packet), script=asset("report.js"))


def _body(packet: ReportedPacket) -> Iterator[str]:
    of_category = looks(packet.result)
    yield _header(packet, of_category)
    yield f'<main>{_documents(packet, of_category)}<section class="strip" aria-label="Pages">'
    yield from _runs(packet)
    yield f"</section></main>{_KEYS}\n{_VIEWER}"
    yield from _texts(packet)


def _header(packet: ReportedPacket, of_category: dict[str, Look]) -> str:
    notes = "".join(f'<p class="notes">{escape(note)}</p>' for note in packet.notes)
    documents = [segment.category for segment in packet.result.segments]
    legend = "".join(
        f'<li class="{_look(look)}"><i>{look.letter}</i><bdi>{escape(shown(category, MOST_NAME))}</bdi> '
        f"({count(documents.count(category), 'document')})</li>"
        for category, look in of_category.items()
    )
    return (
        f"<header><h1>{escape(shown(packet.name, MOST_NAME))}</h1><p>{escape(caption(packet.result))}</p>"
        '<div class="tools" data-script hidden><button class="theme">Light or dark</button></div>'
        f'{notes}<ul class="legend">{legend}</ul></header>'
    )


def _documents(packet: ReportedPacket, of_category: dict[str, Look]) -> str:
    cards = "".join(
        _card(packet, number, doubt, of_category) for doubt, number in enumerate(packet.doubtful_first(), start=1)
    )
    return (
        '<section class="documents" aria-label="Documents"><div class="order" data-script hidden>'
        '<button data-order="doubt" aria-pressed="true">Least sure first</button>'
        '<button data-order="pages" aria-pressed="false">In page order</button></div>'
        f"<ol>{cards}</ol></section>"
    )


def _card(packet: ReportedPacket, number: int, doubt: int, of_category: dict[str, Look]) -> str:
    segment = packet.result.segments[number - 1]
    about = f"{'page' if len(segment.pages) == 1 else 'pages'} {format_pages(segment.pages)}"
    if segment.key is not None:
        about += f" · {shown(segment.key, MOST_NAME)}"
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in segment.evidence)
    score = "" if segment.score is None else f" {segment.score:.2f}"
    return (
        f'<li class="card {_look(of_category[segment.category])}" id="document-{number}" '
        f'data-document="{number}" data-doubt="{doubt}">'
        f"<button><b>{number} <bdi>{escape(shown(segment.category, MOST_NAME))}</bdi></b> "
        f'<span class="sure {segment.confidence}">{segment.confidence}{score}</span>'
        f'<span class="about">{escape(about)}</span></button>' + (f"<ul>{reasons}</ul>" if reasons else "") + "</li>"
    )


def _runs(packet: ReportedPacket) -> Iterator[str]:
    for run in all_runs(packet.result):
        look = _look(run.look)
        confidence = run.segment.confidence if run.segment else "high"
        letter = f"<i>{run.look.letter}</i>" if run.look.letter else ""
        heading = f"{run.number}{'' if run.is_start else ' continued'} {run.name}" if run.segment else run.name
        sure = "" if confidence == "high" else f'<span class="sure {confidence}">{confidence}</span>'
        yield (
            f'<div class="run {look} {confidence}" data-look="{look}"><h2 title="{escape(heading)}">'
            f'<span>{letter}<bdi>{escape(heading)}</bdi></span>{sure}</h2><div class="pages">'
        )
        yield from (_page(packet, run, page) for page in run.pages)
        yield "</div></div>"


def _page(packet: ReportedPacket, run: Run, page: int) -> str:
    what = f"page {page}: {run.name}" if run.segment is None else f"page {page}: document {run.number}, {run.name}"
    picture = packet.pages.get(page, _NO_PAGE).picture
    if picture is None:
        drawn = '<span class="none">no picture</span>'
    else:
        data = base64.b64encode(picture).decode()
        drawn = f'<img alt="{escape(what)}" decoding="async" src="data:image/jpeg;base64,{data}">'
    return (
        f'<button class="page" data-page="{page}" data-document="{run.number}" title="{escape(what)}">'
        f'{drawn}<span class="number">{page}</span></button>'
    )


def _texts(packet: ReportedPacket) -> Iterator[str]:
    for page, content in packet.pages.items():
        if content.text is not None:
            yield f'<template id="text-{page}">{escape(content.text) or "(no text)"}</template>\n'


def _look(look: Look) -> str:
    return "omitted" if look.kind == "omitted" else f"colour-{look.colour[1:].lower()}"
