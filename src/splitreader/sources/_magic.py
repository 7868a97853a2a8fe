"""What a file that is no PDF is, told by its first bytes, and what to do about it."""

from __future__ import annotations

import re

HEADER_WITHIN = 1024
"""A PDF's header may have this much before it (ISO 32000-1, annex H, note 13); PDFium looks as far."""

_ZIP = b"PK\x03\x04"
_OFFICE = (b"[Content_Types].xml", b"word/", b"xl/", b"ppt/", b"mimetypeapplication/vnd.oasis.opendocument")
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"}
_HTML = re.compile(r"\s*(<!--.{0,500}?-->\s*)?<(!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")

_OTHERS = (
    (_ZIP, "it is a zip archive; unpack it and give the PDFs in it"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "it is an old Office document or an Outlook message; open it and save it as PDF",
    ),
    (b"{\\rtf", "it is a rich text document; open it in a word processor and save it as PDF"),
    (b"%!PS", "it is PostScript; convert it, as with ps2pdf packet.ps packet.pdf"),
    (b"\x1f\x8b", "it is compressed by gzip; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "it is a 7z archive; unpack it and give the PDFs in it"),
    (b"Rar!\x1a\x07", "it is a rar archive; unpack it and give the PDFs in it"),
)


def is_pdf(start: bytes) -> bool:
    """Whether the first `HEADER_WITHIN` bytes hold a PDF's header."""
    return b"%PDF-" in start[:HEADER_WITHIN]


def explain_not_a_pdf(start: bytes) -> str:
    """What the bytes are and what to do, as the rest of a sentence such as "scan.tiff is not a PDF: ...".

    Args:
        start: the first bytes of the file; `HEADER_WITHIN` are enough.
    """
    if not start:
        return "it is empty; look where it comes from"
    image = _image(start)
    if image is not None:
        return _image_to_pdf(*image)
    return _container(start) or _writing(start) or f"no %PDF- in its first {HEADER_WITHIN:,} bytes; give a PDF"


def _image(start: bytes) -> tuple[str, str] | None:
    """Kind and usual file extension."""
    if start[4:8] == b"ftyp" and start[8:12] in _HEIF_BRANDS:
        return ("AVIF", "avif") if start[8:12] == b"avif" else ("HEIC", "heic")
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "WebP", "webp"
    for kind, extension, *magics in (
        ("TIFF", "tiff", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
        ("PNG", "png", b"\x89PNG\r\n\x1a\n"),
        ("JPEG", "jpg", b"\xff\xd8\xff"),
        ("JPEG 2000", "jp2", b"\x00\x00\x00\x0cjP  \r\n\x87\n"),
        ("GIF", "gif", b"GIF87a", b"GIF89a"),
    ):
        if any(start.startswith(magic) for magic in magics if isinstance(magic, bytes)):
            return str(kind), str(extension)
    if start.startswith(b"BM") and start[6:10] == bytes(4) and len(start) > 14 and start[14] in {12, 40, 64, 108, 124}:
        return "BMP", "bmp"
    return None


def _image_to_pdf(kind: str, extension: str) -> str:
    file = f"scan.{extension}"
    if extension in {"heic", "avif"}:
        return (
            f"it is an {kind} image; export it as JPEG (or install pillow-heif), then make a PDF of it: "
            "img2pdf scan.jpg -o packet.pdf"
        )
    pages = ", save_all=True" if extension in {"tiff", "gif"} else ""
    return (
        f"it is a {kind} image; make a PDF of it: img2pdf {file} -o packet.pdf, or with Pillow: "
        f'from PIL import Image; Image.open("{file}").save("packet.pdf"{pages})'
    )


def _container(start: bytes) -> str | None:
    if start.startswith(_ZIP) and any(mark in start for mark in _OFFICE):
        return "it is an Office document; open it and save it as PDF"
    return next((sentence for magic, sentence in _OTHERS if start.startswith(magic)), None)


def _writing(start: bytes) -> str | None:
    text = _as_text(start)
    if _HTML.match(start.decode("latin-1") if text is None else text):
        return "it is an HTML page, perhaps a login or error page; open it in a browser and save the PDF itself"
    return "it is plain text; if it was made from a PDF, give that PDF" if text else None


def _as_text(start: bytes) -> str | None:
    """The bytes as text, if they are text; the last character may be cut."""
    encoding = "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for end in range(len(start), max(len(start) - 4, 0), -1):
        try:
            text = start[:end].decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _CONTROL.search(text) else text
    return None
