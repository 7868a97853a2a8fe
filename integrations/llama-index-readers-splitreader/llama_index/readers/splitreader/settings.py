"""All settings of a transformation, also of what is nested in it: for hashes, and for copies in other processes."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from types import BuiltinFunctionType, CellType, FunctionType, MethodType
from typing import Any

from llama_index.core.bridge.pydantic import BaseModel
from llama_index.core.node_parser import NodeParser

_MISSING = object()
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType, partial)
_WATCHED = ("callback_manager",)
"""Fields that say who watches, not what is done; LlamaIndex leaves them out, too."""


def without_addresses(data: Mapping[str, Any]) -> dict[str, Any]:
    """A component's dict with the names of functions in place of them: their addresses would change every hash."""
    return {key: _plain(value) for key, value in data.items()}


def digest(component: BaseModel) -> str:
    """A hash of all settings, however deeply nested; the same in every process.

    LlamaIndex's own dump sees of a component inside another only what its base class declares. A function counts by
    its name only: two lambdas of one place are alike. The settings themselves stay out: among them may be keys.
    """
    written = repr(_plain(component.model_dump(serialize_as_any=True)))
    return sha256(_ADDRESS.sub("", written).encode("utf-8", "backslashreplace")).hexdigest()


def lost_settings(component: BaseModel, place: str) -> Iterator[str]:
    """What of a component, and of those nested in it, would not be there in a pickled copy.

    LlamaIndex's components leave out fields that can't be pickled, and make private attributes anew from the fields.

    Args:
        component: a transformation.
        place: what to call it.
    """
    yield from _lost(component, place, set())


def _lost(value: object, place: str, seen: set[int]) -> Iterator[str]:  # noqa: C901  # one case a kind
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _lost(item, f"{place}[{key!r}]", seen)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _lost(item, f"{place}[{index}]", seen)
    elif isinstance(value, BaseModel):
        private = dict(value.__pydantic_private__ or {})
        fields = {name: item for name, item in value.__dict__.items() if name not in _WATCHED}
        doubtful = [name for name, item in fields.items() if not _can_be_pickled(item)]
        doubtful += [
            name for name, item in private.items() if _does_something(item, whole=isinstance(value, NodeParser))
        ]
        copy = _copied(value) if doubtful else value
        for name in doubtful:
            if not _alike({**fields, **private}[name], getattr(copy, name, _MISSING)):
                yield f"{name} of {type(value).__name__} ({place})"
        for name, item in fields.items():
            if name not in doubtful:
                yield from _lost(item, f"{place}.{name}", seen)


def _copied(value: BaseModel) -> object:
    """What arrives of it elsewhere. LlamaIndex's pickling takes out of the original, too, what can't be pickled."""
    fields, private = dict(value.__dict__), dict(value.__pydantic_private__ or {})
    try:
        return pickle.loads(pickle.dumps(value))  # noqa: S301  # our own
    finally:
        value.__dict__.update(fields)
        if value.__pydantic_private__ is not None:
            value.__pydantic_private__.update(private)


def _can_be_pickled(value: object) -> bool:
    if isinstance(value, BaseModel):  # it is looked into by itself
        return True
    if isinstance(value, Mapping):
        return all(map(_can_be_pickled, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_can_be_pickled, value))
    try:
        pickle.dumps(value)
    except Exception:  # noqa: BLE001  # whatever it raises
        return False
    return True


def _does_something(value: object, *, whole: bool) -> bool:
    """Whether it is a function, or holds one; of a node parser, whatever can be called, such as a tokenizer."""
    if isinstance(value, (list, tuple)):
        return any(_does_something(item, whole=whole) for item in value)
    return callable(value) if whole else isinstance(value, _FUNCTIONS)


def _alike(one: object, other: object) -> bool:  # noqa: PLR0911  # one case a kind
    """Whether two functions, or lists of them, do the same: made by the same code with the same settings."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, FunctionType) and isinstance(other, FunctionType):
        return (
            one.__code__ == other.__code__
            and _alike(one.__defaults__, other.__defaults__)
            and _alike(one.__closure__, other.__closure__)
        )
    if isinstance(one, partial) and isinstance(other, partial):
        return _alike(one.func, other.func) and (one.args, one.keywords) == (other.args, other.keywords)
    if isinstance(one, MethodType) and isinstance(other, MethodType):
        return _alike(one.__func__, other.__func__) and _alike(one.__self__, other.__self__)
    if isinstance(one, CellType) and isinstance(other, CellType):
        return _alike(one.cell_contents, other.cell_contents)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, BaseModel) and isinstance(other, BaseModel):
        return one.__dict__ == other.__dict__
    return bool(one == other)


def _plain(value: object) -> object:  # noqa: PLR0911  # one case a kind
    """The value without addresses and without an order that changes from process to process."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(repr(_plain(item)) for item in value)
    if isinstance(value, partial):
        return [_plain(value.func), _plain(value.args), _plain(value.keywords)]
    if hasattr(value, "__qualname__"):
        return f"{getattr(value, '__module__', '')}.{value.__qualname__}"
    if type(value).__repr__ is object.__repr__:
        return f"{type(value).__module__}.{type(value).__qualname__}"
    return value
