"""What fonts, page sizes and places of lines are worth: ``python benchmarks/layout_gain.py POOL [POOL ...]``.

Takes pools as ``joined.py`` does, and of them the documents that name their ``pdf``. Their pages are read from the
PDFs, joined to packets, and split twice: as they are, and as bare text. The weights are fitted on made documents alone,
so that no source had a part in them; the layout cues have their hand-set strengths.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping
from pathlib import Path

from fit_weights import MADE_DOCUMENTS, MADE_PACKETS, MADE_SEED, as_read, fit_with_made
from joined import join
from labelled_pools import MOST_PAGES, Pool, Weighted, merged, packets_of
from made_documents.pools import make_pool

from splitreader import Packet, PageText, SplitConfig, SplitReader
from splitreader.engines.embedded.reading import PageReader
from splitreader.engines.embedded.weights import Weights
from splitreader.evaluation import evaluate
from splitreader.evaluation._metrics import measure

COLUMNS = ("boundary_precision", "boundary_recall", "boundary_f1", "segment_category_f1", "packets_without_error")


class WithLayout(Weighted):
    """The embedded engine, to which pages come as they were read from their PDFs."""

    def __init__(self, weights: Weights, read_pages: Mapping[str, PageText]) -> None:
        super().__init__(weights)
        self.read_pages = read_pages

    def read(self, packet: Packet, config: SplitConfig) -> PageReader:
        """All pages of a packet, each with the layout that belongs to its text."""
        reader = PageReader(config, self.weights)
        for page in packet.pages():
            reader.read(self.read_pages[page.text].model_copy(update={"page": page.page}))
        return reader


def from_pdfs(pool: Pool) -> tuple[Pool, dict[str, PageText]]:
    """The pool's documents that have a PDF with text, their pages read from it; and what was read, by text."""
    reader = SplitReader(["document"], ocr="off")
    documents, read_pages = [], {}
    for document in pool["docs"]:
        if "pdf" not in document:
            continue
        pages = [page for found in reader.load(document["pdf"]) for page in found.page_texts][:MOST_PAGES]
        if any(page.text.strip() for page in pages):
            documents.append({**document, "pages": [page.text for page in pages]})
            read_pages.update({page.text: page for page in pages})
    names = {document["cat"] for document in documents}
    return {"cats": {key: about for key, about in pool["cats"].items() if key in names}, "docs": documents}, read_pages


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pools", type=Path, nargs="+")
    parser.add_argument("--packets", type=int, default=200)
    options = parser.parse_args()
    logging.getLogger("splitreader").setLevel(logging.ERROR)  # scanned pages, which ocr="off" leaves empty
    pool, read_pages = from_pdfs(merged(options.pools))
    weights = fit_with_made([], as_read(packets_of(make_pool(MADE_SEED, MADE_DOCUMENTS), MADE_PACKETS)))
    packets = join(pool, options.packets)
    sources = len({document["src"] for document in pool["docs"]})
    print(f"{len(packets)} packets of {len(pool['docs'])} PDFs from {sources} sources\n")
    print(f"| | {' | '.join(COLUMNS)} |\n{'|---' * (len(COLUMNS) + 1)}|")
    for name, engine in (
        ("text alone", Weighted(weights)),
        ("text and layout", WithLayout(weights, read_pages)),
    ):
        estimates = measure(evaluate(packets, engine=engine).scores).estimates
        cells = [
            f"{seen.value or 0:.3f} ({seen.low or 0:.2f} to {seen.high or 0:.2f})"
            for seen in map(estimates.get, COLUMNS)
            if seen
        ]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
