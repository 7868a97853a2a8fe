"""Results in a folder: the Documents as JSON Lines, and a PDF for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from splitreader._documents import SplitPacket
from splitreader._errors import OutputError
from splitreader._files import make_folder, refuse_existing
from splitreader._reader import SplitReader
from splitreader._sources import Source

DOCUMENTS = "documents.jsonl"


class OutputFolder:
    """Writes ``documents.jsonl`` and, if wanted, PDFs: beside it for one packet, in a folder a packet for several.

    Until all packets are done the Documents stand in ``documents.jsonl.partial``, so that a part is never taken for
    the whole; after an error it stays there.

    Args:
        folder: where to; None writes nothing.
        reader: cuts the PDFs.
        sources: the packets to come.
        pdfs: whether to write PDFs.
        overwrite: whether files that are there may be replaced.

    Raises:
        OutputExists: ``documents.jsonl`` is there already.
    """

    def __init__(
        self, folder: Path | None, reader: SplitReader, sources: Sequence[Source], *, pdfs: bool, overwrite: bool
    ) -> None:
        self._folder = folder
        self._reader = reader
        self._overwrite = overwrite
        self._stream: IO[str] | None = None
        self._pdf_folders = pdf_folders(folder, sources) if pdfs and folder is not None else {}
        if folder is not None and not overwrite:
            refuse_existing([folder / DOCUMENTS])

    def __enter__(self) -> Self:
        if self._folder is not None:
            make_folder(self._folder)
            try:
                self._stream = self._partial(self._folder).open("w", encoding="utf-8")
            except OSError as error:
                raise OutputError(
                    f"can't write into {self._folder} ({error.strerror}); choose another folder"
                ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._folder is None or self._stream is None:
            return
        self._stream.close()
        if error is None:
            self._partial(self._folder).replace(self._folder / DOCUMENTS)

    def add(self, packet: SplitPacket) -> None:
        """Write one packet.

        Raises:
            OutputError: a file can't be written.
        """
        if self._stream is not None:
            self._stream.writelines(document.to_json_line() for document in packet.documents)
        target = self._pdf_folders.get(packet.source)
        if target is not None:
            self._reader.write_pdfs(packet.source, target, packet.result, overwrite=self._overwrite)

    @staticmethod
    def _partial(folder: Path) -> Path:
        return folder / f"{DOCUMENTS}.partial"


def pdf_folders(folder: Path, sources: Sequence[Source]) -> dict[Source, Path]:
    """The folder of each packet's PDFs.

    For a single packet the given one; for several one below it each, called after the file, with a number where two
    files have one name.
    """
    if len(sources) == 1:
        return {sources[0]: folder}
    taken: set[str] = set()
    folders: dict[Source, Path] = {}
    for source in sources:
        stem = candidate = Path(source.file_name).stem
        number = 1
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{stem}-{number}"
        taken.add(candidate.casefold())
        folders[source] = folder / candidate
    return folders
