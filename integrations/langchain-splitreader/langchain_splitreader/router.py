"""A document transformer that sends each document of a packet through the processing of its category."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from logging import getLogger
from typing import Any, TypeAlias

from langchain_core.documents import BaseDocumentTransformer, Document
from langchain_core.runnables import Runnable, RunnableLambda, run_in_executor

from langchain_splitreader.chunks import finished, identity, marked, owners, unmarked
from langchain_splitreader.routes import Route, RouteLike, as_route
from langchain_splitreader.steps import Step, arun_step, refuse_async, run_step
from splitreader import CategoriesLike, InvalidConfiguration, SplitConfig
from splitreader.routing import REVIEW, Drop, PassThrough, Routed, RoutingReport, Rules, Way, check_routes

_log = getLogger(__name__)


_Flow: TypeAlias = Generator[tuple[Step, list[Document]], list[Document], tuple[list[Document], RoutingReport]]


@dataclass(frozen=True)
class _Done:
    documents: list[Document]
    report: RoutingReport


class CategoryRouter(BaseDocumentTransformer):
    """Sends each document of a packet through the route of its category.

    The order of the inputs is kept, and every input has an output or stands without one in the report that `route`
    gives. Documents of one category go through their route together. Chunks have stable ids, ``segment_id``,
    ``category``, and the packet pages that they cover; a step can't change whose they are, and what it does not say of
    an input's metadata stays. A document that takes no route comes out as it is, also one of another loader.

    Instantiate:
        .. code-block:: python

            from langchain_splitreader import CategoryRouter, Drop, Route
            from langchain_text_splitters import RecursiveCharacterTextSplitter

            router = CategoryRouter(
                {
                    "invoice": [RecursiveCharacterTextSplitter(chunk_size=400)],
                    "contract": Route([RecursiveCharacterTextSplitter(chunk_size=1500)], min_confidence="medium"),
                    "letter": Drop(),
                }
            )

    Use:
        .. code-block:: python

            from langchain_splitreader import SplitLoader

            loader = SplitLoader("packet.pdf", ["invoice", "contract", "letter"])
            chunks = router.transform_documents(loader.load())

    Args:
        routes: for each category a `Route`, a transformation or a list of them, ``Drop()`` or ``PassThrough()``.
        default: the same for documents whose category has no route.
        review: the same for documents below their route's ``min_confidence``, and for those without text.
        categories: what the packets are split into; a route for any other category is refused. None where that is not
            known.

    Raises:
        splitreader.InvalidConfiguration: a route is none, or could never count.
    """

    def __init__(
        self,
        routes: Mapping[str, RouteLike],
        *,
        default: RouteLike | None = None,
        review: RouteLike | None = None,
        categories: CategoriesLike | None = None,
    ) -> None:
        self._routes = {category: as_route(route, repr(category)) for category, route in routes.items()}
        self._default = as_route(PassThrough() if default is None else default, "default")
        self._review = as_route(PassThrough() if review is None else review, "review")
        if any(isinstance(way, Route) and way.min_confidence is not None for way in (self._default, self._review)):
            raise InvalidConfiguration("default and review take whatever comes; they have no min_confidence")
        gates = {category: getattr(route, "min_confidence", None) for category, route in self._routes.items()}
        check_routes(routes, None if categories is None else SplitConfig.build(categories).category_names, gates)
        self._rules = Rules(gates=gates)

    def transform_documents(self, documents: Sequence[Document], **kwargs: Any) -> list[Document]:
        """The outputs of all routes, in the order of their inputs.

        Args:
            documents: of `SplitLoader`, or of others.
            kwargs: for the routes' document transformers.
        """
        return self.route(documents, **kwargs)[0]

    async def atransform_documents(self, documents: Sequence[Document], **kwargs: Any) -> list[Document]:
        """`transform_documents` for an event loop: async steps run on it, all others in threads."""
        return (await self.aroute(documents, **kwargs))[0]

    def as_runnable(self) -> Runnable[Sequence[Document], list[Document]]:
        """The router for chains: Documents in, Documents out, with batches and async."""
        return RunnableLambda(self.transform_documents, self.atransform_documents, name="CategoryRouter")

    def route(self, documents: Iterable[Document], **kwargs: Any) -> tuple[list[Document], RoutingReport]:
        """`transform_documents`, and what became of each input.

        Raises:
            splitreader.InvalidConfiguration: a step is async, or gave no Documents.
        """
        for way in (*self._routes.values(), self._default, self._review):
            for step in way.steps if isinstance(way, Route) else ():
                refuse_async(step)
        flow = self._flow(list(documents))
        made: list[Document] | None = None
        while not isinstance(todo := _go_on(flow, made), _Done):
            made = run_step(*todo, kwargs)
        return todo.documents, todo.report

    async def aroute(self, documents: Iterable[Document], **kwargs: Any) -> tuple[list[Document], RoutingReport]:
        """`route` for an event loop."""
        flow = self._flow(await run_in_executor(None, list, documents))
        made: list[Document] | None = None
        while not isinstance(todo := await run_in_executor(None, partial(_go_on, flow, made)), _Done):
            made = await arun_step(*todo, kwargs)
        return todo.documents, todo.report

    def _flow(self, documents: list[Document]) -> _Flow:
        """What is to be done: yields a step and its inputs, and is sent what the step made of them."""
        ways = [self._rules.way_of(document.metadata, document.page_content) for document in documents]
        outputs: list[list[Document]] = [[] for _ in documents]
        strays: list[Document] = []
        numbers: Counter[str] = Counter()
        routed: list[int] = []
        for name, category in dict.fromkeys((way.name, way.category) for way in ways):
            route = self._route_of(name, category)
            inputs = {
                index: document
                for index, (document, way) in enumerate(zip(documents, ways, strict=True))
                if (way.name, way.category) == (name, category)
            }
            if not isinstance(route, Route) or not route.steps:
                for index in inputs if not isinstance(route, Drop) else ():
                    outputs[index] = [documents[index]]
                continue
            current = [marked(document, index) for index, document in inputs.items()]
            for step in route.steps:
                current = (yield step, current) if current else []
            for owner, output in zip(owners(inputs, current), current, strict=True):
                (strays if owner is None else outputs[owner]).append(output)
            routed += inputs
        for index in sorted(routed):
            outputs[index] = finished(documents[index], outputs[index], numbers)
        report = _report(documents, ways, outputs, len(strays))
        return [*(output for found in outputs for output in found), *map(unmarked, strays)], report

    def _route_of(self, name: str, category: str | None) -> Route | Drop | PassThrough:
        if category is not None:
            return self._routes[category]
        return self._review if name == REVIEW else self._default


def _go_on(flow: _Flow, made: list[Document] | None) -> tuple[Step, list[Document]] | _Done:
    """The next step to run, or the end."""
    try:
        return next(flow) if made is None else flow.send(made)
    except StopIteration as stop:
        return _Done(*stop.value)


def _report(
    documents: Sequence[Document], ways: Sequence[Way], outputs: Sequence[list[Document]], strays: int
) -> RoutingReport:
    entries = tuple(map(_routed, documents, ways, outputs))
    if strays:
        _log.warning("%d outputs of the routes could be traced to no input; they come last", strays)
    return RoutingReport(entries, strays=strays)


def _routed(document: Document, way: Way, outputs: Sequence[Document]) -> Routed:
    category, pages = document.metadata.get("category"), document.metadata.get("pages")
    return Routed(
        id=identity(document) or "",
        category=category if isinstance(category, str) else None,
        pages=pages if isinstance(pages, str) else None,
        way=way.name,
        why=way.why,
        outputs=len(outputs),
    )
