"""How a server is set up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from splitreader._limits import MEGABYTE, Limits

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
"""The Host headers that a server without keys answers to."""


class ServerSettings(BaseModel):
    """What a server allows and how much it takes on.

    Args:
        data: the folder of its database and files; made if it is not there.
        hosts: names that the Host header may have, without port; on loopback without keys `LOOPBACK_HOSTS`.
        workers: jobs that run side by side.
        max_upload: bytes of one file.
        max_pages: pages of one packet.
        max_queue: jobs that may wait or run; more are refused with 429.
        job_seconds: how long one job may run.
        grace_seconds: how long a stopping server lets jobs run on before it hands them back.
        link_seconds: how long a link to a file's bytes is good for, unless asked otherwise.
        session_seconds: how long a session cookie is good for.
        secure_cookies: set session cookies for TLS only, also where the request does not show that it came by TLS.
        ocr: whether pages without text are read by OCR: ``"auto"`` or ``"off"``.
        limits: of the process that reads PDFs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path
    hosts: tuple[str, ...] = LOOPBACK_HOSTS
    workers: Annotated[int, Field(ge=1)] = 2
    max_upload: Annotated[int, Field(gt=0)] = 512 * MEGABYTE
    max_pages: Annotated[int, Field(gt=0)] = 10_000
    max_queue: Annotated[int, Field(gt=0)] = 1_000
    job_seconds: Annotated[float, Field(gt=0)] = 1_800.0
    grace_seconds: Annotated[float, Field(ge=0)] = 20.0
    link_seconds: Annotated[int, Field(gt=0)] = 3_600
    session_seconds: Annotated[int, Field(gt=0)] = 12 * 3_600
    secure_cookies: bool = False
    ocr: Literal["auto", "off"] = "auto"
    limits: Limits = Limits()
