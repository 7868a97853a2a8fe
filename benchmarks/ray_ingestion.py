"""Packets a second through llama-index-ingestion-ray: routed in this process, and in Ray's actors."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from importlib import import_module
from pathlib import Path

import llama_index.core
import yaml
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import Document
from measuring import SAMPLE, TEXT_PAGES

from llama_index.readers.splitreader import CategoryRouter, Drop, SplitPDFReader

ROUTES = {"invoice": SentenceSplitter(chunk_size=128, chunk_overlap=0), "letter": Drop()}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packets", type=int, default=8)
    parser.add_argument("--actors", type=int, nargs="*", default=[1, 2])
    options = parser.parse_args()
    documents = read(options.packets)
    started = time.perf_counter()
    nodes = IngestionPipeline(
        transformations=[CategoryRouter(ROUTES), SentenceSplitter(chunk_size=256)], disable_cache=True
    ).run(documents=documents)
    report("in this process", options.packets, len(nodes), started)
    for actors in options.actors:
        in_ray(documents, options.packets, actors)


def read(packets: int) -> list[Document]:
    """The sample packet so many times, each with other bytes."""
    categories = yaml.safe_load((SAMPLE / "categories.yaml").read_text(encoding="utf-8"))
    data = (SAMPLE / "packet.pdf").read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(packets):
            (Path(folder) / f"{number}.pdf").write_bytes(data + b"\n" * number)
        started = time.perf_counter()
        documents = SplitPDFReader(categories, target_pages=f"1-{TEXT_PAGES}").load_data(folder)
    report("read and split", packets, len(documents), started)
    return documents


def in_ray(documents: list[Document], packets: int, actors: int) -> None:
    """Route in so many actors."""
    # LlamaIndex brings the tokens of its splitters, but actors would look for them on the net
    os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(llama_index.core.__file__).parent / "_static" / "tiktoken_cache")
    ray, ingestion = import_module("ray"), import_module("llama_index.ingestion.ray")
    ray.init(num_cpus=actors, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    wrapped = [(CategoryRouter, {"routes": ROUTES}), (SentenceSplitter, {"chunk_size": 256})]
    steps = [
        ingestion.RayTransformComponent(
            transform_class=kind,
            transform_kwargs=arguments,
            map_batches_kwargs={"concurrency": actors, "num_cpus": 0.4, "batch_size": 16},
        )
        for kind, arguments in wrapped
    ]
    started = time.perf_counter()
    nodes = ingestion.RayIngestionPipeline(transformations=steps).run(documents=documents)
    report(f"in {actors} of Ray's actors, their start included", packets, len(nodes), started)
    ray.shutdown()


def report(what: str, packets: int, count: int, started: float) -> None:
    """One line."""
    print(f"{what:45} {packets / (time.perf_counter() - started):8.2f} packets/s {count:6} documents or nodes")


if __name__ == "__main__":
    main()
