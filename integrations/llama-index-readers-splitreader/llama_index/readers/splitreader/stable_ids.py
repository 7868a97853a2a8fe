"""Ids of chunks that are the same in every run, so that a store writes over what it has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from llama_index.core.schema import BaseNode, IndexNode, RelatedNodeInfo

from splitreader.routing import chunk_id

_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""A uuid4, with which LlamaIndex's parsers name what they make."""


def with_stable_ids(
    nodes: Sequence[BaseNode], owners: Sequence[BaseNode | None], counted: Counter[str]
) -> list[BaseNode]:
    """Copies of the outputs; those with a random id have one of their owner's id and their number instead.

    What names another of them by its id (PREVIOUS, NEXT, PARENT, CHILD, the target of an IndexNode) names the new one.
    Ids that a step made in a way of its own stay.

    Args:
        nodes: outputs.
        owners: for each the input that it came of.
        counted: how many outputs the owner of an id had before; it goes on counting.
    """
    ids: dict[str, str] = {}
    for node, owner in zip(nodes, owners, strict=True):
        if owner is not None:
            number = counted[owner.node_id]
            counted[owner.node_id] += 1
            if _RANDOM.search(node.node_id.replace(owner.node_id, "")):
                ids[node.node_id] = chunk_id(owner.node_id, number)
    return [_renamed(node, ids) for node in nodes]


def _renamed(node: BaseNode, ids: Mapping[str, str]) -> BaseNode:
    relationships = {
        kind: [_pointing(one, ids) for one in related] if isinstance(related, list) else _pointing(related, ids)
        for kind, related in node.relationships.items()
    }
    update: dict[str, object] = {"id_": ids.get(node.node_id, node.node_id), "relationships": relationships}
    if isinstance(node, IndexNode):
        update["index_id"] = ids.get(node.index_id, node.index_id)
    return node.model_copy(update=update)


def _pointing(related: RelatedNodeInfo, ids: Mapping[str, str]) -> RelatedNodeInfo:
    new = ids.get(related.node_id)
    return related if new is None else related.model_copy(update={"node_id": new})
