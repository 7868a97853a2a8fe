"""Which packet pages a chunk of a document covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.documents import BaseDocumentTransformer, Document

from splitreader.routing import narrow_pages


class NarrowPages(BaseDocumentTransformer):
    """Makes the metadata of each chunk say which packet pages the chunk covers.

    For those who split without a `CategoryRouter`, which does the same. It goes after exactly one text splitter, which
    must have ``add_start_index=True``: a second splitter counts from the start of the first one's chunks, and no page
    can be told of that. A chunk without ``start_index`` keeps the range of its document.

    Use:
        .. code-block:: python

            from langchain_splitreader import NarrowPages, SplitLoader
            from langchain_text_splitters import RecursiveCharacterTextSplitter

            loader = SplitLoader("packet.pdf", ["invoice", "contract"])
            splitter = RecursiveCharacterTextSplitter(chunk_size=800, add_start_index=True)
            chunks = NarrowPages().transform_documents(splitter.split_documents(loader.load()))
    """

    def transform_documents(self, documents: Sequence[Document], **kwargs: Any) -> Sequence[Document]:  # noqa: ARG002  # the base class has it
        """Copies of the chunks, their metadata narrowed."""
        return [self._narrowed(document) for document in documents]

    async def atransform_documents(self, documents: Sequence[Document], **kwargs: Any) -> Sequence[Document]:
        """`transform_documents`; there is nothing to wait for."""
        return self.transform_documents(documents, **kwargs)

    def _narrowed(self, document: Document) -> Document:
        start = start_index(document.metadata)
        text = document.page_content
        lead = len(text) - len(text.lstrip())
        span = None if start is None else (start + lead, start + max(len(text.rstrip()), lead + 1))
        return document.model_copy(update={"metadata": narrow_pages(document.metadata, span)})


def start_index(metadata: Mapping[str, Any]) -> int | None:
    """Where a text splitter says that a chunk begins. It says -1 where it does not find its own chunk again."""
    start = metadata.get("start_index")
    return start if isinstance(start, int) and start >= 0 else None
