"""A blob parser, for loaders that have the PDFs from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Unpack

from langchain_core.document_loaders import BaseBlobParser
from langchain_core.documents import Document
from langchain_core.documents.base import Blob

from langchain_splitreader.options import reader_of
from langchain_splitreader.segments import SegmentLoader, SegmentReading
from splitreader import CategoriesLike, NotAPDF, ReaderOptions, SourceNotFound, SourceUnreadable, SplitReader
from splitreader.routing import foreign_metadata

_PDF = ("application/pdf", "application/x-pdf")
_SAYS_NOTHING = ("", "application/octet-stream", "binary/octet-stream")
_HEADER_WITHIN = 1024


class SplitBlobParser(BaseBlobParser):
    """Parses blobs that are packets, PDFs that hold many documents, behind any ``BlobLoader``.

    A Document has the blob's metadata, too, but for the keys that only splitreader writes. Blobs are parsed one by one:
    of two with identical bytes both come out, with the same ids.

    Setup:
        ``pip install langchain-splitreader``. The default engine works offline and needs no key.

    Instantiate:
        .. code-block:: python

            from langchain_splitreader import SplitBlobParser

            parser = SplitBlobParser({"invoice": "A request for payment", "contract": None})

    Load:
        .. code-block:: python

            from langchain_core.documents.base import Blob

            documents = parser.parse(Blob.from_path("packet.pdf"))
            print(documents[0].id, documents[0].metadata["category"])

    Lazy load:
        .. code-block:: python

            for document in parser.lazy_parse(Blob.from_path("packet.pdf")):
                print(document.metadata["category"], document.metadata["pages"])

    Async:
        .. code-block:: python

            import asyncio

            # LangChain's blob parsers have no async way: it goes into a thread
            documents = await asyncio.to_thread(parser.parse, Blob.from_path("packet.pdf"))
            print(len(documents))

    Args:
        categories: names, ``Category`` objects, or ``{name: description}``; not with `reader`.
        reader: a ``splitreader.SplitReader`` with all its options, instead of `categories` and `options`.
        segment_loaders: see `SplitLoader`.
        options: further options of ``splitreader.SplitReader``.

    Raises:
        splitreader.InvalidConfiguration: an option is wrong, or both or neither of categories and reader are given.
    """

    def __init__(
        self,
        categories: CategoriesLike | None = None,
        *,
        reader: SplitReader | None = None,
        segment_loaders: Mapping[str, SegmentLoader] | None = None,
        **options: Unpack[ReaderOptions],
    ) -> None:
        self.reader = reader_of(categories, reader, options)
        self._reading = SegmentReading(self.reader, segment_loaders)

    def lazy_parse(self, blob: Blob) -> Iterator[Document]:
        """One Document per document of the packet.

        Args:
            blob: with ``application/pdf`` as its MIME type, or with none that says anything and a PDF's header or
                extension.

        Raises:
            splitreader.NotAPDF: it is something else.
            splitreader.SourceNotFound, splitreader.SourceUnreadable: its file is not there, or can't be read.
            splitreader.SplitReaderError: see its tree.
        """
        _check_mime_type(blob)
        as_file = blob.data is None and "source" not in blob.metadata
        source = Path(str(blob.path)) if as_file else _bytes(blob)
        for segment in self.reader.lazy_load(source, name=None if as_file else blob.source):
            for document in self._reading.documents(segment):
                document.metadata = {**foreign_metadata(blob.metadata), **document.metadata}
                yield document


def _check_mime_type(blob: Blob) -> None:
    stated = (blob.mimetype or "").partition(";")[0].strip().lower()
    name = blob.source or "a blob without a name"
    if stated in _PDF:
        return
    if stated not in _SAYS_NOTHING:
        raise NotAPDF(
            f"{name} is {stated}, and packets are application/pdf; pass only PDFs on, or set the blob's MIME type if "
            "it is one",
            source=name,
        )
    if Path(str(blob.path or name)).suffix.lower() != ".pdf" and b"%PDF-" not in _head(blob):
        raise NotAPDF(
            f"{name} has no MIME type and neither the header nor the extension of a PDF; pass only PDFs on", source=name
        )


def _bytes(blob: Blob) -> bytes:
    name = blob.source or "a blob without a name"
    try:
        return blob.as_bytes()
    except FileNotFoundError as error:
        raise SourceNotFound(f"{name}: there is no file {blob.path}; check the blob's path", source=name) from error
    except OSError as error:
        raise SourceUnreadable(f"{name}: {blob.path} can't be read: {error.strerror}", source=name) from error


def _head(blob: Blob) -> bytes:
    if blob.data is not None:
        return blob.as_bytes()[:_HEADER_WITHIN]
    try:
        with blob.as_bytes_io() as stream:
            return stream.read(_HEADER_WITHIN)
    except OSError:
        return b"%PDF-"  # the reader says what is wrong with the file
