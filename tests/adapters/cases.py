"""Packets, routes and what must come out, the same for both frameworks.

Each adapter's test reads a case's packet with `reader`, builds the framework's router from `routes`, where ``"lines"``
is a step that makes one chunk of each line that is not blank, and compares ids, metadata, ways and chunks.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

from splitreader import CONFIDENCE_RANK, Confidence, EngineAnswer, ProposedSegment, SplitReader, format_pages
from splitreader.testing import ScriptedEngine
from support.pdfs import make_pdf

Way = Literal["lines", "drop", "pass-through"]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One document of a packet, and what must become of it.

    `id` is written down, not computed: it stands in users' stores. `chunks` are the texts of the outputs with the
    pages that each covers; None says that the document comes out whole.
    """

    id: str
    category: str
    pages: tuple[int, ...]
    confidence: Confidence = "high"
    way: str
    chunks: tuple[tuple[str, str], ...] | None = ()


@dataclass(frozen=True, kw_only=True)
class Case:
    name: str
    pages: tuple[str, ...]
    segments: tuple[Segment, ...]
    routes: dict[str, tuple[Way, Confidence | None]]
    default: Way = "pass-through"
    review: Way = "pass-through"
    categories: dict[str, str | None] = field(default_factory=lambda: {"invoice": "A bill", "contract": None})
    packet_id: str | None = None

    @property
    def data(self) -> bytes:
        return make_pdf(self.pages)

    @property
    def source(self) -> str:
        return f"mail/{self.name}.pdf"

    def reader(self, job_id: str | None = None) -> SplitReader:
        def script(packet):
            segments = [
                ProposedSegment(category=segment.category, pages=segment.pages, confidence=segment.confidence)
                for segment in self.segments
            ]
            return EngineAnswer(segments=segments, job_id=job_id)

        return SplitReader(self.categories, engine=ScriptedEngine(script), packet_id=self.packet_id)

    def text(self, segment: Segment) -> str:
        return "\n\n".join(self.pages[page - 1] for page in segment.pages)

    def metadata(self, segment: Segment) -> dict[str, object]:
        """All that the metadata of a segment must hold."""
        offsets, at = [], 0
        for page in segment.pages:
            offsets.append(f"{page}:{at}")
            at += len(self.pages[page - 1]) + 2
        return {
            "category": segment.category,
            "pages": format_pages(segment.pages),
            "confidence": segment.confidence,
            "confidence_rank": CONFIDENCE_RANK[segment.confidence],
            "page_start": segment.pages[0],
            "page_end": segment.pages[-1],
            "page_count": len(segment.pages),
            "packet_page_count": len(self.pages),
            "segment_index": self.segments.index(segment),
            "segment_id": segment.id,
            "packet_id": self.packet_id or hashlib.sha256(self.data).hexdigest(),
            "source": self.source,
            "file_name": f"{self.name}.pdf",
            "text_source": "text-layer" if self.text(segment).strip() else "none",
            "engine": "scripted",
            "page_offsets": ",".join(offsets),
        }


