"""A reader that yields one Document per segment of a packet."""

from __future__ import annotations

import pickle
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, nullcontext
from typing import Any, Literal

from llama_index.core.bridge.pydantic import (
    BaseModel,
    Field,
    PrivateAttr,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)
from llama_index.core.instrumentation import get_dispatcher  # type: ignore[attr-defined]  # it is the way in
from llama_index.core.readers.base import BasePydanticReader, BaseReader
from llama_index.core.schema import Document

from llama_index.readers.splitreader.events import PacketSplitEvent
from llama_index.readers.splitreader.file_systems import aopen_in, open_in
from llama_index.readers.splitreader.options import in_one_line, refuse_what_can_not_be_stored
from llama_index.readers.splitreader.pages_in import packets_of_pages, shared_metadata, texts_of
from llama_index.readers.splitreader.progress import page_bar
from llama_index.readers.splitreader.segment_reading import (
    aread_segment,
    check_readers,
    is_twin,
    read_segment,
)
from splitreader import (
    AllowUncategorized,
    CategoriesLike,
    Category,
    Duplicates,
    InvalidConfiguration,
    Limits,
    SegmentDocument,
    SourceLike,
    SplitConfig,
    SplitPacket,
    SplitReader,
)

dispatcher = get_dispatcher(__name__)

_EITHER = "give either categories, with options, or a reader that has its own"


