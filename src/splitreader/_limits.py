"""How much of this machine one packet may take."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MEGABYTE = 1 << 20


class Limits(BaseModel):
    """What one packet may take before it is given up with an error of its own; the next packet works.

    Args:
        max_bytes: size of the file; None for no limit. Checked before the file is read, and while one is downloaded.
        max_pages: pages of the packet; None for no limit.
        max_text: bytes of the texts of all its pages in UTF-8, without what your own OCR function gives; None for no
            limit. A small file can show one large text on each of its pages.
        memory: bytes of address space for the process that reads PDFs, beside twice the packet where it is handed over
            as bytes. Where the system can't limit it, the process's resident memory is watched instead.
        ocr_memory: the same from the first page on that is read by OCR in that process, also for the packets after it,
            since the models stay loaded; where it is less than `memory`, that counts.
        page_seconds: how long the process may take without progress, on one page.
        ocr_page_seconds: the same for a page that is read by OCR.
        max_seconds: for the reading of the whole packet; None for no limit.
        download_seconds: for a whole download.

    Raises:
        pydantic.ValidationError: a limit is not above 0.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_bytes: Annotated[int | None, Field(gt=0)] = 2048 * MEGABYTE
    max_pages: Annotated[int | None, Field(gt=0)] = 10_000
    max_text: Annotated[int | None, Field(gt=0)] = 128 * MEGABYTE
    memory: Annotated[int, Field(gt=0)] = 1024 * MEGABYTE
    ocr_memory: Annotated[int, Field(gt=0)] = 3072 * MEGABYTE
    page_seconds: Annotated[float, Field(gt=0)] = 30.0
    ocr_page_seconds: Annotated[float, Field(gt=0)] = 120.0
    max_seconds: Annotated[float | None, Field(gt=0)] = None
    download_seconds: Annotated[float, Field(gt=0)] = 600.0
