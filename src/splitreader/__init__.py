"""Split PDF packets into their documents, ready for LlamaIndex and LangChain. Offline by default."""

from splitreader._config import UNCATEGORIZED, AllowUncategorized, CategoriesLike, Category, SplitConfig
from splitreader._documents import SegmentDocument, SplitPacket
from splitreader._errors import (
    DamagedPDF,
    EncryptedPDF,
    EngineError,
    InvalidConfiguration,
    InvalidEngineResult,
    NotAPDF,
    OCRNotInstalled,
    OutputError,
    OutputExists,
    PacketError,
    PageUnreadable,
    SourceChanged,
    SourceError,
    SourceGone,
    SourceNotFound,
    SourceUnreadable,
    SplitReaderError,
    WorkerDied,
    WorkerError,
    WorkerTimeout,
)
from splitreader._origin import MODEL_KEYS, MetadataLike, PacketIdLike
from splitreader._pages import PageText, format_pages
from splitreader._reader import OCRChoice, SplitReader
from splitreader._result import CONFIDENCE_RANK, Confidence, Segment, SplitResult
from splitreader._sources import Duplicates, PacketLike, Source, SourceLike
from splitreader.engines import EmbeddedEngine, Engine, EngineAnswer, Packet, ProposedSegment, split_pages
from splitreader.pdf._packet import Progress

__version__ = "0.1.0"

__all__ = [
    "CONFIDENCE_RANK",
    "MODEL_KEYS",
    "UNCATEGORIZED",
    "AllowUncategorized",
    "CategoriesLike",
    "Category",
    "Confidence",
    "DamagedPDF",
    "Duplicates",
    "EmbeddedEngine",
    "EncryptedPDF",
    "Engine",
    "EngineAnswer",
    "EngineError",
    "InvalidConfiguration",
    "InvalidEngineResult",
    "MetadataLike",
    "NotAPDF",
    "OCRChoice",
    "OCRNotInstalled",
    "OutputError",
    "OutputExists",
    "Packet",
    "PacketError",
    "PacketIdLike",
    "PacketLike",
    "PageText",
    "PageUnreadable",
    "Progress",
    "ProposedSegment",
    "Segment",
    "SegmentDocument",
    "Source",
    "SourceChanged",
    "SourceError",
    "SourceGone",
    "SourceLike",
    "SourceNotFound",
    "SourceUnreadable",
    "SplitConfig",
    "SplitPacket",
    "SplitReader",
    "SplitReaderError",
    "SplitResult",
    "WorkerDied",
    "WorkerError",
    "WorkerTimeout",
    "__version__",
    "format_pages",
    "split_pages",
]
