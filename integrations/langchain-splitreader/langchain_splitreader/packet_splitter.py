"""Packets that another loader has read page by page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any, Literal

from langchain_core.documents import BaseDocumentTransformer, Document

from langchain_splitreader.options import reader_of
from langchain_splitreader.segments import FIRST_PAGE, to_langchain
from splitreader import CategoriesLike, InvalidConfiguration, SplitReader

_LARGEST = 100_000
"""No packet has a page with a larger number; what is larger is no page number."""


class PacketSplitter(BaseDocumentTransformer):
    """Page Documents of another loader in, one Document per document of the packet out.

    For pages of ``PyPDFLoader``, Docling and others. Pages with the same ``source`` are one packet. If a file is there
    under that name, ids are those that `SplitLoader` gives. What all pages of a packet have in common stays in the
    metadata.

    Instantiate:
        .. code-block:: python

            from langchain_splitreader import PacketSplitter

            splitter = PacketSplitter({"invoice": "A request for payment", "contract": None})

    Split:
        .. code-block:: python

            documents = splitter.split_documents(PyPDFLoader("packet.pdf").load())

    Args:
        categories: names, ``Category`` objects, or ``{name: description}``; not with `reader`.
        reader: a ``splitreader.SplitReader`` with all its options, instead of `categories` and `options`.
        first_page: the number that the loader gives a first page in ``page``; None takes 0 if that number occurs in
            the packet, and otherwise 1.
        options: further options of ``splitreader.SplitReader``.

    Raises:
        splitreader.InvalidConfiguration: an option is wrong, or both or neither of categories and reader are given.
    """

    def __init__(
        self,
        categories: CategoriesLike | None = None,
        *,
        reader: SplitReader | None = None,
        first_page: Literal[0, 1] | None = None,
        **options: Any,
    ) -> None:
        self.reader = reader_of(categories, reader, options)
        self._first_page = first_page

    def split_documents(self, documents: Iterable[Document]) -> list[Document]:
        """One Document per document of each packet, in the order in which the packets begin.

        Args:
            documents: the pages. By ``page``, ``page_number`` or ``page_no`` in their metadata they are put in order,
                pages that the loader left out count as empty, and parts of one page are joined; without such numbers
                each is a page, in the order given.

        Raises:
            splitreader.SplitReaderError: see its tree.
        """
        packets: dict[str | None, list[Document]] = {}
        for document in documents:
            source = document.metadata.get("source")
            packets.setdefault(None if source is None else str(source), []).append(document)
        found = []
        for source, pages in packets.items():
            common = _common(pages)
            for segment in self.reader.from_pages(self._texts(pages), source=source):
                split = to_langchain(segment)
                split.metadata = {**deepcopy(common), **split.metadata}
                found.append(split)
        return found

    def transform_documents(self, documents: Sequence[Document], **kwargs: Any) -> Sequence[Document]:  # noqa: ARG002  # the base class has it
        """`split_documents`; ``atransform_documents`` runs it in a thread."""
        return self.split_documents(documents)

    def _texts(self, documents: Sequence[Document]) -> list[str]:
        """The text of every page of a packet, from its first."""
        for key in ("page_number", "page_no", "page"):
            numbers = [document.metadata.get(key) for document in documents]
            if all(isinstance(number, int) and 0 <= number <= _LARGEST for number in numbers):
                return self._in_order(documents, [int(number or 0) for number in numbers], key)
        return [document.page_content for document in documents]

    def _in_order(self, documents: Sequence[Document], numbers: Sequence[int], key: str) -> list[str]:
        first: int = int(0 not in numbers) if self._first_page is None else self._first_page
        first = first if key == "page" else 1
        if min(numbers) < first:
            raise InvalidConfiguration(f"a page has the number {min(numbers)} in {key!r}, but a first page has {first}")
        texts: dict[int, list[str]] = {}
        for number, document in zip(numbers, documents, strict=True):
            texts.setdefault(number - first, []).append(document.page_content)
        total = documents[0].metadata.get("total_pages")
        count = max(max(texts) + 1, total if isinstance(total, int) and total <= _LARGEST else 0)
        return ["\n".join(texts.get(index, ())) for index in range(count)]


def _common(documents: Sequence[Document]) -> dict[str, Any]:
    """What the metadata of all pages say alike, but not of the page."""
    first, *others = (document.metadata for document in documents)
    return {
        key: value
        for key, value in first.items()
        if key not in FIRST_PAGE and all(key in other and other[key] == value for other in others)
    }
