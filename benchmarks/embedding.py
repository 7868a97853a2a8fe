"""What an embedding model adds to the embedded engine: ``python benchmarks/embedding.py [POOL ...] --model NAME``.

Prints a table for made documents and one for the pools that are given (the form is in ``joined.py``), with a row for
the engine without a model and one for each ``--model``. All rows split the same packets, with weights that were fitted
on other made documents. Models are files that are at hand; nothing is downloaded:

- ``wordllama``: the static vectors in the wheel of wordllama (``pip install wordllama==0.4.0.post1``).
- ``minilm-onnx:FOLDER``: ``model.onnx`` and ``tokenizer.json`` of a model such as all-MiniLM-L6-v2; a text's vector is
  the mean of its tokens' vectors. Needs onnxruntime and tokenizers.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from fit_weights import MADE_DOCUMENTS, MADE_PACKETS, MADE_SEED, as_read, fit_with_made
from joined import join
from labelled_pools import Pool, Weighted, merged, packets_of
from made_documents.pools import make_pool

from splitreader import EngineAnswer, Packet, SplitConfig
from splitreader.engines.embedded.page_vectors import Embedding, with_nearness
from splitreader.engines.embedded.reading import PageReader
from splitreader.engines.embedded.segments import propose_segments
from splitreader.engines.embedded.weights import Weights
from splitreader.evaluation import TruePacket, evaluate
from splitreader.evaluation._metrics import measure

COLUMNS = ("boundary_f1", "segment_category_f1", "page_category", "packets_without_error")
RUN_COLUMNS = ("boundary_f1", "packets_without_error")
TEST_SEED = 5
"""Of the made documents that are measured; the fit saw others."""

TIMED_PACKETS = 20
LONGEST = 256
"""Tokens of a text that a transformer reads; what all-MiniLM-L6-v2 was made for."""

Packets = Sequence[TruePacket]


class WithModel(Weighted):
    """The embedded engine with other weights and an embedding model."""

    def __init__(self, weights: Weights, embedding: Embedding) -> None:
        super().__init__(weights)
        self.embedding = embedding

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """Split one packet."""
        reader = PageReader(config, self.weights)
        for page, nearness in with_nearness(packet.pages(), config, self.embedding):
            reader.read(page, nearness)
        return EngineAnswer(segments=propose_segments(reader, config))


class Remembering:
    """An embedding model that reads every text once; packets share their documents."""

    def __init__(self, embedding: Embedding) -> None:
        self.embedding = embedding
        self.known: dict[str, Sequence[float]] = {}

    def __call__(self, texts: list[str]) -> list[Sequence[float]]:
        """The vectors of the texts."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        if new:
            self.known.update(zip(new, self.embedding(new), strict=True))
        return [self.known[text] for text in texts]


def wordllama() -> Embedding:
    """The static vectors that the wheel of wordllama holds."""
    package: Any = import_module("wordllama")
    # Its own folder serves as the cache, as the one that `load` looks for under another name is not in the wheel.
    model = package.WordLlama.load(cache_dir=Path(package.__file__).parent, disable_download=True)

    def embed(texts: list[str]) -> Sequence[Sequence[float]]:
        vectors: Sequence[Sequence[float]] = model.embed(texts)
        return vectors

    return embed


def transformer(folder: Path) -> Embedding:
    """A model in ONNX: the mean of its tokens' vectors, as sentence-transformers take it."""
    numpy, onnxruntime, tokenizers = map(import_module, ("numpy", "onnxruntime", "tokenizers"))
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding()
    wanted = {item.name for item in session.get_inputs()}

    def embed(texts: list[str]) -> Sequence[Sequence[float]]:
        encoded = tokenizer.encode_batch(texts)
        mask = numpy.array([item.attention_mask for item in encoded], dtype="int64")
        given = {
            "input_ids": numpy.array([item.ids for item in encoded], dtype="int64"),
            "attention_mask": mask,
            "token_type_ids": numpy.zeros_like(mask),
        }
        (states, *_) = session.run(None, {name: value for name, value in given.items() if name in wanted})
        if states.ndim == 2:  # it takes the mean itself
            pooled: Sequence[Sequence[float]] = states
            return pooled
        means: Sequence[Sequence[float]] = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return means

    return embed


def load_model(name: str) -> Embedding:
    """The model of a ``--model``."""
    if name == "wordllama":
        return wordllama()
    kind, _, folder = name.partition(":")
    if kind != "minilm-onnx" or not folder:
        raise SystemExit(f"unknown model {name}; give wordllama or minilm-onnx:FOLDER")
    return transformer(Path(folder))


def cells(mixed: Packets, runs: Packets, engine: Weighted) -> list[str]:
    """The metrics of a row."""
    found = []
    for packets, columns in ((mixed, COLUMNS), (runs, RUN_COLUMNS)):
        estimates = measure(evaluate(packets, engine=engine).scores, resamples=0).estimates
        found += [f"{estimates[column].value or 0:.3f}" for column in columns]
    return found


def pages_a_second(packets: Packets, engine: Weighted) -> float:
    """How fast the first packets are split, their texts being at hand."""
    timed = packets[:TIMED_PACKETS]
    began = time.perf_counter()
    evaluate(timed, engine=engine)
    return sum(packet.page_count for packet in timed) / (time.perf_counter() - began)


def table(pool: Pool, count: int, weights: Weights, models: Mapping[str, Embedding]) -> None:
    """Print one row for each model."""
    mixed, runs = join(pool, count), join(pool, count, single_pages=True)
    pages = sum(packet.page_count for packet in mixed)
    print(f"{count} packets, {sum(len(packet.segments) for packet in mixed)} documents, {pages} pages\n")
    print(f"| | {' | '.join(COLUMNS)} | runs: {' | runs: '.join(RUN_COLUMNS)} | pages/s |")
    print("|---" * (len(COLUMNS) + len(RUN_COLUMNS) + 2) + "|")
    plain = Weighted(weights)
    print(f"| without | {' | '.join(cells(mixed, runs, plain))} | {pages_a_second(mixed, plain):.0f} |", flush=True)
    for name, model in models.items():
        row = cells(mixed, runs, WithModel(weights, Remembering(model)))
        speed = pages_a_second(mixed, WithModel(weights, model))
        print(f"| {name.partition(':')[0]} | {' | '.join(row)} | {speed:.0f} |", flush=True)
    print()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pools", type=Path, nargs="*")
    parser.add_argument(
        "--model", action="append", default=[], help="wordllama, or minilm-onnx:FOLDER; may be repeated"
    )
    parser.add_argument("--packets", type=int, default=200)
    options = parser.parse_args()
    models = {name: load_model(name) for name in options.model}
    weights = fit_with_made([], as_read(packets_of(make_pool(MADE_SEED, MADE_DOCUMENTS), MADE_PACKETS)))
    print("## Made documents\n")
    table(make_pool(TEST_SEED, MADE_DOCUMENTS), options.packets, weights, models)
    if options.pools:
        print("## Documents of the pools\n")
        table(merged(options.pools), options.packets, weights, models)


if __name__ == "__main__":
    main()
