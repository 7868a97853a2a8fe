"""Type-checked, never run: what users have to write a router, filters or tools for another framework."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, assert_type
from uuid import UUID

from splitreader import Category, Confidence, SegmentDocument, SplitReader
from splitreader.routing import (
    CHUNK_NAMESPACE,
    DEFAULT,
    FIELDS,
    OWN_KEYS,
    READ_NAMESPACE,
    REVIEW,
    ChunkLocator,
    Condition,
    Drop,
    MetadataField,
    PassThrough,
    Routed,
    RoutingReport,
    Rules,
    ToolName,
    Way,
    category_field,
    check_routes,
    chunk_id,
    conditions,
    foreign_metadata,
    narrow_pages,
    offsets_fit,
    own_metadata,
    packet_pages,
    read_id,
    segment_pdf,
    tool_names,
)

reader = SplitReader([Category(name="invoice"), "letter"])
documents = reader.load("packet.pdf")
categories = reader.config.categories

routes: dict[str, Drop | PassThrough | int] = {"invoice": 200, "letter": PassThrough(), "advert": Drop()}
gates: dict[str, Confidence | None] = {"invoice": "medium", "letter": None}
check_routes(routes, reader.config.category_names, gates)
assert_type(Drop().kind, Literal["drop"])
assert_type(PassThrough().kind, Literal["pass-through"])


def chunks_of(document: SegmentDocument, size: int) -> list[tuple[str, dict[str, Any]]]:
    locator = ChunkLocator(document.text)
    is_whole = offsets_fit(document.metadata, document.text)
    assert_type(is_whole, bool)
    found = []
    for number, start in enumerate(range(0, len(document.text), size)):
        span = locator.locate(document.text[start : start + size], start) if is_whole else None
        assert_type(span, tuple[int, int] | None)
        found.append((chunk_id(document.id, number), narrow_pages(document.metadata, span)))
    return found


def route(rules: Rules) -> RoutingReport:
    inputs = []
    for document in documents:
        way = rules.way_of(document.metadata, document.text)
        assert_type(way, Way)
        assert_type(way.category, str | None)
        taken = routes.get(way.name, DEFAULT)
        outputs = chunks_of(document, taken) if isinstance(taken, int) else []
        inputs.append(
            Routed(
                id=document.id,
                category=document.segment.category,
                pages=str(document.metadata["pages"]),
                way=way.name,
                why=way.why,
                outputs=len(outputs),
            )
        )
    return RoutingReport(tuple(inputs))


report = route(Rules(gates=gates))
assert_type(report.of_way(REVIEW), tuple[Routed, ...])
assert_type(report.without_output, tuple[Routed, ...])
assert_type(report.strays, int)


def where(condition: Condition) -> str:
    assert_type(condition.operator, Literal["==", ">=", "<=", "in"])
    return f"{condition.key} {condition.operator} {condition.value!r}"


assert_type(conditions(["invoice", "letter"], min_confidence="medium", page=3), list[Condition])
assert_type(" AND ".join(map(where, conditions("invoice", packet_id="packet-1"))), str)

fields: list[MetadataField] = [category_field(categories), *FIELDS]
assert_type({field.name: field.type for field in fields}, dict[str, Literal["string", "integer", "float"]])
assert_type(tool_names(categories, prefix="find_", uncategorized=True), list[ToolName])
assert_type([tool.description for tool in tool_names(categories)], list[str])


def read_otherwise(document: SegmentDocument, said: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    with segment_pdf(document, reader) as path:
        assert_type(path, Path)
    return read_id(document, 0), packet_pages(document, said, {"page_label": 1})


assert_type(foreign_metadata({"author": "A", "category": "theirs"}), dict[str, Any])
assert_type(own_metadata(documents[0].metadata), dict[str, Any])
assert_type([key for key in documents[0].metadata if key not in OWN_KEYS], list[str])
namespaces: tuple[UUID, UUID] = (CHUNK_NAMESPACE, READ_NAMESPACE)
