"""Options that stand once for several commands. Typer reads options from parameters, so a group is a signature."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from inspect import Parameter
from typing import Any


def with_options(**groups: Callable[..., None]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of groups.

    Args:
        groups: functions that are never called; their parameters are the options. They stand where the command has a
            parameter of the group's keyword, and the command gets them there as a dict.
    """
    members = {name: parameters_of(group) for name, group in groups.items()}

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        def command(**given: Any) -> None:
            options = {name: {one.name: given.pop(one.name) for one in group} for name, group in members.items()}
            function(**given, **options)

        options = [
            option for parameter in parameters_of(function) for option in members.get(parameter.name, [parameter])
        ]
        return as_command(command, options, function)

    return decorate


def parameters_of(function: Callable[..., None]) -> list[Parameter]:
    """The parameters of a function, their annotations as types."""
    return list(inspect.signature(function, eval_str=True).parameters.values())


def as_command(
    command: Callable[..., None], options: Iterable[Parameter], function: Callable[..., None]
) -> Callable[..., None]:
    """Show a function that takes any keywords to typer as one with these options, and the words of another."""
    parameters = [option.replace(kind=Parameter.KEYWORD_ONLY) for option in options]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    command.__doc__, command.__name__ = function.__doc__, function.__name__
    return command
