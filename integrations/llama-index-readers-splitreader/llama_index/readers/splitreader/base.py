"""A reader that yields one Document per segment of a packet."""

from __future__ import annotations

import os
import pickle
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from copy import deepcopy
from typing import Any, BinaryIO, Literal

from llama_index.core.bridge.pydantic import (
    BaseModel,
    Field,
    PrivateAttr,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)
from llama_index.core.readers.base import BasePydanticReader
from llama_index.core.schema import Document

from splitreader import (
    MODEL_KEYS,
    AllowUncategorized,
    CategoriesLike,
    Category,
    Duplicates,
    InvalidConfiguration,
    Limits,
    SegmentDocument,
    SourceLike,
    SourceNotFound,
    SourceUnreadable,
    SplitConfig,
    SplitReader,
)

_EITHER = "give either categories, with options, or a reader that has its own"
_ELSEWHERE = ("allow_private", "engine", "password", "progress")
"""Options of the core that are no fields: secrets, functions, and what stored data may not switch on."""


class SplitPDFReader(BasePydanticReader):
    """Reads packets, PDFs that hold many documents, as one LlamaIndex Document per document inside.

    Works alone and as ``file_extractor={".pdf": SplitPDFReader(...)}`` of SimpleDirectoryReader (set its
    ``raise_on_error=True``: without it a packet that can't be read is printed and left out).

    Options can't be changed later; ``model_copy(update=...)`` makes another reader.

    Args:
        categories: names, ``Category`` objects, or ``{name: description}``; not with `reader`.
        reader: a ``splitreader.SplitReader`` with all its options, instead of the others: the way to a ``password``, to
            an ``engine``, and to options that are functions, none of which can be stored. Such a reader is not part of
            ``to_dict()``, which says so; ``from_dict(data, reader=...)`` takes it again.
        allow_uncategorized, min_pages_per_split, custom_instructions, target_pages, packet_id, metadata, page_list,
            duplicates, ocr, on_error, limits: see ``splitreader.SplitReader``. ``limits`` may be a dict.

    Raises:
        splitreader.InvalidConfiguration: an option is wrong, or both or neither of categories and reader are given.
    """

    categories: tuple[Category, ...] | None = Field(default=None, description="What the packets may hold.")
    allow_uncategorized: AllowUncategorized | bool = Field(default="include", description="Pages that fit no category.")
    min_pages_per_split: int | None = Field(default=None, description="The smallest number of pages of a document.")
    custom_instructions: str | None = Field(default=None, description="Text for engines that read instructions.")
    target_pages: str | None = Field(default=None, description="Which pages to split, like 1,3,5-7.")
    packet_id: str | None = Field(default=None, description="A name that stays when the file is revised.")
    metadata: dict[str, Any] | None = Field(default=None, description="More metadata for every Document.")
    page_list: bool = Field(default=False, description="Whether to add a list of the pages to the metadata.")
    duplicates: Duplicates = Field(default="drop", description="What becomes of identical packets.")
    ocr: Literal["auto", "off"] = Field(default="auto", description="What becomes of pages that are images.")
    on_error: Literal["raise", "skip"] = Field(default="raise", description="What becomes of unreadable packets.")
    limits: Limits | None = Field(default=None, description="What one packet may take of this machine.")
    _given: SplitReader | None = PrivateAttr(default=None)

    def __init__(
        self, categories: CategoriesLike | None = None, *, reader: SplitReader | None = None, **options: Any
    ) -> None:
        if reader is not None and not isinstance(reader, SplitReader):
            raise InvalidConfiguration(
                f"reader= is {type(reader).__name__}; give a SplitReader (from_dict() wants the one again that "
                "to_dict() could not store)"
            )
        if (categories is None) == (reader is None) or (reader is not None and options.keys() - {"is_remote"}):
            raise InvalidConfiguration(_EITHER)
        _refuse_what_can_not_be_stored(options, type(self).model_fields)
        if categories is not None:
            options["categories"] = SplitConfig.build(categories).categories
        try:
            super().__init__(**options)
        except ValidationError as error:
            raise InvalidConfiguration(f"can't read with these options: {_in_one_line(error)}") from error
        self._given = reader
        is_remote = self.core().engine.is_remote
        if options.get("is_remote", is_remote) is not is_remote:
            raise InvalidConfiguration(f"is_remote is {is_remote}, as the engine says; leave it out")
        self.__dict__["is_remote"] = is_remote

    def __setattr__(self, name: str, value: Any) -> None:
        if name in type(self).model_fields:
            raise InvalidConfiguration(f"{name} can't be changed any more; make another SplitPDFReader")
        super().__setattr__(name, value)

    def __getstate__(self) -> dict[str, Any]:
        # the base class would leave out what can't be pickled, and the copy would fail at its first use
        try:
            pickle.dumps(self._given)
        except Exception as error:
            raise TypeError(
                f"the SplitReader given as reader= can't be pickled ({error}); give it no function that is local and "
                "no password as text, or load in this process"
            ) from error
        return BaseModel.__getstate__(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        BaseModel.__setstate__(self, state)

    @model_serializer(mode="wrap")
    def custom_model_dump(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:  # noqa: ARG002  # the base class has it
        """The fields; for a reader of the core only the word that it is not among them."""
        data: dict[str, Any] = handler(self)
        if self._given is not None:
            data = {"is_remote": self.is_remote, "reader": "a SplitReader, which is not part of this"}
        return {**data, "class_name": self.class_name()}

    def core(self) -> SplitReader:
        """The reader of the core that does the work.

        Raises:
            splitreader.InvalidConfiguration: an option is wrong.
        """
        if self._given is not None:
            if self.model_fields_set - {"is_remote"}:
                raise InvalidConfiguration(_EITHER)
            return self._given
        return SplitReader(**{name: getattr(self, name) for name in _OPTIONS})

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores this component."""
        return "SplitPDFReader"

    def lazy_load_data(
        self, file: SourceLike, extra_info: dict[str, Any] | None = None, fs: Any = None
    ) -> Iterator[Document]:
        """One Document per segment, packet by packet; holds one packet at a time.

        Args:
            file: a path, a folder (its PDFs, recursively), a glob, an http(s) URL, bytes, a binary stream, or several
                of these.
            extra_info: more metadata; where it has one of our keys, ours stays.
            fs: an fsspec file system that holds `file`, which is then one path.

        Yields:
            Documents whose id is the segment's: the same on every machine for the same packet split the same way.

        Raises:
            splitreader.SplitReaderError: see its tree.
        """
        if fs is None:
            for document in self.core().lazy_load(file):
                yield _to_llama_index(document, extra_info)
            return
        with _open(file, fs) as stream:
            for document in self.core().lazy_load(stream, name=str(file)):
                yield _to_llama_index(document, extra_info)

    def load_data(self, file: SourceLike, extra_info: dict[str, Any] | None = None, fs: Any = None) -> list[Document]:
        """`lazy_load_data` as a list."""
        return list(self.lazy_load_data(file, extra_info, fs))

    async def alazy_load_data(  # type: ignore[override]  # the base awaits a thread and hands back a sync iterator
        self, file: SourceLike, extra_info: dict[str, Any] | None = None, fs: Any = None
    ) -> AsyncIterator[Document]:
        """`lazy_load_data` for an event loop; nothing in it blocks the loop."""
        import asyncio

        stream = None if fs is None else await asyncio.to_thread(_open, file, fs)
        source, name = (file, None) if stream is None else (stream, str(file))
        try:
            async with aclosing(self.core().alazy_load(source, name=name)) as documents:
                async for document in documents:
                    yield _to_llama_index(document, extra_info)
        finally:
            if stream is not None:
                await asyncio.to_thread(stream.close)

    async def aload_data(
        self, file: SourceLike, extra_info: dict[str, Any] | None = None, fs: Any = None
    ) -> list[Document]:
        """`alazy_load_data` as a list."""
        return [document async for document in self.alazy_load_data(file, extra_info, fs)]


_OPTIONS = tuple(name for name in SplitPDFReader.model_fields if name != "is_remote")


def _refuse_what_can_not_be_stored(options: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    elsewhere = [name for name, value in options.items() if name in _ELSEWHERE or (name in fields and callable(value))]
    if elsewhere:
        raise InvalidConfiguration(
            f"SplitPDFReader can't store {', '.join(elsewhere)} (functions, engines and passwords stay out of its "
            "dict); give a SplitReader as reader="
        )
    if unknown := sorted(options.keys() - fields.keys()):
        raise InvalidConfiguration(f"SplitPDFReader has no option {', '.join(unknown)}; see splitreader.SplitReader")


def _in_one_line(error: ValidationError) -> str:
    complaints = error.errors(include_url=False, include_input=False, include_context=False)[:3]
    return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in complaints)


def _open(file: SourceLike, fs: Any) -> BinaryIO:
    """The file of another file system, as a stream for the core."""
    if not isinstance(file, (str, os.PathLike)):
        raise InvalidConfiguration(f"with fs= this takes one path, and got {type(file).__name__}; load one by one")
    name = os.fspath(file)
    try:
        if fs.isdir(name):
            raise InvalidConfiguration(f"with fs= this takes one path, and {name} is a folder; load file by file")
        stream: BinaryIO = fs.open(name, "rb")
    except FileNotFoundError as error:
        raise SourceNotFound(
            f"there is no file {name!r} in {type(fs).__name__}; check the path", source=name
        ) from error
    except OSError as error:
        raise SourceUnreadable(
            f"{name} can't be opened in {type(fs).__name__} ({error.strerror or error}); check it", source=name
        ) from error
    return stream


def _to_llama_index(document: SegmentDocument, extra_info: dict[str, Any] | None) -> Document:
    metadata = {**deepcopy(extra_info or {}), **document.metadata}
    hidden = [key for key in metadata if key not in MODEL_KEYS]
    return Document(
        id_=document.id,
        text=document.text,
        metadata=metadata,
        excluded_embed_metadata_keys=hidden,
        excluded_llm_metadata_keys=list(hidden),
    )
