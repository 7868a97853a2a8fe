"""A transformation that sends each document of a packet through the processing of its category."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Union

from llama_index.core.bridge.pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, field_validator
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.instrumentation import get_dispatcher  # type: ignore[attr-defined]  # it is the way in
from llama_index.core.schema import BaseComponent, BaseNode, Document, MetadataMode, TransformComponent

from llama_index.readers.splitreader.events import RoutingEvent
from llama_index.readers.splitreader.nodes import as_node, narrow, without_offsets
from llama_index.readers.splitreader.settings import digest, lost_settings, without_addresses
from llama_index.readers.splitreader.stable_ids import with_stable_ids
from llama_index.readers.splitreader.steps import PipelineStep, arun_step
from splitreader import CategoriesLike, Confidence, InvalidConfiguration, SplitConfig
from splitreader.routing import REVIEW, Drop, PassThrough, Routed, RoutingReport, Rules, Way, check_routes

dispatcher = get_dispatcher(__name__)


class Route(BaseComponent):
    """What is done with the documents of one category.

    Args:
        transformations: node parsers, extractors, embedding models, pipelines: one after the other.
        min_confidence: documents that are less sure go to review instead; None takes them all.
    """

    model_config = ConfigDict(extra="forbid")

    transformations: list[SerializeAsAny[TransformComponent]] = Field(description="What is done, in order.")
    min_confidence: Confidence | None = Field(default=None, description="The least confidence it takes.")

    @field_validator("transformations", mode="before")
    @classmethod
    def _read_steps(cls, value: object) -> object:
        steps = value if isinstance(value, (list, tuple)) else [value]
        return [PipelineStep.of(step) if isinstance(step, IngestionPipeline) else step for step in steps]

    def __getstate__(self) -> dict[str, Any]:
        return BaseModel.__getstate__(self)  # the base class would leave out steps that can't be pickled

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores this component."""
        return "SplitRoute"


RouteLike = Union[Route, Drop, PassThrough]  # noqa: UP007  # pydantic reads it at run time
"""A route as it is kept."""


