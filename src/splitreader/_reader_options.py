"""The options of a reader, for those who hand them on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

from splitreader._config import AllowUncategorized
from splitreader._failures import OnError
from splitreader._limits import Limits
from splitreader._origin import MetadataLike, PacketIdLike
from splitreader.cache import CacheLike
from splitreader.engines._protocol import Engine
from splitreader.pdf._reading import OCRLike, PasswordLike, Progress
from splitreader.sources import Duplicates


class ReaderOptions(TypedDict, total=False):
    """What `SplitReader` takes beside the categories, for code that hands it on: ``**options: Unpack[ReaderOptions]``.

    Keys: see `SplitReader`.
    """

    engine: Engine | None
    allow_uncategorized: AllowUncategorized | bool
    min_pages_per_split: int | None
    custom_instructions: str | None
    target_pages: str | None
    packet_id: PacketIdLike | None
    metadata: MetadataLike | None
    page_list: bool
    duplicates: Duplicates
    ocr: OCRLike
    password: PasswordLike | None
    on_error: OnError
    limits: Limits | None
    allow_private: bool
    progress: Callable[[Progress], None] | None
    workers: int | None
    cache: CacheLike | None
