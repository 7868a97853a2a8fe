"""The page strip as HTML for notebooks.

Styles stand inline and there is no script, no id and no class: nothing can collide with another result or be taken
away with a style sheet. Text outside of coloured cells has the page's own colour, so light and dark both work.
"""

from __future__ import annotations

from html import escape

from splitreader.strip.cells import FoldedRuns, Look, Run, SplitLike, caption, count, looks, shown, strip_runs

MOST_LEGEND = 60
"""Categories that the legend names."""

_OUTER = "font:13px/1.4 system-ui,sans-serif;max-width:100%;margin:4px 0"
_FLOW = "display:flex;flex-wrap:wrap;align-items:flex-start"
_CELL = "box-sizing:border-box;min-width:30px;padding:3px 5px;border-radius:3px;text-align:center"
_SWATCH = (
    "box-sizing:border-box;flex:none;width:18px;height:18px;border-radius:3px;"
    "text-align:center;font-size:11px;line-height:14px"
)
_LABEL = "overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:12px"
_LETTER = "font-size:10px;line-height:0"
_LEAST_RUN_WIDTH = 160
_PRINTED = "print-color-adjust:exact;-webkit-print-color-adjust:exact"


def strip_html(result: SplitLike) -> str:
    """The strip as one ``<div>``; all text in it is escaped."""
    line = escape(caption(result))
    runs = "".join(_fold(item) if isinstance(item, FoldedRuns) else _run(item) for item in strip_runs(result))
    return (
        f'<div dir="ltr" role="figure" aria-label="{line}" style="{_OUTER}">'
        f"<div>{line}</div>"
        f'<div style="{_FLOW};gap:10px 14px;margin:8px 0">{runs}</div>'
        f"{_legend(result)}</div>"
    )


def _run(run: Run) -> str:
    cells = run.cells()
    confidence = run.segment.confidence if run.segment else "high"
    style = f"{_CELL};{_paint(run.look, confidence)}"
    drawn = "".join(f'<span style="{style}">{_cell_text(run, pages)}</span>' for pages in cells)
    widest = 26 + 9 * len(str(run.pages[-1]))  # of a cell, at least, so that cells wrap on narrow screens only
    width = max(_LEAST_RUN_WIDTH, widest * len(cells) + 100 * (len(cells) < len(run.pages)))
    label = f"<bdi>{escape(run.name)}</bdi>"
    if run.segment:
        label = f"<b>{run.number}{'' if run.is_start else ' continued'}</b> {label}"
        label += "" if confidence == "high" else f" · {confidence}"
    return (
        f'<div role="group" title="{escape(chr(10).join(run.description()))}" style="max-width:min(100%,{width}px)">'
        f'<div style="{_FLOW};gap:2px">{drawn}</div>'
        f'<div style="{_LABEL}">{label}</div></div>'
    )


def _cell_text(run: Run, pages: range) -> str:
    if len(pages) > 1:
        return f"… {len(pages):,} more"
    letter = f'<sup style="{_LETTER}">{run.look.letter}</sup>' if run.look.letter else ""
    return f"{pages[0]}{letter}{'?' if run.mark == '?' else ''}"


def _fold(fold: FoldedRuns) -> str:
    return f'<div style="padding:3px 5px"><i>{escape(fold.words)}</i></div>'


def _paint(look: Look, confidence: str) -> str:
    """Solid for high confidence, hatched for medium; for low a dotted frame with a bar of the colour."""
    if look.kind == "omitted":
        return "border:2px dashed #888;color:inherit;opacity:.7;text-decoration:line-through"
    if confidence == "low":
        bar = f"linear-gradient({look.colour} 0 0) 0 100%/100% 4px no-repeat"
        return f"border:2px dotted #888;color:inherit;background:{bar};padding:1px 5px 5px;{_PRINTED}"
    fill = look.colour
    if confidence == "medium":
        shade = "rgba(255,255,255,.45)" if look.ink == "#000000" else "rgba(0,0,0,.4)"
        fill = f"repeating-linear-gradient(135deg,transparent 0 4px,{shade} 4px 8px) {look.colour}"
    return f"border:2px solid {look.colour};color:{look.ink};background:{fill};{_PRINTED}"


def _legend(result: SplitLike) -> str:
    documents: dict[str, int] = {}
    for segment in result.segments:
        documents[segment.category] = documents.get(segment.category, 0) + 1
    entries = [
        f'<span style="{_SWATCH};{_paint(look, "high")}">{look.letter}</span>'
        f"<span><bdi>{escape(shown(category, 60))}</bdi> ({count(documents[category], 'document')})</span>"
        for category, look in list(looks(result).items())[:MOST_LEGEND]
    ]
    if len(documents) > MOST_LEGEND:
        entries.append(f"… {len(documents) - MOST_LEGEND:,} more")
    levels = {segment.confidence for segment in result.segments}
    words = {"high": "solid high", "medium": "hatched medium", "low": "dotted with ? low"}
    if levels - {"high"}:
        entries.append("confidence: " + ", ".join(text for level, text in words.items() if level in levels))
    drawn = "".join(f'<span style="display:flex;align-items:center;gap:4px">{entry}</span>' for entry in entries)
    return f'<div style="{_FLOW};gap:3px 14px;font-size:12px">{drawn}</div>' if drawn else ""
