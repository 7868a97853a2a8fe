"""A router's hash, its pickle, and its way to other processes."""

import multiprocessing
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.ingestion.pipeline import get_transformation_hash
from llama_index.core.node_parser import HierarchicalNodeParser, SentenceSplitter
from llama_index.core.schema import Document, TransformComponent

from llama_index.readers.splitreader import CategoryRouter, Drop, PassThrough, Route
from support.for_llama_index import Cut, Mark, WordEmbedding, Words


def splitter(size):
    return SentenceSplitter(chunk_size=size, chunk_overlap=20)


def hash_of(router):
    return get_transformation_hash([], router)


SETTINGS = {
    "a splitter": lambda size: CategoryRouter({"a": splitter(size)}),
    "the second step": lambda size: CategoryRouter({"a": [Cut(), splitter(size)]}),
    "a Route": lambda size: CategoryRouter({"a": Route(transformations=[splitter(size)])}),
    "default": lambda size: CategoryRouter({}, default=splitter(size)),
    "review": lambda size: CategoryRouter({}, review=splitter(size)),
    "a pipeline": lambda size: CategoryRouter({"a": IngestionPipeline(transformations=[splitter(size)])}),
    "a pipeline in a router in a pipeline": lambda size: CategoryRouter(
        {
            "a": IngestionPipeline(
                transformations=[CategoryRouter({"b": IngestionPipeline(transformations=[splitter(size)])})]
            )
        }
    ),
    "a hierarchy": lambda size: CategoryRouter({"a": HierarchicalNodeParser.from_defaults(chunk_sizes=[1000, size])}),
    "an embedding model": lambda size: CategoryRouter({"a": [Words(), WordEmbedding(buckets=size)]}),
    "a router": lambda size: CategoryRouter({"a": CategoryRouter({"b": splitter(size)})}),
}


@pytest.mark.parametrize("build", SETTINGS.values(), ids=SETTINGS)
def test_the_hash_changes_with_any_nested_setting(build):
    assert hash_of(build(256)) != hash_of(build(512))
    assert hash_of(build(256)) == hash_of(build(256))


def test_the_hash_changes_with_each_part_of_the_router():
    step = Mark(word="x")
    routers = [
        CategoryRouter({}),
        CategoryRouter({"a": step}),
        CategoryRouter({"b": step}),
        CategoryRouter({"a": [step, step]}),
        CategoryRouter({"a": Drop()}),
        CategoryRouter({"a": PassThrough()}),
        CategoryRouter({"a": Route(transformations=[step], min_confidence="low")}),
        CategoryRouter({"a": Route(transformations=[step], min_confidence="high")}),
        CategoryRouter({}, default=step),
        CategoryRouter({}, default=Drop()),
        CategoryRouter({}, review=step),
        CategoryRouter({}, review=Drop()),
        CategoryRouter({"a": IngestionPipeline(transformations=[step])}),
        CategoryRouter({"a": IngestionPipeline(transformations=[step], docstore_strategy="duplicates_only")}),
    ]
    assert len({hash_of(router) for router in routers}) == len(routers)


def test_a_setting_that_is_changed_later_changes_the_hash():
    router = CategoryRouter({"a": splitter(256)})
    before = hash_of(router)
    router.routes["a"].transformations[0].chunk_size = 512
    assert hash_of(router) != before


def test_a_pipeline_that_is_changed_later_changes_nothing():
    """Not the hash, and so not what is done."""
    pipeline = IngestionPipeline(transformations=[Mark(word="x")])
    router = CategoryRouter({}, default=pipeline)
    pipeline.transformations.append(Mark(word="y"))
    pipeline.transformations = [Mark(word="z")]
    assert router([Document(text="some text")])[0].metadata["mark"] == "x"


@pytest.mark.slow
def test_the_hash_is_the_same_in_every_process():
    code = "from tests_of_hash import SETTINGS, hash_of; print([hash_of(build(256)) for build in SETTINGS.values()])"
    found = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", _loader() + code],
            capture_output=True,
            text=True,
            check=False,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[3] / "tests")},
        )
        assert done.returncode == 0, done.stderr
        found.add(done.stdout)
    assert found == {str([hash_of(build(256)) for build in SETTINGS.values()]) + "\n"}


def _loader():
    return (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('tests_of_hash', {__file__!r})\n"
        "sys.modules['tests_of_hash'] = module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
    )


def test_survives_pickle(documents):
    for build in SETTINGS.values():
        router = build(256)
        assert hash_of(pickle.loads(pickle.dumps(router))) == hash_of(router)
    router = CategoryRouter({"invoice": IngestionPipeline(transformations=[Cut()])}, default=Mark(word="x"))
    assert pickle.loads(pickle.dumps(router))(documents) == router(documents)


def test_what_can_not_be_pickled_says_so():
    """LlamaIndex's own components leave out what can't be, and fail later or do something else."""

    class Local(TransformComponent):
        def __call__(self, nodes, **kwargs):
            return nodes

    for route in (Local(), IngestionPipeline(transformations=[Local()])):
        with pytest.raises((AttributeError, pickle.PicklingError), match="Local"):
            pickle.dumps(CategoryRouter({"a": route}))


@pytest.mark.slow
def test_works_in_a_spawned_process(documents):
    router = CategoryRouter({"invoice": [Cut(), Words()], "contract": IngestionPipeline(transformations=[Cut()])})
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(router, (documents,)) == router(documents)


@pytest.mark.slow
@pytest.mark.parametrize("route", [[Cut(), Words()], IngestionPipeline(transformations=[Cut()])])
def test_works_in_the_workers_of_a_pipeline(documents, route):
    router = CategoryRouter({"invoice": route, "letter": Drop()})
    nodes = IngestionPipeline(transformations=[router]).run(documents=documents, num_workers=2)
    assert list(nodes) == router(documents)
