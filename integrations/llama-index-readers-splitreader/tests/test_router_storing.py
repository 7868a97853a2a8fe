"""A router's hash, its pickle, and its way to other processes."""

import multiprocessing
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.ingestion import IngestionCache, IngestionPipeline
from llama_index.core.ingestion.pipeline import get_transformation_hash
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import (
    HierarchicalNodeParser,
    MarkdownElementNodeParser,
    SentenceSplitter,
    SentenceWindowNodeParser,
    TokenTextSplitter,
)
from llama_index.core.schema import Document, TransformComponent

from llama_index.readers.splitreader import CategoryRouter, Drop, PassThrough, Route
from support.for_llama_index import Cut, Mark, WordEmbedding, Words


def splitter(size):
    return SentenceSplitter(chunk_size=size, chunk_overlap=20)


def hash_of(router):
    return get_transformation_hash([], router)


class Holding(TransformComponent):
    """Keeps the nodes that its function, if it is one, says."""

    what: Any = None
    _made: Any = PrivateAttr()

    def __init__(self, **fields):
        super().__init__(**fields)
        self._made = lambda: self.what

    def __call__(self, nodes, **kwargs):
        return [node for node in nodes if not callable(self.what) or self.what(node)]


class Keyed(MockLLM):
    key: str = ""

    @classmethod
    def of(cls, key):
        made = cls()
        made.key = key
        return made


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
    "the overlap in a hierarchy": lambda size: CategoryRouter(
        {"a": HierarchicalNodeParser.from_defaults(chunk_sizes=[1000, 600], chunk_overlap=size)}
    ),
    "the parser in a markdown parser": lambda size: CategoryRouter(
        {"a": MarkdownElementNodeParser(llm=MockLLM(), nested_node_parser=splitter(size))}
    ),
    "the model in a markdown parser in a pipeline": lambda size: CategoryRouter(
        {"a": IngestionPipeline(transformations=[MarkdownElementNodeParser(llm=MockLLM(max_tokens=size))])}
    ),
    "a setting of a step, which is a set": lambda size: CategoryRouter({"a": Holding(what={"a", "b", "c", str(size)})}),
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


def test_a_pipeline_in_a_route_hits_no_stale_cache_of_its_own():
    """LlamaIndex's own key of a hierarchy does not know its overlap."""
    cache = IngestionCache()
    counts = []
    for overlap in (0, 60, 0):
        parser = HierarchicalNodeParser.from_defaults(chunk_sizes=[512, 128], chunk_overlap=overlap)
        text = " ".join(f"word{number} ends here." for number in range(600))
        pipeline = IngestionPipeline(transformations=[parser], cache=cache)
        counts.append(len(CategoryRouter({}, default=pipeline)([Document(id_="d", text=text)])))
    assert counts[0] == counts[2] < counts[1]


def test_the_dict_does_not_tell_what_is_nested():
    """Among it may be the key of a model; the hash of it all is there."""
    router = CategoryRouter({"a": MarkdownElementNodeParser(llm=Keyed.of("sk-secret"))})
    assert "sk-secret" not in str(router.to_dict())
    assert hash_of(router) != hash_of(CategoryRouter({"a": MarkdownElementNodeParser(llm=Keyed.of("other"))}))


def test_two_lambdas_of_one_place_hash_alike():
    """A trap that stays: to a cache a function is its name."""
    one, other = (CategoryRouter({"a": Holding(what=lambda node, answer=answer: answer)}) for answer in (True, False))
    assert hash_of(one) == hash_of(other)
    assert hash_of(one) != hash_of(CategoryRouter({"a": Holding(what=str.split)}))


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


LOST = {
    "a field": (lambda: Holding(what=lambda node: False), "what of Holding"),
    "a field in a field": (lambda: Holding(what=[Holding(what=lambda node: False)]), "of Holding"),
    "a tokenizer": (lambda: SentenceSplitter(tokenizer=lambda text: text.split()), "_tokenizer of SentenceSplitter"),
    "a tokenizer of a module": (lambda: TokenTextSplitter(tokenizer=str.split), "_tokenizer of TokenTextSplitter"),
    "a way to cut": (
        lambda: SentenceSplitter(chunking_tokenizer_fn=lambda text: [text]),
        "_chunking_tokenizer_fn of SentenceSplitter",
    ),
    "a field of a parser": (
        lambda: SentenceWindowNodeParser(sentence_splitter=lambda text: [text]),
        "sentence_splitter of SentenceWindowNodeParser",
    ),
    "an id function": (lambda: SentenceSplitter(id_func=lambda i, node: str(i)), "id_func of SentenceSplitter"),
    "a parser in a parser": (
        lambda: HierarchicalNodeParser.from_defaults(
            node_parser_ids=["p"], node_parser_map={"p": SentenceSplitter(tokenizer=lambda text: text.split())}
        ),
        "_tokenizer of SentenceSplitter",
    ),
}


@pytest.mark.parametrize(("step", "lost"), LOST.values(), ids=LOST)
def test_what_would_be_lost_on_the_way_to_another_process_is_refused(step, lost):
    """LlamaIndex leaves out fields that can't be pickled: a filter that arrives as None lets everything through."""
    for route in ([Mark(word="x"), step()], [Mark(word="x"), IngestionPipeline(transformations=[step()])]):
        with pytest.raises(TypeError, match=rf"{lost} \(step 2 of the route 'invoice'.*lost on the way"):
            pickle.dumps(CategoryRouter({"invoice": route}))
    with pytest.raises(TypeError, match=r"step 1 of the route 'b'\.review"):
        pickle.dumps(CategoryRouter({"b": CategoryRouter({}, review=step())}))


@pytest.mark.parametrize(
    "step",
    [
        SentenceSplitter(),
        SentenceSplitter(secondary_chunking_regex="x", separator="|"),
        TokenTextSplitter(),
        SentenceWindowNodeParser(),
        HierarchicalNodeParser.from_defaults(),
        MarkdownElementNodeParser(llm=MockLLM()),
        Holding(what=str.split),
    ],
    ids=lambda step: type(step).__name__,
)
def test_what_is_made_from_the_fields_is_not_lost(step):
    router = CategoryRouter({"a": [step, IngestionPipeline(transformations=[step])]})
    assert hash_of(pickle.loads(pickle.dumps(router))) == hash_of(router)


@pytest.mark.slow
def test_a_function_in_a_field_does_not_go_to_workers(documents):
    router = CategoryRouter({}, default=Holding(what=lambda node: False))
    assert router(documents) == []
    with pytest.raises(TypeError, match="what of Holding"):
        IngestionPipeline(transformations=[router]).run(documents=documents, num_workers=2)


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
