"""The steps of a route: text splitters, document transformers, functions."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeAlias

from langchain_core.documents import BaseDocumentTransformer, Document
from langchain_core.runnables import run_in_executor

from splitreader import InvalidConfiguration

Step: TypeAlias = (
    BaseDocumentTransformer
    | Callable[[list[Document]], Iterable[Document]]
    | Callable[[list[Document]], Awaitable[Iterable[Document]]]
)
"""A text splitter, a document transformer, or a function of Documents, sync or async."""


def is_step(value: object) -> bool:
    """Whether a route can have it. A class is a step that somebody forgot to make."""
    return isinstance(value, BaseDocumentTransformer) or (callable(value) and not isinstance(value, type))


def refuse_async(step: Step) -> None:
    """See that a step can run without an event loop.

    Raises:
        InvalidConfiguration: it is an async function.
    """
    if inspect.iscoroutinefunction(step) or inspect.iscoroutinefunction(type(step).__call__):
        raise _is_async(step)


def run_step(step: Step, documents: list[Document], options: dict[str, Any]) -> list[Document]:
    """What a step makes of Documents.

    Args:
        step: to run.
        documents: for it.
        options: for transformers.
    """
    if isinstance(step, BaseDocumentTransformer):
        return _checked(step, step.transform_documents(documents, **options))
    made = step(documents)
    if inspect.isawaitable(made):
        if inspect.iscoroutine(made):
            made.close()
        raise _is_async(step)
    return _checked(step, made)


async def arun_step(step: Step, documents: list[Document], options: dict[str, Any]) -> list[Document]:
    """`run_step` for an event loop: what blocks runs in a thread."""
    made: Any
    if isinstance(step, BaseDocumentTransformer):
        if type(step).atransform_documents is BaseDocumentTransformer.atransform_documents:
            return await run_in_executor(None, run_step, step, documents, options)
        try:
            made = await step.atransform_documents(documents, **options)
        except NotImplementedError:  # many transformers say so in place of an async way
            return await run_in_executor(None, run_step, step, documents, options)
    elif inspect.iscoroutinefunction(step):
        made = await step(documents)
    else:
        made = await run_in_executor(None, step, documents)
        if inspect.isawaitable(made):
            made = await made
    return await run_in_executor(None, _checked, step, made)  # a generator works while it is listed


def _checked(step: Step, made: Any) -> list[Document]:
    """The outcome of a step as a list, if it is Documents.

    Raises:
        InvalidConfiguration: it is not.
    """
    documents = list(made) if isinstance(made, Iterable) else [made]
    if strangers := [item for item in documents if not isinstance(item, Document)]:
        raise InvalidConfiguration(
            f"the step {_name(step)} gave {type(strangers[0]).__name__}; it must give a list of Documents"
        )
    return documents


def _is_async(step: Step) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"the step {_name(step)} is async; use atransform_documents, aroute, or ainvoke of the runnable"
    )


def _name(step: object) -> str:
    return getattr(step, "__qualname__", type(step).__name__)