CASES = (
    Case(
        name="two-documents",
        pages=("Invoice one\nTotal 10", "Terms of payment", "Contract"),
        segments=(
            Segment(
                id="4bb35af6-3418-53a2-9ba7-cc8d963a6552",
                category="invoice",
                pages=(1, 2),
                way="invoice",
                chunks=(("Invoice one", "1"), ("Total 10", "1"), ("Terms of payment", "2")),
            ),
            Segment(
                id="1dfce946-4218-5807-ac69-66549f9abf52", category="contract", pages=(3,), way="default", chunks=None
            ),
        ),
        routes={"invoice": ("lines", None)},
    ),
    Case(
        name="a-gap",
        pages=("Invoice\nContinued overleaf", "Contract", "Total 20"),
        segments=(
            Segment(
                id="d9ff1a5c-8231-5321-acae-81220562fbb0",
                category="invoice",
                pages=(1, 3),
                way="invoice",
                chunks=(("Invoice", "1"), ("Continued overleaf", "1"), ("Total 20", "3")),
            ),
            Segment(
                id="dbde1a75-68ae-51ab-a5df-82472b327810", category="contract", pages=(2,), way="contract", chunks=()
            ),
        ),
        routes={"invoice": ("lines", None), "contract": ("drop", None)},
    ),
    Case(
        name="the-same-line-on-each-page",
        pages=("Acme Ltd\nfirst", "Acme Ltd\nsecond", "Acme Ltd\nthird"),
        segments=(
            Segment(
                id="51cca211-888f-534b-b8d9-f9413396f7cd",
                category="contract",
                pages=(1, 2, 3),
                way="contract",
                chunks=(
                    ("Acme Ltd", "1"),
                    ("first", "1"),
                    ("Acme Ltd", "2"),
                    ("second", "2"),
                    ("Acme Ltd", "3"),
                    ("third", "3"),
                ),
            ),
        ),
        routes={"contract": ("lines", None)},
    ),
    Case(
        name="a-repeated-line-that-ends-a-longer-one",
        pages=("Total\nGrand Total", "Total\nTotal", "Sub Total\nTotal"),
        segments=(
            Segment(
                id="a127d8e2-dc84-531c-b59a-74048b3fb461",
                category="invoice",
                pages=(1, 2, 3),
                way="invoice",
                chunks=(
                    ("Total", "1"),
                    ("Grand Total", "1"),
                    ("Total", "2"),
                    ("Total", "2"),
                    ("Sub Total", "3"),
                    ("Total", "3"),
                ),
            ),
        ),
        routes={"invoice": ("lines", None)},
    ),
    Case(
        name="too-little-confidence",
        pages=("Invoice a", "Invoice b", "Invoice c", "Contract d"),
        segments=(
            Segment(
                id="39765123-976e-5235-be2b-9f67695da0be",
                category="invoice",
                pages=(1,),
                way="invoice",
                chunks=(("Invoice a", "1"),),
            ),
            Segment(
                id="af6c2917-40ca-5409-b49a-f8b1da52717f",
                category="invoice",
                pages=(2,),
                confidence="medium",
                way="invoice",
                chunks=(("Invoice b", "2"),),
            ),
            Segment(
                id="98e33479-0dc8-59c2-b734-ff13f7c033ad",
                category="invoice",
                pages=(3,),
                confidence="low",
                way="review",
                chunks=(),
            ),
            Segment(
                id="de51aa89-72eb-5ee1-b6f8-2f2994a6b284",
                category="contract",
                pages=(4,),
                confidence="low",
                way="contract",
                chunks=(("Contract d", "4"),),
            ),
        ),
        routes={"invoice": ("lines", "medium"), "contract": ("lines", None)},
        review="drop",
    ),
    Case(
        name="a-blank-page",
        pages=("", "Contract"),
        segments=(
            Segment(
                id="2356eb89-78f2-5c59-858c-c6c94793fee8", category="invoice", pages=(1,), way="review", chunks=None
            ),
            Segment(
                id="ad8d969b-673c-54fc-b139-35c28b72429f",
                category="contract",
                pages=(2,),
                way="contract",
                chunks=(("Contract", "2"),),
            ),
        ),
        routes={"invoice": ("drop", None), "contract": ("lines", None)},
    ),
    Case(
        name="what-fits-no-category",
        pages=("Invoice", "A postcard"),
        segments=(
            Segment(
                id="c7c8f7a3-c992-5a28-b3ca-98a161248ee9", category="invoice", pages=(1,), way="default", chunks=()
            ),
            Segment(
                id="48dd51c8-b7f9-5a21-990a-3d1b61e59a4c",
                category="uncategorized",
                pages=(2,),
                way="uncategorized",
                chunks=(("A postcard", "2"),),
            ),
        ),
        routes={"uncategorized": ("lines", None)},
        default="drop",
    ),
    Case(
        name="names-that-stores-stumble-over",
        pages=("Licence", "Slash", "Underscore", "Smile"),
        segments=(
            Segment(
                id="1ef629d5-062a-594f-8eab-f53d0025d1b4",
                category="driver's license",
                pages=(1,),
                way="driver's license",
                chunks=(("Licence", "1"),),
            ),
            Segment(id="62d55a65-7f67-59d1-8bd6-3bb6b97a8780", category="a/b", pages=(2,), way="a/b", chunks=()),
            Segment(
                id="eeb19ec6-5593-569d-88c5-c9ba4a53c30f",
                category="a_b",
                pages=(3,),
                way="a_b",
                chunks=(("Underscore", "3"),),
            ),
            Segment(
                id="bd53fa9f-4161-5ad4-b0da-38ee4fbd2a02",
                category="\N{PAGE FACING UP} default",
                pages=(4,),
                way="default",
                chunks=None,
            ),
        ),
        routes={"driver's license": ("lines", None), "a/b": ("drop", None), "a_b": ("lines", "high")},
        categories={"driver's license": None, "a/b": None, "a_b": None, "\N{PAGE FACING UP} default": None},
    ),
    Case(
        name="categories-called-default-and-review",
        pages=("One", "Two", "Three"),
        segments=(
            Segment(
                id="ff9c5860-082c-5ed0-87d3-65e2d8861efb",
                category="default",
                pages=(1,),
                way="default",
                chunks=(("One", "1"),),
            ),
            Segment(
                id="9a447839-9c2b-5958-8c77-be7860fa98f5",
                category="review",
                pages=(2,),
                way="review",
                chunks=(("Two", "2"),),
            ),
            Segment(
                id="9ceac134-db3b-5a01-8134-d1e931b65305", category="contract", pages=(3,), way="default", chunks=()
            ),
        ),
        routes={"default": ("lines", None), "review": ("lines", None)},
        default="drop",
        review="drop",
        categories={"default": None, "review": None, "contract": None},
    ),
    Case(
        name="a-packet-with-a-name-of-its-own",
        pages=("Invoice", "Contract"),
        segments=(
            Segment(
                id="dcc257b4-4ec7-5aed-aac6-eaf0b4525803",
                category="invoice",
                pages=(1,),
                way="invoice",
                chunks=(("Invoice", "1"),),
            ),
            Segment(
                id="5f6d954a-40a5-5d81-9cb3-59dd94addd6f", category="contract", pages=(2,), way="default", chunks=None
            ),
        ),
        routes={"invoice": ("lines", None)},
        packet_id="claim-4711",
    ),
)
