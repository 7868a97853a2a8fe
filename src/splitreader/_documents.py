"""From a result and its page texts to one Document per segment: stable ids, flat metadata, page offsets."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pydantic import BaseModel, ConfigDict, PrivateAttr

from splitreader._errors import SourceGone
from splitreader._limits import Limits
from splitreader._origin import Metadata, Origin, copied
from splitreader._pages import PageText, format_pages
from splitreader._result import CONFIDENCE_RANK, Segment, SplitResult
from splitreader.pdf._process import PDFWorker
from splitreader.sources import Source

SEGMENT_NAMESPACE = uuid.UUID("6f1d3c5e-2f0b-5a57-9a3e-0d4f3a0a7c11")
"""The uuid5 namespace of every segment id. It never changes: ids in users' stores depend on it."""

PAGE_SEPARATOR = "\n\n"
"""What stands between the texts of two pages in a Document's text."""


class SegmentDocument(BaseModel):
    """One document of a packet.

    Args:
        id: a uuid that is the same on every machine for the same packet, pages and category.
        text: the page texts, joined by two newlines.
        metadata: flat; see docs/metadata.md for every key.
        segment: category, pages, confidence, score, key, evidence.
        page_texts: one for each page of the segment, in order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    metadata: Metadata
    segment: Segment
    page_texts: tuple[PageText, ...]
    _packet: Source | None = PrivateAttr(default=None)
    _packet_page_count: int = PrivateAttr(default=0)
    _limits: Limits = PrivateAttr(default_factory=Limits)

    @property
    def packet(self) -> Source | None:
        """The PDF that this is a part of; None where only page texts were given, and in copies."""
        return self._packet

    @property
    def page_offsets(self) -> dict[int, int]:
        """Where each page begins in `text`, in code points: ``{page: offset}``."""
        lengths = [len(page.text) + len(PAGE_SEPARATOR) for page in self.page_texts]
        starts = accumulate(lengths[:-1], initial=0)
        return {page.page: start for page, start in zip(self.page_texts, starts, strict=True)}

    def to_json_line(self) -> str:
        """Id, text and metadata as one line of JSON, with its newline. It can be encoded as UTF-8 whatever it holds."""
        fields = {"id": self.id, "text": self.text, "metadata": self.metadata}
        line = json.dumps(fields, ensure_ascii=False)
        try:
            line.encode()
        except UnicodeEncodeError:  # half a surrogate pair, from a file name or a broken font
            line = json.dumps(fields)
        return line + "\n"

    def to_pdf(self, *, password: str | None = None) -> bytes:
        """The segment's pages as a PDF of their own, cut from the packet. May take seconds on a long one.

        Args:
            password: of an encrypted packet; a Document does not keep it. The PDF has none.

        Raises:
            SourceGone: the packet is not there any more, or was never a PDF.
            SourceChanged: the packet's bytes are others than those that were split.
            PacketError: the packet can't be cut.
        """
        if self._packet is None:
            source = str(self.metadata["source"])
            raise SourceGone(
                f"this document of {source} does not know its PDF (it came from page texts or from a copy); "
                "use SplitReader.write_pdfs with the packet",
                source=source,
            )
        self._packet.check_unchanged(self._packet.sha256)
        with PDFWorker(self._limits) as worker:
            (data,) = worker.cut(
                self._packet, [self.segment.pages], page_count=self._packet_page_count, password=password
            )
        return data


@dataclass(frozen=True, kw_only=True)
class SplitPacket:
    """One packet, split.

    Args:
        source: the packet.
        result: what the engine said.
        documents: one for each segment of the result, in order.
    """

    source: Source
    result: SplitResult
    documents: list[SegmentDocument]


def build_documents(  # noqa: PLR0913  # one call, all by name
    result: SplitResult,
    texts: Mapping[int, PageText],
    origin: Origin,
    *,
    packet: Source | None,
    limits: Limits,
    page_list: bool,
) -> list[SegmentDocument]:
    """One Document per segment of the result, in order.

    Args:
        result: of the packet.
        texts: of the pages of all segments, by page.
        origin: where they come from.
        packet: the PDF, for `SegmentDocument.to_pdf`; None where only page texts were given.
        limits: for `SegmentDocument.to_pdf`.
        page_list: whether metadata gets ``page_list``, for stores that take lists.
    """
    documents = []
    for index, segment in enumerate(result.segments):
        pages = tuple(texts[page] for page in segment.pages)
        document = SegmentDocument(
            id=segment_id(segment, origin),
            text=PAGE_SEPARATOR.join(page.text for page in pages),
            metadata={},
            segment=segment,
            page_texts=pages,
        )
        document.metadata.update(_own_metadata(document, index, result, origin, page_list=page_list))
        document.metadata.update(copied(origin.metadata))
        document._packet = packet
        document._limits = limits
        document._packet_page_count = result.page_count
        documents.append(document)
    return documents


def segment_id(segment: Segment, origin: Origin) -> str:
    """The segment's id: a uuid5 of packet id, pages and category (and the source's name where ids depend on it)."""
    parts = [origin.packet_id, format_pages(segment.pages), segment.category]
    if origin.source_in_id:
        parts.append(origin.source)
    return str(uuid.uuid5(SEGMENT_NAMESPACE, json.dumps(parts)))


def _own_metadata(
    document: SegmentDocument, index: int, result: SplitResult, origin: Origin, *, page_list: bool
) -> Metadata:
    segment = document.segment
    metadata: Metadata = {
        "category": segment.category,
        "pages": format_pages(segment.pages),
        "confidence": segment.confidence,
        "confidence_rank": CONFIDENCE_RANK[segment.confidence],
        "page_start": segment.pages[0],
        "page_end": segment.pages[-1],
        "page_count": len(segment.pages),
        "packet_page_count": result.page_count,
        "segment_index": index,
        "segment_id": document.id,
        "packet_id": origin.packet_id,
        "source": origin.source,
        "file_name": origin.file_name,
        "text_source": _text_source(document.page_texts),
        "engine": result.engine,
        "page_offsets": ",".join(f"{page}:{offset}" for page, offset in document.page_offsets.items()),
    }
    if segment.score is not None:
        metadata["score"] = round(segment.score, 2)
    if segment.key is not None:
        metadata["key"] = segment.key
    if page_list:
        metadata["page_list"] = list(segment.pages)
    return metadata


def _text_source(pages: Sequence[PageText]) -> str:
    """Where the text comes from. Blank pages don't count; a scan whose text nobody read does."""
    found = {page.text_source for page in pages if page.text_source != "none" or page.image_only}
    if not found:
        return "none"
    return found.pop() if len(found) == 1 else "mixed"
