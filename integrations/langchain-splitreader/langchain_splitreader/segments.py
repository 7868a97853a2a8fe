"""From the core's Documents to LangChain's, one segment at a time; its category may have a loader of its own."""

from __future__ import annotations

import inspect
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, aclosing, contextmanager
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from typing import Any, TypeAlias

from langchain_core.document_loaders import BaseBlobParser, BaseLoader
from langchain_core.documents import Document
from langchain_core.documents.base import Blob
from langchain_core.runnables import run_in_executor

from splitreader import UNCATEGORIZED, InvalidConfiguration, SegmentDocument, SplitReader
from splitreader.routing import own_metadata, packet_pages, read_id, segment_pdf

SegmentLoader: TypeAlias = Callable[[str], BaseLoader] | BaseBlobParser
"""How the documents of one category are read: a function from a PDF's path to a loader, such as the class
``PyPDFLoader``, or a blob parser, which gets a Blob of the PDF. A function always gets the path."""

FIRST_PAGE = {"page": 0, "page_number": 1, "page_no": 1, "page_label": 1}
"""The keys in which LangChain's loaders tell the page of a Document, and the number of a first page."""

_log = getLogger(__name__)


def to_langchain(segment: SegmentDocument) -> Document:
    """The segment as a Document."""
    return Document(id=segment.id, page_content=segment.text, metadata=own_metadata(segment.metadata))


class SegmentReading:
    """Makes LangChain Documents of segments.

    Args:
        reader: that splits.
        loaders: for each category that has one, how its documents are read.

    Raises:
        InvalidConfiguration: a loader is none, or is for a category that no packet is split into.
    """

    def __init__(self, reader: SplitReader, loaders: Mapping[str, SegmentLoader] | None) -> None:
        self._reader = reader
        self._loaders = dict(loaders or {})
        names = (*reader.config.category_names, UNCATEGORIZED)
        for category, how in self._loaders.items():
            if reader.config.categories and category not in names:
                raise InvalidConfiguration(
                    f"segment_loaders has {category!r}, which no packet is split into; the categories are "
                    f"{', '.join(map(repr, names))}"
                )
            if not isinstance(how, BaseBlobParser) and not callable(how):
                raise InvalidConfiguration(
                    f"the segment loader of {category!r} is {type(how).__name__}; give a function from a path to a "
                    "loader, such as the loader's class, or a BaseBlobParser"
                )

    def documents(self, segment: SegmentDocument) -> Iterator[Document]:
        """What is made of one segment: itself, or what the loader of its category reads in its PDF."""
        how = self._loaders.get(segment.segment.category)
        if how is None:
            yield to_langchain(segment)
            return
        with _explained(segment), segment_pdf(segment, self._reader) as path:
            index = -1
            for index, part in enumerate(_parts(_opened(how, path), path)):
                yield _of_segment(segment, index, part, path)
            if index < 0:
                yield _unread(segment)

    async def adocuments(self, segment: SegmentDocument) -> AsyncGenerator[Document]:
        """`documents` for an event loop: by the loader's own async way, or in a thread."""
        how = self._loaders.get(segment.segment.category)
        if how is None:
            yield to_langchain(segment)
            return
        lent = _Lent()
        try:
            begun = await run_in_executor(None, self._begin, segment, how, lent)
            if isinstance(begun, _Begun):
                index = 0
                try:
                    with _explained(segment):
                        async with aclosing(_aparts(begun.loader)) as parts:
                            async for part in parts:
                                yield _of_segment(segment, index, part, begun.path)
                                index += 1
                    begun = [] if index else [_unread(segment)]
                except NotImplementedError:  # a loader may say so in place of an async way
                    if index:
                        raise
                    begun = await run_in_executor(None, self._read, segment)
            for document in begun:
                yield document
        finally:
            await run_in_executor(None, lent.give_back)

    def _read(self, segment: SegmentDocument) -> list[Document]:
        return list(self.documents(segment))

    def _begin(self, segment: SegmentDocument, how: SegmentLoader, lent: _Lent) -> list[Document] | _Begun:
        """Cut the PDF and, with a loader that blocks, read it.

        All of that is one call: who stops waiting for the thread does not take the PDF away from under it.
        """
        cut = segment_pdf(segment, self._reader)
        path = cut.__enter__()
        close = True
        try:
            with _explained(segment):
                source = _opened(how, path)
                if isinstance(source, BaseLoader) and type(source).alazy_load is not BaseLoader.alazy_load:
                    close = False
                    lent.lend(cut)
                    return _Begun(source, path)
                parts = list(_parts(source, path))
                return [_of_segment(segment, *item, path) for item in enumerate(parts)] or [_unread(segment)]
        finally:
            if close:
                cut.__exit__(None, None, None)


@dataclass(frozen=True)
class _Begun:
    """A loader with an async way of its own, before it reads the PDF at `path`."""

    loader: BaseLoader
    path: Path


class _Lent:
    """A PDF that a thread cuts and an event loop reads.

    It goes as soon as it is there and the loop is done with it, also if the loop was done first, being cancelled.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cut: AbstractContextManager[Path] | None = None
        self._done = False

    def lend(self, cut: AbstractContextManager[Path]) -> None:
        with self._lock:
            self._cut = cut
        if self._done:
            self.give_back()

    def give_back(self) -> None:
        with self._lock:
            self._done = True
            cut, self._cut = self._cut, None
        if cut is not None:
            cut.__exit__(None, None, None)


async def _aparts(loader: BaseLoader) -> AsyncGenerator[Document]:
    """What a loader reads in its own async way, which is closed when this is."""
    parts: Any = loader.alazy_load()
    if inspect.isawaitable(parts):  # an async function, which perhaps only raises NotImplementedError
        parts = await parts
    try:
        async for part in parts:
            yield part
    finally:
        if hasattr(parts, "aclose"):
            await parts.aclose()


def _opened(how: SegmentLoader, path: Path) -> BaseLoader | BaseBlobParser:
    source = how if isinstance(how, BaseBlobParser) else how(str(path))
    if not isinstance(source, (BaseLoader, BaseBlobParser)):
        raise InvalidConfiguration(f"a segment loader gave {type(source).__name__}, which is no BaseLoader")
    return source


def _parts(source: BaseLoader | BaseBlobParser, path: Path) -> Iterable[Document]:
    if isinstance(source, BaseBlobParser):
        return source.lazy_parse(Blob.from_path(path, mime_type="application/pdf"))
    return source.lazy_load()


def _of_segment(segment: SegmentDocument, index: int, part: Document, path: Path) -> Document:
    """A part that a loader read, as a part of the packet. What names the temporary file goes: it changes every time."""
    folder = path.parent.name
    own = {key: value for key, value in part.metadata.items() if folder not in str(value)}
    return Document(
        id=read_id(segment, index), page_content=part.page_content, metadata=packet_pages(segment, own, FIRST_PAGE)
    )


def _unread(segment: SegmentDocument) -> Document:
    """The segment itself, in place of a loader's Documents that did not come."""
    _log.warning(
        "the segment loader of %r gave nothing for pages %s of %s; its own text is taken",
        segment.segment.category,
        segment.metadata["pages"],
        segment.metadata["source"],
    )
    return to_langchain(segment)


@contextmanager
def _explained(segment: SegmentDocument) -> Iterator[None]:
    """Errors say which part of which packet was read."""
    try:
        yield
    except Exception as error:
        where = f"pages {segment.metadata['pages']} of {segment.metadata['source']}"
        error.add_note(f"while {where} were read by the segment loader of {segment.segment.category!r}")
        raise
