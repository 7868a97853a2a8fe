"""Packets that another loader has read page by page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, Unpack

from langchain_core.documents import BaseDocumentTransformer, Document

from langchain_splitreader.options import reader_of
from langchain_splitreader.segments import FIRST_PAGE, to_langchain
from splitreader import CategoriesLike, InvalidConfiguration, ReaderOptions, SplitReader
from splitreader.routing import foreign_metadata

_LARGEST = 100_000
"""No packet has a page with a larger number; what is larger is no page number."""


class PacketSplitter(BaseDocumentTransformer):
    """Page Documents of another loader in, one Document per document of the packet out.

    For pages of ``PyPDFLoader``, Docling and others. Pages with the same ``source`` are one packet. If a file is there
    under that name, ids are those that `SplitLoader` gives. What all pages of a packet have in common stays in the
    metadata, but for the keys that only splitreader writes.

    Instantiate:
        .. code-block:: python

            from langchain_splitreader import PacketSplitter

            splitter = PacketSplitter({"invoice": "A request for payment", "contract": None})

    Split:
        .. code-block:: python

            from langchain_core.documents import Document

            texts = ["Invoice INV-1", "Total due 10.00"]  # yours may come from PyPDFLoader
            pages = [Document(text, metadata={"source": "scan.pdf", "page": n}) for n, text in enumerate(texts)]
            documents = splitter.split_documents(pages)

    Args:
        categories: names, ``Category`` objects, or ``{name: description}``; not with `reader`.
        reader: a ``splitreader.SplitReader`` with all its options, instead of `categories` and `options`.
        first_page: the number that the loader gives a first page in ``page``. None takes 0 if that number occurs in
            the packet, or if ``page_label`` is always one more, and otherwise 1; where ``total_pages`` says that pages
            were left out, so that either could be, it is refused.
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
        **options: Unpack[ReaderOptions],
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
            splitreader.InvalidConfiguration: only some pages of a packet have a number, or it can't be told what the
                numbers count from.
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
                split.metadata = {**foreign_metadata(common), **split.metadata}
                found.append(split)
        return found

    def transform_documents(self, documents: Sequence[Document], **kwargs: Any) -> Sequence[Document]:  # noqa: ARG002  # the base class has it
        """`split_documents`; ``atransform_documents`` runs it in a thread."""
        return self.split_documents(documents)

    def _texts(self, documents: Sequence[Document]) -> list[str]:
        """The text of every page of a packet, from its first."""
        some: dict[str, int] = {}
        for key in ("page_number", "page_no", "page"):
            numbers = [document.metadata[key] for document in documents if _is_number(document.metadata.get(key))]
            if len(numbers) == len(documents):
                return self._in_order(documents, numbers, key)
            if numbers:
                some[key] = len(documents) - len(numbers)
        for key, missing in some.items():
            raise InvalidConfiguration(
                f"{missing} of {len(documents)} Documents of {_name(documents)} have no page number in {key!r}, and "
                "the others have; give all of them one, or leave these out"
            )
        return [document.page_content for document in documents]

    def _in_order(self, documents: Sequence[Document], numbers: Sequence[int], key: str) -> list[str]:
        first = 1
        if key == "page":
            first = _first(documents, numbers) if self._first_page is None else self._first_page
        if min(numbers) < first:
            raise InvalidConfiguration(f"a page has the number {min(numbers)} in {key!r}, but a first page has {first}")
        texts: dict[int, list[str]] = {}
        for number, document in zip(numbers, documents, strict=True):
            texts.setdefault(number - first, []).append(document.page_content)
        total = documents[0].metadata.get("total_pages")
        count = max(max(texts) + 1, total if isinstance(total, int) and total <= _LARGEST else 0)
        return ["\n".join(texts.get(index, ())) for index in range(count)]


def _first(documents: Sequence[Document], numbers: Sequence[int]) -> int:
    """The number that ``page`` gives a first page."""
    total = documents[0].metadata.get("total_pages")
    known = total if _is_number(total) else None
    if 0 in numbers:
        return 0
    if max(numbers) == known:
        return 1
    labels = [str(document.metadata.get("page_label")) for document in documents]
    if labels == [str(number + 1) for number in numbers]:
        return 0
    if known is not None and known > max(numbers):
        raise InvalidConfiguration(
            f"the pages of {_name(documents)} have the numbers {min(numbers)} to {max(numbers)} of {known}, so that "
            "the first page may have 0 or 1; say which with first_page="
        )
    return 1


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def _name(documents: Sequence[Document]) -> str:
    return str(documents[0].metadata.get("source", "a packet without source"))


def _common(documents: Sequence[Document]) -> dict[str, Any]:
    """What the metadata of all pages say alike, but not of the page."""
    first, *others = (document.metadata for document in documents)
    return {
        key: value
        for key, value in first.items()
        if key not in FIRST_PAGE and all(key in other and other[key] == value for other in others)
    }
