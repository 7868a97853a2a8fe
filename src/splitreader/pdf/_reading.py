"""How packets are read: what the user says about scans, passwords and progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from splitreader._errors import InvalidConfiguration
from splitreader._secrets import Secret
from splitreader.pdf._process import Scans
from splitreader.sources import Source


@dataclass(frozen=True, kw_only=True)
class PagePicture:
    """A page that is an image, for an OCR program.

    Args:
        source: the packet's name.
        page: 1-based.
        png: the page as a PNG, 150 dpi or a little more.
        width, height: of the page, in points.
    """

    source: str
    page: int
    png: bytes = field(repr=False)
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the reading of one packet has come.

    Args:
        source: the packet's name.
        page: the page that was read last, 1-based.
        pages_read: how many have been read.
        pages_wanted: how many will be read.
    """

    source: str
    page: int
    pages_read: int
    pages_wanted: int


OCRLike: TypeAlias = Literal["auto", "off"] | Callable[[PagePicture], str]
PasswordLike: TypeAlias = str | Callable[[Source], str | None]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How packets are read; see `SplitReader` for the fields.

    Raises:
        InvalidConfiguration: a value can't be used.
    """

    ocr: OCRLike = "auto"
    password: Secret | Callable[[Source], str | None] | None = None
    progress: Callable[[Progress], None] | None = None

    def __post_init__(self) -> None:
        if self.ocr not in ("auto", "off") and not callable(self.ocr):
            raise InvalidConfiguration(f'ocr is {self.ocr!r}; it must be "auto", "off" or a function of PagePicture')

    @property
    def scans(self) -> Scans:
        """What the worker does with pages that are images."""
        if callable(self.ocr):
            return "show"
        return "read" if self.ocr == "auto" else "skip"

    def password_of(self, source: Source) -> str | None:
        """The password for one packet; None where there is none.

        Raises:
            InvalidConfiguration: the user's function gave something else than text.
        """
        if isinstance(self.password, Secret):
            return self.password.reveal()
        password = None if self.password is None else self.password(source)
        if password is not None and not isinstance(password, str):
            raise InvalidConfiguration(
                f"the function password= gave {type(password).__name__} for {source.name}; it must give text or None",
                source=source.name,
            )
        return password
