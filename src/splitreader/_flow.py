"""Flows: what is to be done, written once without I/O, and the two drivers that do it.

A flow is a generator that yields what it needs and is sent what came of it. `run` does each step where it stands;
`arun` does blocking steps in a thread and awaits the engine, so that sync and async can't drift apart. asyncio is
imported where it is used: who never awaits never loads it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from splitreader._config import SplitConfig
from splitreader._threads import in_thread
from splitreader.engines._protocol import Engine, EngineAnswer, Packet

T = TypeVar("T")


@dataclass(frozen=True)
class Blocking:
    """A step that may wait for a file or another process, or compute for long; sent back is what it returns."""

    call: Callable[[], Any]


@dataclass(frozen=True)
class InTurn(Blocking):
    """A blocking step that packets side by side take one after the other, in the order they were given."""


@dataclass(frozen=True)
class Pause:
    """A step in which some time passes, without a thread that waits beside an event loop.

    Args:
        seconds: a fraction of one: what the flow waits for may be called off meanwhile.
    """

    seconds: float


@dataclass(frozen=True)
class AskEngine:
    """The step in which the engine splits the packet; sent back is its `EngineAnswer`."""

    engine: Engine
    packet: Packet
    config: SplitConfig


Step: TypeAlias = Blocking | AskEngine | Pause
Flow: TypeAlias = Generator[Step, Any, T]


AskHere: TypeAlias = Callable[[AskEngine], EngineAnswer]


def ask_here(step: AskEngine) -> EngineAnswer:
    """Ask the engine in this thread."""
    return step.engine.split(step.packet, step.config)


def run(flow: Flow[T], *, turn: AbstractContextManager[Any] | None = None, ask: AskHere = ask_here) -> T:
    """Run a flow to its end in this thread.

    Args:
        flow: what to run.
        turn: entered for steps that are taken in turn.
        ask: how to ask the engine.
    """

    def perform(step: Step) -> Any:
        if isinstance(step, AskEngine):
            return ask(step)
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return None
        with turn if turn is not None and isinstance(step, InTurn) else nullcontext():
            return step.call()

    try:
        step = next(flow)
        while True:
            try:
                outcome = perform(step)
            except Exception as error:  # noqa: BLE001  # handed to the flow, which decides
                step = flow.throw(error)
            else:
                step = flow.send(outcome)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # a generator's value has no type here
    finally:
        flow.close()


async def arun(flow: Flow[T], *, abort: Callable[[], None], turn: AbstractAsyncContextManager[Any] | None = None) -> T:
    """Run a flow to its end without blocking the event loop.

    Args:
        flow: what to run.
        turn: entered for steps that are taken in turn.
        abort: makes a blocking step that runs in a thread end soon; called when the caller is cancelled.
    """
    import asyncio

    async def perform(step: Step) -> Any:
        if isinstance(step, AskEngine):
            return await step.engine.asplit(step.packet, step.config)
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return None
        async with turn if turn is not None and isinstance(step, InTurn) else nullcontext():
            return await in_thread(step.call, abort=abort)

    try:
        step = next(flow)
        while True:
            try:
                outcome = await perform(step)
            except Exception as error:  # noqa: BLE001  # handed to the flow, which decides
                step = flow.throw(error)
            else:
                step = flow.send(outcome)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # a generator's value has no type here
    except asyncio.CancelledError:
        abort()
        raise
    finally:
        flow.close()
