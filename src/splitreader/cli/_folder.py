"""Results in a folder: the Documents as JSON Lines, and a PDF for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from splitreader._documents import SplitPacket
from splitreader._errors import OutputError
from splitreader._files import (
    make_folder,
    packet_folder_name,
    put_in_place,
    refuse_existing,
    refuse_inputs,
    segment_paths,
)
from splitreader._reader import SplitReader
from splitreader.sources import Source

DOCUMENTS = "documents.jsonl"


class OutputFolder:
    """Writes ``documents.jsonl`` and, if wanted, PDFs: beside it for one packet, in a folder a packet for several.

    Until all packets are done the Documents stand in ``documents.jsonl.partial``, so that a part is never taken for
    the whole; after an error it stays there.

    Args:
        folder: where to; None writes nothing.
        reader: cuts the PDFs.
        packets: all that are to come; none of them is ever written over.
        pdfs: whether to write PDFs.
        overwrite: whether files that are there may be replaced.

    Raises:
        OutputExists: ``documents.jsonl`` is there already, or the part of it that an error left.
    """

    def __init__(
        self, folder: Path | None, reader: SplitReader, packets: Sequence[Source], *, pdfs: bool, overwrite: bool
    ) -> None:
        self._folder = folder
        self._reader = reader
        self._overwrite = overwrite
        self._stream: IO[str] | None = None
        self._inputs = [packet.path for packet in packets if packet.path is not None]
        self._several = len(packets) > 1
        self._pdfs = pdfs
        self._taken: set[str] = set()
        if folder is not None:
            written = [folder / DOCUMENTS, self._partial(folder)]
            refuse_inputs(written, self._inputs)
            if not overwrite:
                refuse_existing(written, remedy="pass --overwrite")

    def __enter__(self) -> Self:
        if self._folder is not None:
            make_folder(self._folder)
            with self._told():
                mode = "w" if self._overwrite else "x"
                self._stream = self._partial(self._folder).open(mode, encoding="utf-8", newline="\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._folder is None or self._stream is None:
            return
        if error is not None:
            with suppress(OSError):
                self._stream.close()
            return
        with self._told():
            self._stream.close()
            put_in_place(self._partial(self._folder), self._folder / DOCUMENTS, overwrite=self._overwrite)

    def add(self, packet: SplitPacket) -> None:
        """Write one packet.

        Raises:
            OutputError: a file can't be written.
        """
        if self._stream is not None:
            with self._told():
                self._stream.writelines(document.to_json_line() for document in packet.documents)
        if self._pdfs and self._folder is not None:
            target = self._folder / self._free_name(packet.source) if self._several else self._folder
            categories = [segment.category for segment in packet.result.segments]
            paths = segment_paths(target, categories)
            refuse_inputs(paths, self._inputs)
            if not self._overwrite:
                refuse_existing(paths, remedy="pass --overwrite")
            self._reader.write_pdfs(packet.source, target, packet.result, overwrite=self._overwrite)

    def _free_name(self, source: Source) -> str:
        """The packet's name, with a number where another packet has the same."""
        stem = candidate = packet_folder_name(source.file_name)
        number = 1
        while candidate in self._taken:
            number += 1
            candidate = f"{stem}-{number}"
        self._taken.add(candidate)
        return candidate

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"can't write {DOCUMENTS} in {self._folder} ({error.strerror}); choose another folder"
            ) from error

    @staticmethod
    def _partial(folder: Path) -> Path:
        return folder / f"{DOCUMENTS}.partial"
