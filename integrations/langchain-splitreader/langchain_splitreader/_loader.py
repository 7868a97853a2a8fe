"""A document loader that yields one Document per segment of a packet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document

from splitreader import CategoriesLike, InvalidConfiguration, SegmentDocument, SourceLike, SplitReader


class SplitLoader(BaseLoader):
    """Loads packets, PDFs that hold many documents, as one LangChain Document per document inside.

    Setup:
        ``pip install langchain-splitreader``. The default engine works offline and needs no key.

    Instantiate:
        .. code-block:: python

            from langchain_splitreader import SplitLoader

            loader = SplitLoader("packet.pdf", {"invoice": "A request for payment", "contract": None})

    Lazy load:
        .. code-block:: python

            for document in loader.lazy_load():
                print(document.metadata["category"], document.metadata["pages"])

    Async lazy load:
        .. code-block:: python

            async for document in loader.alazy_load():
                print(document.metadata["category"], document.metadata["pages"])

    Args:
        source: a path, a folder (its PDFs, recursively), a glob, an http(s) URL, bytes, a binary stream (which can be
            loaded once), or several of these.
        categories: names, ``Category`` objects, or ``{name: description}``; not with `reader`.
        reader: a ``splitreader.SplitReader`` with all its options, instead of `categories` and `options`.
        name: what to call the packet, for bytes and streams.
        options: further options of ``splitreader.SplitReader``.

    Raises:
        splitreader.InvalidConfiguration: an option is wrong, or both or neither of categories and reader are given.
    """

    def __init__(
        self,
        source: SourceLike,
        categories: CategoriesLike | None = None,
        *,
        reader: SplitReader | None = None,
        name: str | None = None,
        **options: Any,
    ) -> None:
        if (categories is None) == (reader is None) or (reader is not None and options):
            raise InvalidConfiguration("give either categories, with options, or a reader that has its own")
        self.source = source
        self.name = name
        if reader is None:
            reader = SplitReader(categories or (), **options)
        self.reader = reader

    def lazy_load(self) -> Iterator[Document]:
        """One Document per segment, packet by packet; holds one packet at a time.

        Yields:
            Documents whose ``id`` is the segment's: the same on every machine for the same packet split the same way.

        Raises:
            splitreader.SplitReaderError: see its tree.
        """
        for document in self.reader.lazy_load(self.source, name=self.name):
            yield _to_langchain(document)

    async def alazy_load(self) -> AsyncIterator[Document]:
        """`lazy_load` for an event loop; nothing in it blocks the loop."""
        async with aclosing(self.reader.alazy_load(self.source, name=self.name)) as documents:
            async for document in documents:
                yield _to_langchain(document)


def _to_langchain(document: SegmentDocument) -> Document:
    return Document(id=document.id, page_content=document.text, metadata=dict(document.metadata))
