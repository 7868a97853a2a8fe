"""A document loader that yields one Document per document of a packet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from typing import Unpack

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document

from langchain_splitreader.options import reader_of
from langchain_splitreader.segments import SegmentLoader, SegmentReading
from splitreader import CategoriesLike, ReaderOptions, SourceLike, SplitReader


class SplitLoader(BaseLoader):
    """Loads packets, PDFs that hold many documents, as one LangChain Document per document inside.

    Setup:
        ``pip install langchain-splitreader``. The default engine works offline and needs no key.

    Instantiate:
        .. code-block:: python

            from langchain_splitreader import SplitLoader

            loader = SplitLoader("packet.pdf", {"invoice": "A request for payment", "contract": None})

    Load:
        .. code-block:: python

            documents = loader.load()
            print(documents[0].id, documents[0].metadata["category"])

    Lazy load:
        .. code-block:: python

            for document in loader.lazy_load():
                print(document.metadata["category"], document.metadata["pages"])

    Async:
        .. code-block:: python

            async for document in loader.alazy_load():
                print(document.metadata["category"], document.metadata["pages"])

    Args:
        source: a path, a folder (its PDFs, recursively), a glob, an http(s) URL, bytes, a binary stream (which can be
            loaded once), or several of these.
        categories: names, ``Category`` objects, or ``{name: description}``; not with `reader`.
        reader: a ``splitreader.SplitReader`` with all its options, instead of `categories` and `options`.
        segment_loaders: for categories whose documents another loader shall read, a function from a PDF's path to that
            loader (its class will do), or a ``BaseBlobParser``. The PDF has the document's own pages; a function is
            given its path, always, and a parser a Blob of it. What has to have a Blob is wrapped in a parser. Its
            Documents come out with the document's metadata and stable ids, and their page numbers are the packet's;
            ``page`` counts from 0, as LangChain's loaders count, or from 1 where it is the same as ``page_label``;
            ``page_label``, ``page_number`` and ``page_no`` count from 1. A number that is no page of the document is
            left out with a warning.
        name: what to call the packet, for bytes and streams.
        options: further options of ``splitreader.SplitReader``.

    Raises:
        splitreader.InvalidConfiguration: an option is wrong, or both or neither of categories and reader are given.
    """

    def __init__(  # options, all by name
        self,
        source: SourceLike,
        categories: CategoriesLike | None = None,
        *,
        reader: SplitReader | None = None,
        segment_loaders: Mapping[str, SegmentLoader] | None = None,
        name: str | None = None,
        **options: Unpack[ReaderOptions],
    ) -> None:
        self.source = source
        self.name = name
        self.reader = reader_of(categories, reader, options)
        self._reading = SegmentReading(self.reader, segment_loaders)

    def lazy_load(self) -> Iterator[Document]:
        """One Document per document of a packet, packet by packet; holds one packet at a time.

        Yields:
            Documents whose ``id`` is the same on every machine for the same packet split the same way.

        Raises:
            splitreader.SplitReaderError: see its tree.
        """
        for segment in self.reader.lazy_load(self.source, name=self.name):
            yield from self._reading.documents(segment)

    async def alazy_load(self) -> AsyncIterator[Document]:
        """`lazy_load` for an event loop; nothing in it blocks the loop."""
        async with aclosing(self.reader.alazy_load(self.source, name=self.name)) as segments:
            async for segment in segments:
                async with aclosing(self._reading.adocuments(segment)) as documents:
                    async for document in documents:
                        yield document