class CategoryRouter(TransformComponent):
    """Sends each document of a packet through the route of its category.

    The order of the inputs is kept, and every input has an output or stands without one in the report, which `route`
    gives and a `RoutingEvent` carries. Works in an IngestionPipeline with cache, docstore and workers; steps that must
    survive these are components of LlamaIndex that hold no functions: what would be lost on the way to another process
    is refused there with a TypeError, and to a cache two lambdas of one place are the same. Chunks come out with the
    packet pages that they cover, and with ids that are the same in every run; documents that no step parsed come out
    as nodes with a SOURCE.

    Args:
        routes: for each category a `Route`, a transformation or a list of them, ``Drop()`` or ``PassThrough()``.
        default: the same for documents whose category has no route.
        review: the same for documents below their route's ``min_confidence``, and for those without text.
        categories: what the packets are split into; a route for any other category is refused. None where that is not
            known.

    Raises:
        splitreader.InvalidConfiguration: a route that could never count.
    """

    routes: dict[str, SerializeAsAny[RouteLike]] = Field(description="What is done with each category.")
    default: SerializeAsAny[RouteLike] = Field(default_factory=PassThrough, description="For all other categories.")
    review: SerializeAsAny[RouteLike] = Field(default_factory=PassThrough, description="For what a person should see.")
    categories: tuple[str, ...] | None = Field(default=None, description="What the packets are split into.")

    def __init__(
        self,
        routes: Mapping[str, Any],
        *,
        default: Any = None,
        review: Any = None,
        categories: CategoriesLike | None = None,
        **fields: Any,
    ) -> None:
        if not isinstance(routes, Mapping):
            raise InvalidConfiguration(f"routes is {type(routes).__name__}; give {{category: route}}")
        if strange := [category for category in routes if not isinstance(category, str)]:
            raise InvalidConfiguration(f"there is a route for {strange[0]!r}; a category is text")
        if unknown := fields.keys() - {"class_name"}:
            raise InvalidConfiguration(f"CategoryRouter has no option {', '.join(sorted(unknown))}")
        super().__init__(
            routes={category: _route(route, f"the route of {category}") for category, route in routes.items()},
            default=PassThrough() if default is None else _route(default, "default"),
            review=PassThrough() if review is None else _route(review, "review"),
            categories=None if categories is None else SplitConfig.build(categories).category_names,
        )
        gates = {category: getattr(route, "min_confidence", None) for category, route in self.routes.items()}
        check_routes(self.routes, self.categories, gates)
        if any(getattr(route, "min_confidence", None) for route in (self.default, self.review)):
            raise InvalidConfiguration("default and review take everything; min_confidence is for routes of categories")

    def __getstate__(self) -> dict[str, Any]:
        for name, route in {**self.routes, "default": self.default, "review": self.review}.items():
            for number, step in enumerate(getattr(route, "transformations", ()), start=1):
                for lost in lost_settings(step, f"step {number} of the route {name!r}"):
                    raise TypeError(
                        f"{lost} would be lost on the way to another process; write a TransformComponent that holds it "
                        "in its code, or run in this process"
                    )
        return BaseModel.__getstate__(self)  # the base class would leave out routes that can't be pickled

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores this component."""
        return "CategoryRouter"

    def to_dict(self, **kwargs: Any) -> dict[str, Any]:
        """The fields, and under ``settings`` a hash of all that is nested in them, so that no cache is stale."""
        return {**without_addresses(super().to_dict(**kwargs)), "settings": digest(self)}

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        """The outputs of all routes, in the order of their inputs."""
        return self.route(nodes, **kwargs)[0]

    async def acall(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        """`__call__` for an event loop; nothing in it blocks the loop."""
        return (await self.aroute(nodes, **kwargs))[0]

    def route(self, nodes: Sequence[BaseNode], **kwargs: Any) -> tuple[list[BaseNode], RoutingReport]:
        """`__call__`, and what became of each input."""
        flow = self._flow(nodes)
        outcome: Sequence[BaseNode] | None = None
        while True:
            try:
                step, inputs = flow.send(outcome)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]  # a generator's value has no type here
            outcome = step(inputs, **kwargs)

    async def aroute(self, nodes: Sequence[BaseNode], **kwargs: Any) -> tuple[list[BaseNode], RoutingReport]:
        """`route` for an event loop."""
        flow = self._flow(nodes)
        outcome: Sequence[BaseNode] | None = None
        while True:
            try:
                step, inputs = flow.send(outcome)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]  # a generator's value has no type here
            outcome = await arun_step(step, inputs, **kwargs)

    def _flow(self, nodes: Sequence[BaseNode]) -> _Flow:
        """What is to be done: yields a step and its inputs, and is sent its outputs."""
        ways = self._ways(nodes)
        outputs: list[list[BaseNode]] = [[] for _ in nodes]
        strays: list[BaseNode] = []
        counted: Counter[str] = Counter()
        ids = {node.node_id for node in nodes}
        told = (node.metadata.get("segment_id") for node in nodes)
        segments = {segment for segment in told if isinstance(segment, str)}
        for way, indices in _batches(nodes, ways):
            inputs = [nodes[index].model_copy(deep=True) for index in indices]  # extractors write into what they get
            current: Sequence[BaseNode] = [] if isinstance(self._route_of(way), Drop) else inputs
            for step in getattr(self._route_of(way), "transformations", ()):
                if current:
                    current = (yield step, current) or []
            places = [None if owner is None else indices[owner] for owner in _owners(inputs, current, ids, segments)]
            owners = [None if place is None else nodes[place] for place in places]
            for place, owner, node in zip(places, owners, with_stable_ids(current, owners, counted), strict=True):
                (strays if place is None else outputs[place]).append(as_node(node, owner))
        strays = [without_offsets(node) for node in strays]
        outputs = [narrow(found, document) for document, found in zip(nodes, outputs, strict=True)]
        report = RoutingReport(
            inputs=tuple(_routed(*item) for item in zip(nodes, ways, outputs, strict=True)), strays=len(strays)
        )
        dispatcher.event(RoutingEvent(report=report))
        return [node for found in outputs for node in found] + strays, report

    def _ways(self, nodes: Sequence[BaseNode]) -> list[Way]:
        gates = {category: getattr(route, "min_confidence", None) for category, route in self.routes.items()}
        rules = Rules(gates=gates)
        return [rules.way_of(node.metadata, node.get_content(metadata_mode=MetadataMode.NONE)) for node in nodes]

    def _route_of(self, way: Way) -> RouteLike:
        if way.category is not None:
            return self.routes[way.category]
        return self.review if way.name == REVIEW else self.default


_Flow = Generator[
    tuple[TransformComponent, Sequence[BaseNode]], Sequence[BaseNode] | None, tuple[list[BaseNode], RoutingReport]
]


def _route(value: Any, whose: str) -> RouteLike:
    """A route as a user may write it.

    Raises:
        InvalidConfiguration: it is none.
    """
    if isinstance(value, (Route, Drop, PassThrough)):
        return value
    steps = value if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(step, (TransformComponent, IngestionPipeline)) for step in steps):
        raise InvalidConfiguration(
            f"{whose} is {type(value).__name__}; give a Route, a transformation, a list of them, Drop() "
            "or PassThrough()"
        )
    return Route(
        transformations=[PipelineStep.of(step) if isinstance(step, IngestionPipeline) else step for step in steps]
    )


def _batches(nodes: Sequence[BaseNode], ways: Sequence[Way]) -> Iterator[tuple[Way, list[int]]]:
    """The inputs that go through their route together: all Documents of one way.

    A node that was cut from a Document before goes alone: what comes of it names the Document as its SOURCE, so only so
    can it be told whose it is. So does a Document with the id of one before, and one that is no segment's: a step that
    makes new nodes leaves nothing on them that says whose they are.
    """
    together: dict[tuple[str, str | None], tuple[Way, list[int]]] = {}
    seen: set[str] = set()
    for index, (node, way) in enumerate(zip(nodes, ways, strict=True)):
        is_known = isinstance(node.metadata.get("segment_id"), str)
        if isinstance(node, Document) and is_known and node.node_id not in seen:
            seen.add(node.node_id)
            together.setdefault((way.name, way.category), (way, []))[1].append(index)
        else:
            yield way, [index]
    yield from together.values()


def _owners(
    inputs: Sequence[BaseNode], outputs: Sequence[BaseNode], ids: AbstractSet[str], segments: AbstractSet[str]
) -> list[int | None]:
    """For each output the input that it came of: by its SOURCE, its own id, or the segment id in its metadata.

    Of one input comes all that is not another's.

    Args:
        inputs: of one route.
        outputs: of the same.
        ids: of all inputs of the router.
        segments: their segment ids.
    """
    if len(inputs) == 1:
        return [None if _is_of_another(node, inputs[0], ids, segments) else 0 for node in outputs]
    by_id = {node.node_id: index for index, node in enumerate(inputs)}
    segment_ids = {node.metadata.get("segment_id"): index for index, node in reversed(list(enumerate(inputs)))}
    by_segment = {segment: index for segment, index in segment_ids.items() if isinstance(segment, str)}
    owners = []
    for node in outputs:
        source, segment = node.source_node, node.metadata.get("segment_id")
        owner = None if source is None else by_id.get(source.node_id)
        owner = by_id.get(node.node_id) if owner is None else owner
        owners.append(by_segment.get(segment) if owner is None and isinstance(segment, str) else owner)
    return owners


def _is_of_another(node: BaseNode, one: BaseNode, ids: AbstractSet[str], segments: AbstractSet[str]) -> bool:
    """Whether an output says that it came of another input than the one."""
    source, segment = node.source_node, node.metadata.get("segment_id")
    own = {one.node_id, one.source_node.node_id if one.source_node else one.node_id}
    if source is not None and source.node_id in ids:
        return source.node_id not in own
    return isinstance(segment, str) and segment in segments and segment != one.metadata.get("segment_id")


def _routed(node: BaseNode, way: Way, outputs: Sequence[BaseNode]) -> Routed:
    category, pages = node.metadata.get("category"), node.metadata.get("pages")
    return Routed(
        id=node.node_id,
        category=category if isinstance(category, str) else None,
        pages=pages if isinstance(pages, str) else None,
        way=way.name,
        why=way.why,
        outputs=len(outputs),
    )
