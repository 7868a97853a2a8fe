"""Identical packets within one call."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from splitreader._errors import SourceError
from splitreader.sources._source import Source

logger = logging.getLogger(__name__)

Duplicates: TypeAlias = Literal["drop", "keep"]


class Twins:
    """The packets of one call, of which those with the same bytes come once.

    Iterate over it, make each source local, and ask `admits`. The very same source, given twice, comes once, so that
    it is downloaded or read once. Of identical files and bytes the first in sorted order of their names stays,
    whatever the order they came in. A download or stream is left out if one of these, or an earlier download or
    stream, has its bytes. What is left out is logged. Only files of equal size are read to compare them.

    Args:
        sources: all of the call, local or not.
        duplicates: ``"keep"`` admits everything.
    """

    def __init__(self, sources: Iterable[Source], *, duplicates: Duplicates) -> None:
        self._places = {source: place for place, source in enumerate(dict.fromkeys(sources))}
        self._keep = duplicates == "keep"
        self._same_size: dict[int, list[Source]] | None = None
        self._fetched: dict[str, str] = {}  # names by hash: a source kept here would keep its temporary file

    def __iter__(self) -> Iterator[Source]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def admits(self, source: Source) -> bool:
        """Whether no other packet with the same bytes stands for this one. May read it and those of the same size.

        Args:
            source: one of the sources, made local.

        Raises:
            SourceGone, SourceUnreadable: this source can't be read. Others that can't be are no twins of it.
        """
        if self._keep:
            return True
        if source.url is None and source in self._places:
            before = [twin for twin in self._twins(source) if self._order(twin) < self._order(source)]
            other = min(before, key=self._order).name if before else None
        else:
            twins = self._twins(source)
            other = twins[0].name if twins else self._fetched.get(source.sha256)
            self._fetched.setdefault(source.sha256, source.name)
        if other is not None:
            logger.info("%s has the same bytes as %s; it is left out", source.name, other)
        return other is None

    def _twins(self, source: Source) -> list[Source]:
        """The others with these bytes among those that were given as local ones."""
        if self._same_size is None:
            self._same_size = defaultdict(list)
            for local in self._places:
                size = _size(local)
                if size is not None:
                    self._same_size[size].append(local)
        size = source.size
        rivals = [] if size is None else self._same_size.get(size, [])
        return [rival for rival in rivals if rival != source and _hash(rival) == source.sha256]

    def _order(self, source: Source) -> tuple[str, int]:
        return source.name, self._places[source]


def _size(source: Source) -> int | None:
    try:
        return source.size
    except SourceError:  # its own turn will tell
        return None


def _hash(source: Source) -> str | None:
    try:
        return source.sha256
    except SourceError:
        return None
