"""One job: from its row to segments, and from an error to a message."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from splitreader._errors import PasswordMissing, SourceGone, SourceNotFound, SplitReaderError
from splitreader._limits import Limits
from splitreader._reader import SplitReader
from splitreader._result import SplitResult
from splitreader.engines._protocol import Engine
from splitreader.server._settings import ServerSettings
from splitreader.server.jobs.parameters import config_of
from splitreader.server.storage import StoredJob
from splitreader.sources import Source


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is to be done for one job.

    Args:
        job: its row.
        path: of its bytes.
        engine: who splits.
        settings: what the server allows.
    """

    job: StoredJob
    path: Path
    engine: Engine
    settings: ServerSettings

    async def run(self) -> SplitResult:
        """Split the packet.

        Raises:
            SplitReaderError: see its tree.
        """
        config = config_of(self.job.parameters)
        reader = SplitReader(
            config.categories or None,
            engine=self.engine,
            allow_uncategorized=config.allow_uncategorized,
            min_pages_per_split=config.min_pages_per_split,
            custom_instructions=config.custom_instructions,
            target_pages=config.target_pages,
            ocr=self.settings.ocr,
            limits=_limits(self.settings),
            workers=1,  # jobs run side by side already
        )
        return await reader.asplit(Source(name=self.job.file_name, path=self.path))

    def message_of(self, error: BaseException | Literal["late"]) -> str:
        """What the job's owner is told: our own errors' words without paths of this machine, nothing of others'."""
        if error == "late":
            seconds = f"{self.settings.job_seconds:g}"
            return f"{self.job.file_name} was not split within {seconds} seconds; split it in parts, and try again"
        if isinstance(error, PasswordMissing):
            return f"{self.job.file_name} wants a password, which this server can't be given; upload it without one"
        if isinstance(error, (SourceGone, SourceNotFound)):
            return f"the bytes of {self.job.file_name} are not on this server any more; upload the file again"
        if not isinstance(error, SplitReaderError):
            return f"internal error; the server's log says more about {self.job.id}"
        message = str(error)
        for path in (self.path, self.path.resolve()):
            message = message.replace(str(path), self.job.file_name)
        for folder in (self.settings.data, self.settings.data.resolve()):
            message = message.replace(str(folder), "the server's data folder")
        return message


def segments_of(result: SplitResult) -> list[dict[str, Any]]:
    """The segments as the Split API has them."""
    return [
        {
            "category": segment.category,
            "confidence_category": segment.confidence,
            "pages": list(segment.pages),
        }
        for segment in result.segments
    ]


def stack_of(error: BaseException) -> str:
    """Where an error was raised, and its causes, by type; without messages and values, which may hold page text."""
    return "\n".join(
        f"{type(link).__module__}.{type(link).__qualname__}\n{''.join(traceback.format_tb(link.__traceback__))}"
        for link in _chain(error)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _limits(settings: ServerSettings) -> Limits:
    given = settings.limits
    return given.model_copy(
        update={
            "max_bytes": _least(given.max_bytes, settings.max_upload),
            "max_pages": _least(given.max_pages, settings.max_pages),
        }
    )


def _least(limit: int | None, other: int) -> int:
    return other if limit is None else min(limit, other)
