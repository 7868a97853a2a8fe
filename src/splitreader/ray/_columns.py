"""The columns of a Dataset of segments, and the rows of one packet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import pyarrow as pa

from splitreader._config import quoted
from splitreader._documents import SplitPacket
from splitreader._errors import InvalidConfiguration
from splitreader._failures import Failure
from splitreader._origin import OWN_KEYS, Metadata

ColumnType: TypeAlias = "type[str | int | float | bool] | pa.DataType"

_SCALARS: dict[object, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
}
_NUMBERS = {
    "confidence_rank": pa.int64(),
    "score": pa.float64(),
    "page_start": pa.int64(),
    "page_end": pa.int64(),
    "page_count": pa.int64(),
    "packet_page_count": pa.int64(),
    "segment_index": pa.int64(),
    "page_list": pa.list_(pa.int64()),
}
_OURS = ("text", "error", "error_type")

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def segment_schema(metadata: Metadata, declared: Mapping[str, ColumnType], *, page_list: bool) -> pa.Schema:
    """The columns: those of every segment, then the user's own, then the failure's. All may be null.

    Args:
        metadata: the user's, whose types are seen from its values.
        declared: types by key, for what can't be seen.
        page_list: whether there is such a column.

    Raises:
        InvalidConfiguration: a column has no type, or the name of another.
    """
    fields = [pa.field("text", pa.string())]
    fields += [pa.field(key, _NUMBERS.get(key, pa.string())) for key in OWN_KEYS if key != "page_list" or page_list]
    for key in dict.fromkeys((*metadata, *declared)):
        if key in OWN_KEYS or key in _OURS:
            raise InvalidConfiguration(f"metadata may not have the key {key!r}: a column is called so; rename it")
        fields.append(pa.field(key, _type_of(key, metadata, declared)))
    fields += [pa.field("error", pa.string()), pa.field("error_type", pa.string())]
    return pa.schema(fields)


def packet_rows(outcome: SplitPacket | Failure, schema: pa.Schema) -> pa.Table:
    """A row for each segment of a packet, or one for the packet that failed.

    Raises:
        InvalidConfiguration: the user's metadata does not fit the columns.
    """
    if isinstance(outcome, Failure):
        return failure_rows([outcome], schema)
    rows = [{"text": document.text, **document.metadata} for document in outcome.documents]
    for row in rows:
        for key in row.keys() - set(schema.names):
            raise InvalidConfiguration(
                f"the metadata of {outcome.source.name} has the key {quoted(key)}, for which there is no column; "
                f'declare its type: split_dataset(..., metadata_columns={{"{key}": str}})',
                source=outcome.source.name,
            )
    return _table(rows, schema, outcome.source.name)


def failure_rows(failures: list[Failure], schema: pa.Schema) -> pa.Table:
    """A row for each failure: its source, ``error`` and ``error_type``."""
    rows = [
        {"source": failure.source, "error": str(failure.error), "error_type": type(failure.error).__name__}
        for failure in failures
    ]
    return _table(rows, schema, "failures")


def _table(rows: list[dict[str, Any]], schema: pa.Schema, source: str) -> pa.Table:
    try:
        return pa.Table.from_pylist([_encodable(row) for row in rows], schema=schema)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InvalidConfiguration(
            f"the metadata of {source} does not fit its columns ({str(error)[:200]}); give every packet values of one "
            "type, or declare another: split_dataset(..., metadata_columns=...)",
            source=source,
        ) from error


def _encodable(row: dict[str, Any]) -> dict[str, Any]:
    """The row without halves of surrogate pairs, as broken fonts give them: Arrow takes UTF-8 only. Lengths stay."""
    return {
        key: _LONE_SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value for key, value in row.items()
    }


def _type_of(key: str, metadata: Metadata, declared: Mapping[str, ColumnType]) -> pa.DataType:
    if key in declared:
        said: object = declared[key]
        kind = _SCALARS.get(said, said)
        if not isinstance(kind, pa.DataType):
            raise InvalidConfiguration(
                f"metadata_columns has {quoted(said)} for {key!r}; it must be str, int, float, bool or a pyarrow type"
            )
        return kind
    kind = pa.infer_type([metadata[key]])
    if pa.types.is_list(kind) and pa.types.is_null(kind.value_type):
        raise InvalidConfiguration(
            f"the metadata {key!r} is an empty list, which says no type; declare it: "
            f'metadata_columns={{"{key}": pyarrow.list_(pyarrow.string())}}'
        )
    return kind
