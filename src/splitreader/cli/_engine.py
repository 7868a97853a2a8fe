"""Who splits, and what: from the options of ``splitreader split`` to an engine and its packets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from splitreader._errors import InvalidConfiguration
from splitreader.cli._cloud import FILE_ID_PREFIX, reach
from splitreader.cli._model import MODEL_OPTIONS, llm_engine
from splitreader.engines import EmbeddedEngine, Engine
from splitreader.sources import FileId

if TYPE_CHECKING:
    from splitreader.wire import SplitJob


class EngineName(StrEnum):
    """Who splits."""

    EMBEDDED = "embedded"
    LLM = "llm"
    LLAMACLOUD = "llamacloud"


EngineFileOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="What splitreader fit learned, for the embedded engine.", show_default=False),
]


EngineOption = Annotated[
    EngineName,
    typer.Option(
        help="embedded works here, offline; llm asks --model; llamacloud uploads the packets and is paid for."
    ),
]
EngineUrlOption = Annotated[
    str | None,
    typer.Option(
        "--base-url",
        metavar="URL",
        help="Of LlamaCloud, or of the model's OpenAI-compatible server, which mostly ends in /v1.",
        show_default=False,
    ),
]

_CLOUD_OPTIONS = (
    "api",
    "base_url",
    "region",
    "project_id",
    "organization_id",
    "configuration_id",
    "keep_file",
    "max_seconds",
    "job_id",
)


def engine_options(*groups: Mapping[str, Any], **others: Any) -> dict[str, Any]:
    """The options of engines that were given; None and False were not.

    Args:
        groups: options by name.
        others: more of them.
    """
    whole = {name: value for group in (*groups, others) for name, value in group.items()}
    return {name: value for name, value in whole.items() if value is not None and value is not False}  # 0 was given


def choose_engine(
    name: EngineName,
    given: Mapping[str, Any],
    progress: Callable[[SplitJob], None] | None,
    engine_file: Path | None = None,
) -> Engine | None:
    """The engine; None for the embedded one as it comes.

    Args:
        name: of the engine.
        given: what `engine_options` found.
        progress: is told of each look at a job.
        engine_file: what the embedded engine learned.

    Raises:
        InvalidConfiguration: an option is wrong, or the engine has none of that name.
    """
    _check_owner(name, given)
    if name is EngineName.EMBEDDED:
        return None if engine_file is None else EmbeddedEngine.load(engine_file)
    if name is EngineName.LLM:
        return llm_engine(**given, engine_file=engine_file)
    if engine_file is not None:
        raise InvalidConfiguration(
            "--engine-file is for the embedded engine and for llm; leave it out, or --engine llamacloud"
        )
    from splitreader.engines import LlamaCloudEngine

    job_id, keep_file = given.get("job_id"), given.get("keep_file", False)
    to_reach = {name: value for name, value in given.items() if name not in ("job_id", "keep_file")}
    engine = LlamaCloudEngine(delete_after=not keep_file, progress=progress, **reach(**to_reach))
    return engine if job_id is None else engine.resume(job_id)


def _check_owner(name: EngineName, given: Mapping[str, Any]) -> None:
    """Refuse options that the engine has not."""
    owners = {EngineName.EMBEDDED: (), EngineName.LLM: MODEL_OPTIONS, EngineName.LLAMACLOUD: _CLOUD_OPTIONS}
    foreign = [option for option in given if option not in owners[name]]
    if foreign:
        names = ", ".join(f"--{option.replace('_', '-')}" for option in foreign)
        other = " or ".join(f"--engine {owner}" for owner, known in owners.items() if set(foreign) <= set(known))
        raise InvalidConfiguration(
            f"the {name} engine has no {names}; add {other or 'the engine it is for'}, or leave it out"
        )


def name_packets(files: Sequence[str], name: EngineName) -> list[str | FileId]:
    """The packets as the reader takes them: ``llamacloud:<id>`` is a file on the service, if no file here has the name.

    Raises:
        InvalidConfiguration: one is on the service, and the engine is not.
    """
    packets = [_packet(file) for file in files]
    for file, packet in zip(files, packets, strict=True):
        if isinstance(packet, FileId) and name is not EngineName.LLAMACLOUD:
            raise InvalidConfiguration(f"{file} is a file of LlamaCloud; add --engine llamacloud, or give the PDF")
        if packet == FileId(""):
            raise InvalidConfiguration(f"{file} names no file of LlamaCloud; write {FILE_ID_PREFIX}<id>")
    return packets


def _packet(file: str) -> str | FileId:
    if file.startswith(FILE_ID_PREFIX) and not Path(file).exists():
        return FileId(file.removeprefix(FILE_ID_PREFIX))
    return file
