import json
import re

import pytest

from splitreader import InvalidConfiguration
from splitreader.evaluation import TruePacket, as_data, as_html, as_text, evaluate, load_truth
from splitreader.testing import ScriptedEngine
from support.pdfs import make_pdf

CATEGORIES = [{"name": "invoice"}, {"name": "<b>letter</b>"}]


def packet(name, *segments, **fields):
    return TruePacket(
        name=name,
        categories=CATEGORIES,
        segments=[{"category": category, "pages": pages} for category, pages in segments],
        **{"group": name, "pages": ("one", "two", "three"), "page_count": 3, **fields},
    )


def test_every_engine_can_be_evaluated_and_a_packet_that_fails_counts_as_missed(tmp_path):
    (tmp_path / "good.pdf").write_bytes(make_pdf(["one", "two", "three"]))
    right = ("invoice", [1, 2]), ("<b>letter</b>", [3])
    truths = [
        packet("texts", *right),
        packet("file", *right, pages=None, pdf=tmp_path / "good.pdf"),
        packet("wrong", ("invoice", [1]), ("invoice", [2, 3])),
        packet("gone", *right, pages=None, pdf=tmp_path / "gone.pdf"),
        packet("longer", *right, pages=None, pdf=tmp_path / "good.pdf", page_count=5),
    ]
    engine = ScriptedEngine(right)
    told = []
    seen = evaluate(truths, engine=engine, workers=2, on_packet=lambda truth, score: told.append(truth.name))
    assert sorted(told) == sorted(truth.name for truth in truths)
    assert [score.is_exact for score in seen.scores] == [True, True, False, False, False]
    assert seen.metrics.failures == 2
    assert "gone.pdf" in seen.scores[3].error
    assert "5 pages, but" in seen.scores[4].error
    assert seen.metrics.estimates["packets_without_error"].value == 2 / 5
    text = as_text(seen)
    assert "2 packets could not be split and count as missed" in text
    assert re.search(r"packets_without_error +0\.400", text)
    data = json.loads(json.dumps(as_data(seen)))
    assert [item["exact"] for item in data["by_packet"]] == [True, True, False, False, False]
    assert data["by_packet"][0]["result"]["segments"][0]["pages"] == [1, 2]


def test_the_page_shows_the_wrong_packets_escaped_and_loads_nothing():
    seen = evaluate([packet("<i>x</i>", ("invoice", [1, 2, 3]))], engine=ScriptedEngine([("<b>letter</b>", [1, 2, 3])]))
    page = as_html([seen])
    assert "&lt;i&gt;x&lt;/i&gt;" in page
    assert "<i>x" not in page
    assert "<b>letter" not in page
    assert "default-src 'none'" in page
    assert not re.search(r"<script|src=|https?:", page)
    assert page.count('role="figure"') == 2


def test_an_exact_packet_is_not_drawn():
    seen = evaluate([packet("x", ("invoice", [1, 2, 3]))], engine=ScriptedEngine([("invoice", [1, 2, 3])]))
    assert "Packets with an error: 0 of 1" in as_html([seen])
    assert 'role="figure"' not in as_html([seen])


def test_the_embedded_engine_has_scores_to_plot():
    seen = evaluate([packet("x", ("invoice", [1]), ("invoice", [2, 3]))])
    assert seen.engine == "embedded"
    assert seen.calibration.error is not None
    assert as_html([seen]).count("<svg") == 2
    for shown in (as_text(seen), as_html([seen])):
        assert "the sources are too few to make two halves" in shown
        assert "precision, set on" not in shown
    assert seen.pages_a_second > 0


def test_wrong_options_are_no_failed_packet():
    with pytest.raises(InvalidConfiguration, match="custom_instructions"):
        evaluate([packet("x", ("invoice", [1]))], custom_instructions="be nice")
    with pytest.raises(InvalidConfiguration, match="no packet"):
        evaluate([])


def test_the_sample_packet_is_exact(sample_packet):
    (truth,) = load_truth(sample_packet.with_name("truth.json"))
    seen = evaluate([truth], target_pages="1-14")
    assert seen.scores[0].segments_right_category == 7
