"""What the commands that talk to LlamaCloud have in common: how to reach it, how to print, how to fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from splitreader.cli._exits import one_line_errors
from splitreader.cli._options import DebugOption
from splitreader.cli._rows import Style
from splitreader.cli._sharing import as_command, parameters_of

if TYPE_CHECKING:
    from splitreader.client import ClientOptions, SplitClient

KEY_HELP = (
    "The API key is read from the environment variable LLAMA_CLOUD_API_KEY (or LLAMA_PARSE_API_KEY). There is no "
    "option for it: others could read it in the list of processes, and the shell would keep it in its history."
)

FILE_ID_PREFIX = "llamacloud:"
"""Before the id of a file on the service, where a path could stand, too."""

ApiOption: TypeAlias = Annotated[
    Literal["beta", "v1"] | None,
    typer.Option("--api", help="The API to talk to; default: beta.", show_default=False),
]
BaseUrlOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="Default: LLAMA_CLOUD_BASE_URL, or the region.", show_default=False),
]
RegionOption: TypeAlias = Annotated[
    Literal["us", "eu"] | None,
    typer.Option("--region", help="Where the account is; default: us.", show_default=False),
]
ProjectOption: TypeAlias = Annotated[
    str | None, typer.Option("--project-id", metavar="ID", help="Whose files and jobs.", show_default=False)
]
OrganizationOption: TypeAlias = Annotated[
    str | None, typer.Option("--organization-id", metavar="ID", help="Whose files and jobs.", show_default=False)
]
ConfigurationOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--configuration-id", metavar="ID", help="A configuration saved at LlamaCloud, not -c.", show_default=False
    ),
]
InstructionsOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--custom-instructions", metavar="TEXT", help="For engines that read instructions."),
]
SecondsOption: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--max-seconds", metavar="N", help="Wait for a job so long; default: 3600. The job goes on.", show_default=False
    ),
]


@dataclass(frozen=True)
class Cloud:
    """What a command works with.

    Args:
        client: of the service.
        style: how to print.
    """

    client: SplitClient
    style: Style


def cloud_options(
    api: ApiOption = None,
    region: RegionOption = None,
    project_id: ProjectOption = None,
    organization_id: OrganizationOption = None,
    max_seconds: SecondsOption = None,
) -> None:
    """How to reach LlamaCloud, for commands with ``--engine``; ``--base-url`` is theirs."""


def reach(**options: object) -> ClientOptions:
    """The client's options, of those that were given."""
    return {name: value for name, value in options.items() if value is not None}  # type: ignore[return-value]  # typer has checked them


def bare_file_id(file: str) -> str:
    """The id of a file on the service, also where it was written as ``llamacloud:<id>``."""
    return file.removeprefix(FILE_ID_PREFIX)


def cloud_command(app: typer.Typer) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a command of a function whose first parameter is a `Cloud`.

    In its place the command gets the options that say how to reach the service, ``--format`` and ``--debug``.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        own, shared = parameters_of(function)[1:], parameters_of(_shared)

        def command(**given: Any) -> None:
            options = {parameter.name: given.pop(parameter.name) for parameter in shared}
            style, debug = options.pop("style"), options.pop("debug")
            with one_line_errors(debug=debug):
                from splitreader.client import SplitClient

                with SplitClient(**reach(**options)) as client:
                    function(Cloud(client, style), **given)

        app.command(function.__name__.strip("_"))(as_command(command, [*own, *shared], function))
        return function

    return register


def _shared(
    api: ApiOption = None,
    base_url: BaseUrlOption = None,
    region: RegionOption = None,
    project_id: ProjectOption = None,
    organization_id: OrganizationOption = None,
    style: Annotated[Style, typer.Option("--format", help="What to print; id: ids alone.")] = "table",
    debug: DebugOption = False,
) -> None:
    """The options of every such command."""
