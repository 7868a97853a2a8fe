"""Gives pydantic models in the reference the signature that they have: their fields, by name."""

from __future__ import annotations

from typing import Any

import griffe

BASES = frozenset({"BaseModel", "WireModel", "BaseEvent"})


class Signatures(griffe.Extension):
    """An ``__init__`` for each model that has none of its own."""

    def on_class_members(self, *, cls: griffe.Class, **_: Any) -> None:
        if BASES.isdisjoint(map(str, cls.bases)) or "__init__" in cls.members:
            return
        parameters = [
            griffe.Parameter(
                name,
                annotation=_type_of(field.annotation),
                kind=griffe.ParameterKind.keyword_only,
                default=_default_of(field.value),
            )
            for name, field in cls.members.items()
            if field.is_attribute
            and field.annotation is not None
            and not name.startswith("_")
            and "property" not in field.labels
        ]
        itself = griffe.Parameter("self", kind=griffe.ParameterKind.positional_or_keyword)
        made = griffe.Function("__init__", parameters=griffe.Parameters(itself, *parameters), lineno=cls.lineno)
        cls.set_member("__init__", made)


def _type_of(annotation: Any) -> Any:
    """``int`` of ``Annotated[int, ...]``, at any depth."""
    if isinstance(annotation, griffe.ExprSubscript) and str(annotation.left) == "Annotated":
        return _type_of(annotation.slice.elements[0])
    if isinstance(annotation, griffe.ExprSubscript) and isinstance(annotation.slice, griffe.ExprTuple):
        inner = [_type_of(element) for element in annotation.slice.elements]
        return griffe.ExprSubscript(annotation.left, griffe.ExprTuple(inner, implicit=annotation.slice.implicit))
    return annotation


def _default_of(value: Any) -> Any:
    """What stands there; of a ``Field(...)`` that one may be left out."""
    if isinstance(value, griffe.ExprCall):
        return "..."
    return value
