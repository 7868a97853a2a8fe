"""A reader that yields one Document per segment of a packet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

from llama_index.core.bridge.pydantic import Field, PrivateAttr
from llama_index.core.readers.base import BasePydanticReader
from llama_index.core.schema import Document

from splitreader import (
    MODEL_KEYS,
    AllowUncategorized,
    CategoriesLike,
    Category,
    Duplicates,
    InvalidConfiguration,
    OCRChoice,
    SegmentDocument,
    SourceLike,
    SplitReader,
)


class SplitPDFReader(BasePydanticReader):
    """Reads packets, PDFs that hold many documents, as one LlamaIndex Document per document inside.

    Works alone and as ``file_extractor={".pdf": SplitPDFReader(...)}`` of SimpleDirectoryReader (set its
    ``raise_on_error=True``: without it a packet that can't be read is printed and left out).

    Args:
        categories: names, ``Category`` objects, or ``{name: description}``; not with `reader`.
        reader: a ``splitreader.SplitReader`` with all its options, instead of the others. Such a reader is not part of
            ``to_dict()``.
        allow_uncategorized, packet_id, metadata, page_list, duplicates, ocr: see ``splitreader.SplitReader``.

    Raises:
        splitreader.InvalidConfiguration: an option is wrong, or both or neither of categories and reader are given.
    """

    categories: tuple[Category, ...] | None = Field(default=None, description="What the packets may hold.")
    allow_uncategorized: AllowUncategorized | bool = Field(default="include", description="Pages that fit no category.")
    packet_id: str | None = Field(default=None, description="A name that stays when the file is revised.")
    metadata: dict[str, Any] | None = Field(default=None, description="More metadata for every Document.")
    page_list: bool = Field(default=False, description="Whether to add a list of the pages to the metadata.")
    duplicates: Duplicates = Field(default="drop", description="What becomes of identical packets.")
    ocr: OCRChoice = Field(default="auto", description="What becomes of pages that are images without text.")
    _reader: SplitReader = PrivateAttr()

    def __init__(
        self, categories: CategoriesLike | None = None, *, reader: SplitReader | None = None, **options: Any
    ) -> None:
        options.pop("is_remote", None)  # stands in to_dict(), and follows from the engine
        if (categories is None) == (reader is None) or (reader is not None and options):
            raise InvalidConfiguration("give either categories, with options, or a reader that has its own")
        if unknown := sorted(options.keys() - type(self).model_fields.keys()):
            raise InvalidConfiguration(
                f"SplitPDFReader has no option {', '.join(unknown)}; see splitreader.SplitReader"
            )
        if reader is None:
            reader = SplitReader(categories or (), **options)
            options["categories"] = reader.config.categories
        super().__init__(is_remote=reader.engine.is_remote, **options)
        self._reader = reader

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores this component."""
        return "SplitPDFReader"

    def lazy_load_data(
        self, file: SourceLike, extra_info: dict[str, Any] | None = None, fs: Any = None
    ) -> Iterator[Document]:
        """One Document per segment, packet by packet; holds one packet at a time.

        Args:
            file: a path, a folder (its PDFs, recursively), bytes, or several of these.
            extra_info: more metadata; where it has one of our keys, ours stays.
            fs: an fsspec file system that holds `file`, which is then one path.

        Yields:
            Documents whose id is the segment's: the same on every machine for the same packet split the same way.

        Raises:
            splitreader.SplitReaderError: see its tree.
        """
        source, name = (file, None) if fs is None else _fetch(file, fs)
        for document in self._reader.lazy_load(source, name=name):
            yield _to_llama_index(document, extra_info)

    def load_data(self, file: SourceLike, extra_info: dict[str, Any] | None = None, fs: Any = None) -> list[Document]:
        """`lazy_load_data` as a list."""
        return list(self.lazy_load_data(file, extra_info, fs))

    async def alazy_load_data(  # type: ignore[override]  # the base awaits a thread and hands back a sync iterator
        self, file: SourceLike, extra_info: dict[str, Any] | None = None, fs: Any = None
    ) -> AsyncIterator[Document]:
        """`lazy_load_data` for an event loop; nothing in it blocks the loop."""
        import asyncio

        source, name = (file, None) if fs is None else await asyncio.to_thread(_fetch, file, fs)
        async with aclosing(self._reader.alazy_load(source, name=name)) as documents:
            async for document in documents:
                yield _to_llama_index(document, extra_info)

    async def aload_data(
        self, file: SourceLike, extra_info: dict[str, Any] | None = None, fs: Any = None
    ) -> list[Document]:
        """`alazy_load_data` as a list."""
        return [document async for document in self.alazy_load_data(file, extra_info, fs)]


def _fetch(file: SourceLike, fs: Any) -> tuple[bytes, str]:
    with fs.open(str(file), "rb") as stream:
        return stream.read(), str(file)


def _to_llama_index(document: SegmentDocument, extra_info: dict[str, Any] | None) -> Document:
    metadata = {**(extra_info or {}), **document.metadata}
    hidden = [key for key in metadata if key not in MODEL_KEYS]
    return Document(
        id_=document.id,
        text=document.text,
        metadata=metadata,
        excluded_embed_metadata_keys=hidden,
        excluded_llm_metadata_keys=list(hidden),
    )
