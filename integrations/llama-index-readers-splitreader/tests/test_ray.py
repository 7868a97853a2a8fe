"""Reader and router in llama-index-ingestion-ray; `make bench-ray` has more."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed: pip install llama-index-ingestion-ray"),
    pytest.mark.skipif(
        find_spec("llama_index.ingestion") is None, reason="llama-index-ingestion-ray is not installed: pip install it"
    ),
]

CODE = """
import json, os, sys
from pathlib import Path
import llama_index.core
# LlamaIndex brings the tokens of its splitters, but actors would look for them on the net
os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(llama_index.core.__file__).parent / "_static" / "tiktoken_cache")
import ray
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.readers.base import ReaderConfig
from llama_index.ingestion.ray import RayIngestionPipeline, RayTransformComponent
from llama_index.readers.splitreader import CategoryRouter, Drop, SplitPDFReader

packet, categories = sys.argv[1], json.loads(sys.argv[2])
routes = {"invoice": [SentenceSplitter(chunk_size=128, chunk_overlap=0)], "letter": Drop()}
reader = SplitPDFReader(categories)
ray.init(num_cpus=1, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
ray.data.DataContext.get_current().enable_progress_bars = False
pipeline = RayIngestionPipeline(
    transformations=[
        RayTransformComponent(transform_class=CategoryRouter, routes=routes, map_batches_kwargs={"concurrency": 1}),
    ],
    readers=[ReaderConfig(reader=reader, reader_args=[packet])],
)
nodes = pipeline.run()
expected = CategoryRouter(routes)(reader.load_data(packet))
seen = lambda nodes: sorted((n.ref_doc_id, n.metadata["pages"], n.metadata["category"], n.text) for n in nodes)
print(len(nodes), seen(nodes) == seen(expected), flush=True)
ray.shutdown()
"""


def test_one_packet(sample, sample_categories, tmp_path):
    """In a process of its own: Ray starts servers, and warns of much."""
    import json

    script = tmp_path / "script.py"
    script.write_text(CODE)
    done = subprocess.run(
        [sys.executable, str(script), str(sample), json.dumps(sample_categories)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(tmp_path),
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    count, same = done.stdout.split()[-2:]
    assert int(count) > 7
    assert same == "True"
