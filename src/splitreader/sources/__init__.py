"""From what a user hands in to `Source`: a name, a content hash, a way to read it."""

from splitreader.sources._deadline import Abort
from splitreader.sources._duplicates import Duplicates, Twins
from splitreader.sources._file_state import FileState
from splitreader.sources._localizing import localize
from splitreader.sources._magic import HEADER_WITHIN, explain_not_a_pdf, is_pdf
from splitreader.sources._resolving import PacketLike, SourceLike, is_file, one_source, resolve_sources, texts_source
from splitreader.sources._source import BinaryStream, FileId, Source
from splitreader.sources._spool import spool

__all__ = [
    "HEADER_WITHIN",
    "Abort",
    "BinaryStream",
    "Duplicates",
    "FileId",
    "FileState",
    "PacketLike",
    "Source",
    "SourceLike",
    "Twins",
    "explain_not_a_pdf",
    "is_file",
    "is_pdf",
    "localize",
    "one_source",
    "resolve_sources",
    "spool",
    "texts_source",
]
