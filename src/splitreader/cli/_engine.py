"""Who splits, and what: from the options of ``splitreader split`` to an engine and its packets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from splitreader._errors import InvalidConfiguration
from splitreader.cli._cloud import FILE_ID_PREFIX, reach
from splitreader.engines import EmbeddedEngine, Engine
from splitreader.sources import FileId

if TYPE_CHECKING:
    from splitreader.wire import SplitJob


EngineFileOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="What splitreader fit learned, for the embedded engine.", show_default=False),
]


class EngineName(StrEnum):
    """Who splits."""

    EMBEDDED = "embedded"
    LLAMACLOUD = "llamacloud"


def choose_engine(
    name: EngineName,
    options: Mapping[str, Any],
    progress: Callable[[SplitJob], None] | None,
    engine_file: Path | None = None,
) -> Engine | None:
    """The engine; None for the embedded one as it comes.

    Args:
        name: of the engine.
        options: those of the command that only LlamaCloud has; None and False were not given.
        progress: is told of each look at a job.
        engine_file: what the embedded engine learned.

    Raises:
        InvalidConfiguration: an option is wrong, or the engine has none of that name.
    """
    given = {option: value for option, value in options.items() if value not in (None, False)}
    if name is EngineName.EMBEDDED:
        if given:
            names = ", ".join(f"--{option.replace('_', '-')}" for option in given)
            raise InvalidConfiguration(f"the embedded engine has no {names}; add --engine llamacloud, or leave it out")
        return None if engine_file is None else EmbeddedEngine.load(engine_file)
    if engine_file is not None:
        raise InvalidConfiguration("--engine-file is for the embedded engine; leave it out, or --engine llamacloud")
    from splitreader.engines import LlamaCloudEngine

    job_id = given.pop("job_id", None)
    keep_file = given.pop("keep_file", False)
    engine = LlamaCloudEngine(delete_after=not keep_file, progress=progress, **reach(**given))
    return engine if job_id is None else engine.resume(job_id)


def name_packets(files: Sequence[str], name: EngineName) -> list[str | FileId]:
    """The packets as the reader takes them: ``llamacloud:<id>`` is a file on the service, if no file here has the name.

    Raises:
        InvalidConfiguration: one is on the service, and the engine is not.
    """
    packets = [_packet(file) for file in files]
    for file, packet in zip(files, packets, strict=True):
        if isinstance(packet, FileId) and name is EngineName.EMBEDDED:
            raise InvalidConfiguration(f"{file} is a file of LlamaCloud; add --engine llamacloud, or give the PDF")
        if packet == FileId(""):
            raise InvalidConfiguration(f"{file} names no file of LlamaCloud; write {FILE_ID_PREFIX}<id>")
    return packets


def _packet(file: str) -> str | FileId:
    if file.startswith(FILE_ID_PREFIX) and not Path(file).exists():
        return FileId(file.removeprefix(FILE_ID_PREFIX))
    return file
