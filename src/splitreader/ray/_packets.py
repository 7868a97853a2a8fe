"""Packets as rows of a Dataset: what a user names, found before the run, in blocks of a few."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from splitreader._config import quoted
from splitreader._errors import InvalidConfiguration, SourceError
from splitreader._failures import Failure
from splitreader.sources import Source, resolve_sources
from splitreader.sources._cloud_stores import check_store
from splitreader.sources._urls import is_web_url

if TYPE_CHECKING:
    import ray.data

PathLike: TypeAlias = "str | os.PathLike[str]"
PathsLike: TypeAlias = "PathLike | Iterable[PathLike]"

PATH, NAME = "path", "name"

_MOST_BLOCKS = 20_000
"""Each is an object in Ray's store and a task; with more, its bookkeeping would be felt."""


def found_packets(paths: PathsLike) -> tuple[list[Source], list[Failure]]:
    """The packets that the paths name, and what is not there.

    Raises:
        SourceError: nothing at all is there.
        InvalidConfiguration: something else than paths was given.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    for path in given:
        if not isinstance(path, (str, os.PathLike)):
            raise InvalidConfiguration(
                f"split_dataset takes paths and URLs, and got {quoted(path)}; for bytes give a ray.data.Dataset and "
                "the name of their column"
            )
    failures: list[Failure] = []

    def note(error: SourceError) -> None:
        failures.append(Failure(error.source or "a source", error))

    sources = resolve_sources(given, on_error=note)
    if not sources and failures:
        raise failures[0].error
    return list(dict.fromkeys(sources)), failures


def as_dataset(sources: list[Source], batch_size: int, *, is_paid: bool) -> ray.data.Dataset:
    """A row for each packet: where it is and what it is called.

    Args:
        sources: as `found_packets` gives them.
        batch_size: packets of a block, which is what is begun again where an actor dies.
        is_paid: no block is larger, however many there are, since all that is begun again may be paid for again.
    """
    import pyarrow as pa
    import ray.data

    places = [source.url if source.path is None else str(source.path) for source in sources]
    table = pa.table({PATH: pa.array(places, pa.string()), NAME: pa.array([one.name for one in sources], pa.string())})
    rows = batch_size if is_paid else max(batch_size, -(-len(sources) // _MOST_BLOCKS))
    return ray.data.from_arrow([table.slice(start, rows) for start in range(0, max(len(sources), 1), rows)])


def found_again(place: str, name: str) -> Source:
    """The source that a row of `as_dataset` is about. It is not looked for: a name may look like a pattern.

    Raises:
        InvalidConfiguration: the library that reads this store is not installed here.
        SourceError: there is none, or it can't be set up.
    """
    if Path(place).is_absolute():
        return Source(name=name, path=Path(place))
    if not is_web_url(place):
        check_store(place)
    return Source(name=name, url=place)
