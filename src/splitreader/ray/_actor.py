"""What runs in each of Ray's actors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from splitreader._config import quoted
from splitreader._documents import SplitPacket
from splitreader._errors import InvalidConfiguration, SourceError, SourceUnreadable
from splitreader._failures import Failure
from splitreader._flow import run
from splitreader._pipeline import Call, Pipeline, Tools
from splitreader.engines._in_worker import pickled_splitter
from splitreader.pdf._process import PDFWorker
from splitreader.ray._columns import packet_rows
from splitreader.ray._packets import found_again
from splitreader.sources import Source, Twins, resolve_sources

if TYPE_CHECKING:
    import pyarrow as pa


class PacketSplitter:
    """Splits the packets of one batch after the other, in one process that reads them, kept from packet to packet.

    Args:
        pipeline: the reader's options.
        schema: the columns of what comes out.
        column: what comes in: paths and URLs, or the bytes of packets.
        name_column: what the packets are called; None for the names that a reader gives them.
        is_found: each row is about one packet that was found before, and is not looked for again.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        schema: pa.Schema,
        column: str,
        name_column: str | None,
        is_found: bool = False,  # noqa: FBT001, FBT002  # Ray hands on a tuple
    ) -> None:
        self._pipeline = pipeline
        self._schema = schema
        self._column = column
        self._name_column = name_column
        self._is_found = is_found
        splitter = None if callable(pipeline.reading.ocr) else pickled_splitter(pipeline.engine, pipeline.config)
        self._tools = Tools(PDFWorker(pipeline.limits), splitter=splitter)

    def __call__(self, batch: pa.Table) -> Iterator[pa.Table]:
        """A table for each packet.

        Raises:
            InvalidConfiguration: the columns are others than was said, or the reader's own functions give what can't
                be used. This ends the run; every other `SplitReaderError` becomes a row, and so does a value that is
                no packet, or whose store has no library here.
        """
        for column in filter(None, (self._column, self._name_column)):
            if column not in batch.column_names:
                raise InvalidConfiguration(
                    f"the Dataset has no column {column!r}, only {quoted(batch.column_names)}; name the right one"
                )
        if batch.num_rows == 0:
            yield self._schema.empty_table()
        for row in range(batch.num_rows):
            value = batch.column(self._column)[row].as_py()
            name = None if self._name_column is None else batch.column(self._name_column)[row].as_py()
            for outcome in self._split(value, name):
                yield packet_rows(outcome, self._schema)

    def _split(self, value: object, name: object) -> Iterator[SplitPacket | Failure]:
        if name is not None and not isinstance(name, str):
            yield _no_packet(f"the column {self._name_column!r} holds {quoted(name)}; it must hold text", None)
            return
        if not isinstance(value, (str, bytes)):
            why = f"the column {self._column!r} holds {quoted(value)}; it must hold paths and URLs, or bytes"
            yield _no_packet(why, name)
            return
        failures: list[Failure] = []

        def note(error: SourceError) -> None:
            failures.append(Failure(name or error.source or "a source", error))

        try:
            sources = self._sources(value, name, note)
        except InvalidConfiguration as error:  # of this value alone: the library of its store is missing
            yield Failure(name or (value if isinstance(value, str) else "a packet"), error)
            return
        for source in sources:
            yield from self._outcome(source)
        yield from failures

    def _sources(self, value: str | bytes, name: str | None, note: Callable[[SourceError], None]) -> list[Source]:
        if not self._is_found or isinstance(value, bytes) or name is None:
            return resolve_sources(value, name=name, on_error=note)
        try:
            return [found_again(value, name)]
        except SourceError as error:
            note(error)
            return []

    def _outcome(self, source: Source) -> Iterator[SplitPacket | Failure]:
        call = Call(Twins([source], duplicates=self._pipeline.labels.duplicates))
        outcome = run(self._pipeline.load(source, call, self._tools))
        if isinstance(outcome, Failure) and isinstance(outcome.error, InvalidConfiguration):
            raise outcome.error
        if outcome is not None:
            yield outcome


def _no_packet(why: str, name: str | None) -> Failure:
    source = name or "a row without a packet"
    return Failure(source, SourceUnreadable(why, source=source))
