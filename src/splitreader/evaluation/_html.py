"""An evaluation as one HTML page: plots, tables, and the page strip of every wrong packet."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from splitreader.evaluation._metrics import METRICS
from splitreader.evaluation._running import Evaluation
from splitreader.evaluation._tables import MOST_CONFUSIONS, TOO_FEW_SOURCES
from splitreader.strip.notebook import strip_html

_STYLE = """
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:24px auto;padding:0 16px}
table{border-collapse:collapse;margin:12px 0}td,th{padding:3px 12px 3px 0;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}h2{margin-top:32px}
.plots{display:flex;flex-wrap:wrap;gap:24px}figure{margin:0}figcaption{font-size:13px}
section{border-top:1px solid #8888;padding:8px 0}h3{margin:8px 0 0;font-size:15px}
svg{background:none;overflow:visible}svg text{font:11px system-ui,sans-serif;fill:currentColor}
"""

SCORE = "mean score"

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Nothing is loaded from anywhere, and no script runs."""


def as_html(evaluations: Sequence[Evaluation]) -> str:
    """One page for the evaluations of one or several engines on the same packets. All text in it is escaped."""
    body = "".join(_evaluation(evaluation) for evaluation in evaluations)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>splitreader eval</title><style>{_STYLE}</style></head><body>"
        f"<h1>How well packets were split</h1>{body}</body></html>\n"
    )


def _evaluation(evaluation: Evaluation) -> str:
    metrics = evaluation.metrics
    failures = f" {metrics.failures} packets could not be split and count as missed." if metrics.failures else ""
    return (
        f"<h2>{escape(evaluation.engine)}</h2><p>{metrics.packets} packets from {metrics.groups} sources, "
        f"{metrics.pages} pages, {evaluation.pages_a_second:.1f} pages a second.{failures}</p>"
        f"{_metric_table(evaluation)}{_plots(evaluation)}{_confusion(evaluation)}{_wrong_packets(evaluation)}"
    )


def _metric_table(evaluation: Evaluation) -> str:
    rows = "".join(
        f'<tr><td>{name}</td><td class="n">{_number(estimate.value)}</td>'
        f'<td class="n">{_number(estimate.low)} to {_number(estimate.high)}</td><td>{escape(METRICS[name])}</td></tr>'
        for name, estimate in evaluation.metrics.estimates.items()
    )
    return f"<table><tr><th>metric</th><th>value</th><th>95 % interval</th><th>what it says</th></tr>{rows}</table>"


def _plots(evaluation: Evaluation) -> str:
    calibration = evaluation.calibration
    if calibration.error is None:
        return "<p>The engine gives no scores, so there is nothing to calibrate.</p>"
    reliability = [(item.score or 0.0, item.right) for item in calibration.reliability]
    through = "".join(
        f"<li>at {item.wanted:.0%} precision, set on one half and read on the other: {item.share:.1%} of the segments, "
        f"{'none' if item.precision is None else format(item.precision, '.1%')} of these right</li>"
        for item in calibration.automation
    )
    return (
        '<div class="plots">'
        + _plot(reliability, SCORE, "share right", f"expected calibration error {calibration.error:.3f}")
        + _plot(list(calibration.curve), "share of segments let through", "precision", "best scores first")
        + "</div>"
        + (f"<p>What could go through unseen:</p><ul>{through}</ul>" if through else f"<p>{TOO_FEW_SOURCES}</p>")
    )


def _plot(points: Sequence[tuple[float, float]], across: str, up: str, caption: str) -> str:
    """A small plot of values between 0 and 1."""
    size = 220
    placed = [(40 + x * size, 10 + (1 - y) * size) for x, y in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#0072B2"/>' for x, y in placed)
    diagonal = (
        f'<path d="M40 {10 + size}L{40 + size} 10" stroke="#888" stroke-dasharray="4"/>' if across == SCORE else ""
    )
    ticks = "".join(
        f'<text x="{40 + n * size / 4:.0f}" y="{26 + size}" text-anchor="middle">{n / 4:g}</text>'
        f'<text x="34" y="{14 + (1 - n / 4) * size:.0f}" text-anchor="end">{n / 4:g}</text>'
        for n in range(5)
    )
    return (
        f'<figure><svg width="{size + 60}" height="{size + 50}" role="img" '
        f'aria-label="{escape(up)} by {escape(across)}">'
        f'<rect x="40" y="10" width="{size}" height="{size}" fill="none" stroke="#888"/>{diagonal}'
        f'<polyline points="{line}" fill="none" stroke="#0072B2" stroke-width="2"/>{dots}{ticks}'
        f'<text x="{40 + size / 2:.0f}" y="{44 + size}" text-anchor="middle">{escape(across)}</text></svg>'
        f"<figcaption>{escape(up)}; {escape(caption)}</figcaption></figure>"
    )


def _confusion(evaluation: Evaluation) -> str:
    wrong = [(pair, pages) for pair, pages in evaluation.metrics.confusion.most_common() if pair[0] != pair[1]]
    if not wrong:
        return "<p>No page was taken for another category.</p>"
    rows = "".join(
        f'<tr><td>{escape(true)}</td><td>{escape(found)}</td><td class="n">{pages}</td></tr>'
        for (true, found), pages in wrong[:MOST_CONFUSIONS]
    )
    return f"<table><tr><th>true category</th><th>taken for</th><th>pages</th></tr>{rows}</table>"


def _wrong_packets(evaluation: Evaluation) -> str:
    drawn = []
    for truth, result, score in zip(evaluation.truths, evaluation.results, evaluation.scores, strict=True):
        if score.is_exact:
            continue
        found = f"<p>{escape(score.error or '')}</p>" if result is None else strip_html(result)
        drawn.append(
            f"<section><h3>{escape(truth.name)}</h3><p>Truth</p>{strip_html(truth.result)}<p>Prediction</p>{found}"
            "</section>"
        )
    heading = f"<h2>Packets with an error: {len(drawn)} of {len(evaluation.scores)}</h2>"
    return heading + "".join(drawn)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
