"""Type-checked, never run: what users may give a reader, and what they get of it."""

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Unpack, assert_type

from splitreader import (
    AllowUncategorized,
    BinaryStream,
    Cache,
    CacheLike,
    CategoriesLike,
    Category,
    Duplicates,
    Engine,
    Failure,
    FileId,
    Limits,
    MetadataLike,
    OCRLike,
    OnError,
    PacketIdLike,
    PacketLike,
    PagePicture,
    PageText,
    PasswordLike,
    Progress,
    ReaderOptions,
    SegmentDocument,
    Source,
    SourceLike,
    SplitConfig,
    SplitPacket,
    SplitReader,
    SplitReaderError,
    SplitResult,
)


def report(progress: Progress) -> None:
    assert_type(progress.source, str)
    assert_type((progress.page, progress.pages_read, progress.pages_wanted), tuple[int, int, int])


def packet_id(source: Source) -> str:
    return source.sha256


def metadata(source: Source) -> dict[str, str | int | float | bool | list[str | int | float | bool]]:
    assert_type(source.path, Path | None)
    return {"size": source.size or 0, "access": ["a", "b"]}


def recognized(picture: PagePicture) -> str:
    assert_type(picture.png, bytes)
    return f"page {picture.page} of {picture.source}, {picture.width} by {picture.height} points"


def password(source: Source) -> str | None:
    return "secret" if source.name == "packet.pdf" else None


def put_aside(failure: Failure) -> None:
    assert_type(failure.source, str)
    assert_type(failure.error, SplitReaderError)


def invoices(**options: Unpack[ReaderOptions]) -> SplitReader:
    return SplitReader(["invoice"], **options)


class Drip:
    def read(self, size: int, /) -> bytes:
        return b"%PDF"[:size]


named: CategoriesLike = ["contract", {"name": "letter"}, Category(name="invoice", partition_key="invoice number")]
described: CategoriesLike = {"invoice": "A request for payment", "contract": None}
without: AllowUncategorized = "forbid"
twins: Duplicates = "keep"
ocr: OCRLike = recognized
no_ocr: OCRLike = "off"
given_password: PasswordLike = password
left_out: OnError = put_aside
ids: PacketIdLike = packet_id
own_metadata: MetadataLike = metadata
kept: CacheLike = Cache("cache", max_bytes=10**9)
limits = Limits(max_pages=500, max_bytes=None, page_seconds=10)
assert_type(limits.max_pages, int | None)

reader = SplitReader(
    named,
    allow_uncategorized=without,
    packet_id=ids,
    metadata=own_metadata,
    duplicates=twins,
    ocr=ocr,
    password=given_password,
    on_error=left_out,
    limits=limits,
    progress=report,
    workers=2,
    cache=kept,
)
SplitReader(described, allow_uncategorized=True, metadata={"tenant": "t", "access": ["a", "b"]}, packet_id="packet-1")
SplitReader(described, ocr=no_ocr, password="secret", on_error="skip", cache=Path("cache"))
SplitReader({"invoice": "A request for payment"}, metadata=lambda source: {"size": source.size or 0})
assert_type(reader.engine, Engine)

config: SplitConfig = reader.config
assert_type(SplitConfig.build(described, target_pages="1-3"), SplitConfig)
assert_type(config.categories, tuple[Category, ...])
assert_type(config.category_names, tuple[str, ...])
assert_type(config.selected_pages(10), tuple[int, ...])

stream: BinaryStream = Drip()
one: PacketLike = stream
several: SourceLike = [Path("a.pdf"), b"bytes", "https://example.org/b.pdf", FileId("f"), one]

assert_type(reader.load("packet.pdf"), list[SegmentDocument])
assert_type(reader.load([Path("a.pdf"), b"bytes", "b.pdf"]), list[SegmentDocument])
assert_type(reader.load(several), list[SegmentDocument])
assert_type(reader.lazy_load(b"bytes", name="mail.pdf"), Iterator[SegmentDocument])
assert_type(reader.lazy_packets("folder"), Iterator[SplitPacket])
assert_type(reader.split_many("folder", workers=2, on_error="skip"), Generator[SplitPacket, None, None])
assert_type(reader.asplit_many("folder", ordered=False), AsyncGenerator[SplitPacket, None])
assert_type(reader.from_pages(["one", PageText(page=2, text="two")], source="x"), list[SegmentDocument])

for packet in reader.lazy_packets(several):
    assert_type(packet.source, Source)
    assert_type(packet.result, SplitResult)
    assert_type(packet.documents, list[SegmentDocument])

result = reader.split(one)
assert_type(result, SplitResult)
assert_type(reader.documents("packet.pdf", result), list[SegmentDocument])
assert_type(reader.write_pdfs("packet.pdf", "out", result), list[Path])
assert_type(reader.page_pictures("packet.pdf", result, pages=[1]), Generator[tuple[int, bytes], None, None])

document = reader.load("packet.pdf")[0]
assert_type(document.text, str)
assert_type(document.metadata, dict[str, str | int | float | bool | list[str | int | float | bool]])
assert_type(document.segment.score, float | None)
assert_type(document.page_texts, tuple[PageText, ...])
assert_type(document.page_offsets, dict[int, int])
assert_type(document.packet, Source | None)
assert_type(document.to_json_line(), str)
assert_type(document.to_pdf(password="secret"), bytes)
assert_type(reader.to_pdf(document), bytes)


async def asynchronous() -> None:
    assert_type(await reader.asplit("packet.pdf"), SplitResult)
    assert_type(await reader.aload("packet.pdf"), list[SegmentDocument])
    documents: AsyncIterator[SegmentDocument] = reader.alazy_load("packet.pdf")
    async for document in documents:
        assert_type(document, SegmentDocument)
    async for packet in reader.alazy_packets("folder"):
        assert_type(packet, SplitPacket)


assert_type(invoices(ocr="off", on_error="skip", workers=2), SplitReader)