class SplitPDFReader(BasePydanticReader):
    """Reads packets, PDFs that hold many documents, as one LlamaIndex Document per document inside.

    Works alone and as ``file_extractor={".pdf": SplitPDFReader(...)}`` of SimpleDirectoryReader (set its
    ``raise_on_error=True``: without it a packet that can't be read is printed and left out).

    Options can't be changed later; ``model_copy(update=...)`` makes another reader.

    Args:
        categories: names, ``Category`` objects, or ``{name: description}``; not with `reader`.
        segment_readers: ``{category: reader}``: the PDF of each segment of that category goes to that LlamaIndex
            reader, and its Documents come instead, with the segment's metadata, stable ids and the packet's page
            numbers. Not part of ``to_dict()``.
        show_progress: draw a bar of the pages read; only without `reader`, which has a ``progress`` of its own.
        reader: a ``splitreader.SplitReader`` with all its options, instead of the others: the way to a ``password``, to
            an ``engine``, and to options that are functions, none of which can be stored. Such a reader is not part of
            ``to_dict()``, which says so; ``from_dict(data, reader=...)`` takes it again.
        allow_uncategorized, min_pages_per_split, custom_instructions, target_pages: see ``splitreader.SplitReader``.
        packet_id, metadata, page_list, duplicates, ocr, on_error: see there, too.
        limits: see there, too; may be a dict.

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
    show_progress: bool = Field(default=False, description="Whether to draw a bar of the pages read.")
    _given: SplitReader | None = PrivateAttr(default=None)
    _segment_readers: dict[str, BaseReader] = PrivateAttr(default_factory=dict)

    def __init__(
        self,
        categories: CategoriesLike | None = None,
        *,
        reader: SplitReader | None = None,
        segment_readers: Mapping[str, BaseReader] | None = None,
        **options: Any,
    ) -> None:
        if reader is not None and not isinstance(reader, SplitReader):
            raise InvalidConfiguration(
                f"reader= is {type(reader).__name__}; give a SplitReader (from_dict() wants the one again that "
                "to_dict() could not store)"
            )
        if (categories is None) == (reader is None) or (reader is not None and options.keys() - {"is_remote"}):
            raise InvalidConfiguration(_EITHER)
        refuse_what_can_not_be_stored(options, type(self).model_fields)
        if categories is not None:
            options["categories"] = SplitConfig.build(categories).categories
        try:
            super().__init__(**options)
        except ValidationError as error:
            raise InvalidConfiguration(f"can't read with these options: {in_one_line(error)}") from error
        self._given = reader
        core = self.core()
        self._segment_readers = check_readers(segment_readers, core.config.category_names)
        is_remote = core.engine.is_remote
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
        if self._segment_readers:
            data["segment_readers"] = "readers, which are not part of this"
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
        return SplitReader(
            **{name: getattr(self, name) for name in _OPTIONS},
            progress=page_bar() if self.show_progress else None,
        )

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores this component."""
        return "SplitPDFReader"

    def lazy_load_data(
        self,
        file: SourceLike,
        extra_info: dict[str, Any] | None = None,
        fs: Any = None,
        *,
        name: str | None = None,
    ) -> Iterator[Document]:
        """One Document per segment, packet by packet; holds one packet at a time.

        Args:
            file: a path, a folder (its PDFs, recursively), a glob, an http(s) URL, bytes, a binary stream, or several
                of these.
            extra_info: more metadata; where it has one of our keys, ours stays.
            fs: an fsspec file system that holds `file`, which is then one path.
            name: what to call the packet, for bytes and streams; only when `file` is one packet.

        Yields:
            Documents whose id is the segment's: the same on every machine for the same packet split the same way.

        Raises:
            splitreader.SplitReaderError: see its tree.
        """
        core = self.core()
        with nullcontext(file) if fs is None else open_in(file, fs) as source:
            for packet in core.lazy_packets(source, name=str(file) if name is None and fs is not None else name):
                _tell(packet)
                for document in packet.documents:
                    yield from read_segment(document, self._segment_readers, core, extra_info)

    @dispatcher.span
    def load_data(
        self,
        file: SourceLike,
        extra_info: dict[str, Any] | None = None,
        fs: Any = None,
        *,
        name: str | None = None,
    ) -> list[Document]:
        """`lazy_load_data` as a list: the same arguments, and the same errors before anything is returned."""
        return list(self.lazy_load_data(file, extra_info, fs, name=name))

    async def alazy_load_data(  # type: ignore[override]  # the base awaits a thread and hands back a sync iterator
        self,
        file: SourceLike,
        extra_info: dict[str, Any] | None = None,
        fs: Any = None,
        *,
        name: str | None = None,
    ) -> AsyncIterator[Document]:
        """`lazy_load_data` for an event loop; nothing in it blocks the loop."""
        core = self.core()
        name = str(file) if name is None and fs is not None else name
        async with (
            nullcontext(file) if fs is None else aopen_in(file, fs) as source,
            aclosing(core.alazy_packets(source, name=name)) as packets,
        ):
            async for packet in packets:
                _tell(packet)
                for document in packet.documents:
                    for found in await aread_segment(document, self._segment_readers, core, extra_info):
                        yield found

    @dispatcher.span
    async def aload_data(
        self,
        file: SourceLike,
        extra_info: dict[str, Any] | None = None,
        fs: Any = None,
        *,
        name: str | None = None,
    ) -> list[Document]:
        """`alazy_load_data` as a list."""
        return [document async for document in self.alazy_load_data(file, extra_info, fs, name=name)]

    @dispatcher.span
    def split_documents(self, pages: Sequence[Document]) -> list[Document]:
        """Segment Documents from page Documents that another reader has read: LlamaParse, Docling, PDFReader ...

        Args:
            pages: the pages. Those with the same ``file_path`` (or ``file_name``, or ``source``) are one packet; if
                that is a file, ids are those that loading it gives. By ``page_number``, ``page_no``, ``page`` or
                ``page_label`` they are put in order, pages left out count as empty, and parts of one page are joined;
                without such numbers each is a page, in the order given. Metadata that all pages of a packet share
                stays, but for absolute paths and dates of the file.

        Raises:
            splitreader.InvalidConfiguration: only some pages of a packet have a number, or labels are ambiguous.
            splitreader.SplitReaderError: see its tree.
        """
        core = self.core()
        found: list[Document] = []
        seen: dict[str, list[SegmentDocument]] = {}
        for name, packet in packets_of_pages(pages):
            for document in _segments(core, name, packet, seen):
                found += read_segment(document, self._segment_readers, core, shared_metadata(packet))
        return found

    @dispatcher.span
    async def asplit_documents(self, pages: Sequence[Document]) -> list[Document]:
        """`split_documents` for an event loop; nothing in it blocks the loop."""
        import asyncio

        core = self.core()
        found: list[Document] = []
        seen: dict[str, list[SegmentDocument]] = {}
        for name, packet in packets_of_pages(pages):
            for document in await asyncio.to_thread(_segments, core, name, packet, seen):
                found += await aread_segment(document, self._segment_readers, core, shared_metadata(packet))
        return found


_OPTIONS = tuple(name for name in SplitPDFReader.model_fields if name not in ("is_remote", "show_progress"))


def _segments(
    core: SplitReader, name: str | None, pages: Sequence[Document], seen: dict[str, list[SegmentDocument]]
) -> list[SegmentDocument]:
    """The segments of a packet of pages; none of one that was there before."""
    texts = texts_of(pages)
    documents = core.from_pages(texts, source=name)
    if documents and is_twin(documents, seen.setdefault(documents[0].id, documents)):
        return []
    told = documents[0].metadata if documents else {}
    dispatcher.event(
        PacketSplitEvent(
            source=str(told.get("source", name)),
            engine=str(told.get("engine", core.engine.name)),
            page_count=len(texts),
            categories=[document.segment.category for document in documents],
        )
    )
    return documents


def _tell(packet: SplitPacket) -> None:
    result = packet.result
    dispatcher.event(
        PacketSplitEvent(
            source=packet.source.name,
            engine=result.engine,
            page_count=result.page_count,
            categories=[segment.category for segment in result.segments],
        )
    )
