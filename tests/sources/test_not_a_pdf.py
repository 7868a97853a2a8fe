import io
import zipfile

import pytest

from splitreader.sources import explain_not_a_pdf, is_pdf


def archive(*names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name in names:
            file.writestr(name, "")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"", "empty"),
        (b"II*\x00\x08\x00", "TIFF image.*img2pdf scan.tiff -o packet.pdf.*save_all=True"),
        (b"MM\x00*\x00\x08", "TIFF"),
        (b"\x89PNG\r\n\x1a\n\x00", "PNG image.*img2pdf scan.png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", r'JPEG image.*Image\.open\("scan.jpg"\)\.save\("packet.pdf"\)'),
        (b"GIF89a\x01", "GIF"),
        (b"BM\x36\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00", "BMP"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "WebP"),
        (b"\x00\x00\x00\x18ftypheic\x00", "HEIC image.*img2pdf scan.jpg"),
        (b"\x00\x00\x00\x18ftypavif\x00", "an AVIF"),
        (archive("a.pdf"), "zip archive; unpack"),
        (archive("[Content_Types].xml", "word/document.xml"), "Office document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "old Office document"),
        (b"{\\rtf1", "rich text"),
        (b"%!PS-Adobe-3.0", "ps2pdf"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"<!DOCTYPE html><title>Sign in", "HTML page, perhaps a login"),
        (b"\xef\xbb\xbf\n <!-- x --> <HTML>", "HTML"),
        (b"<html><body>caf\xe9 \xff", "HTML"),
        ("\ufeff<html>".encode("utf-16-le"), "HTML"),
        (b"Dear Sir,\r\n\tplease find", "plain text"),
        ("Grüße".encode()[:-2], "plain text"),
        (b"BM is a company, and this is a letter about it", "plain text"),
        (bytes(range(256)), "no %PDF- in its first 1,024 bytes"),
        (b"\xff\xfe\x00\xd8\x00\xd8", "no %PDF-"),
    ],
)
def test_it_says_what_it_is_and_what_to_do(start, words):
    import re

    sentence = explain_not_a_pdf(start)
    assert re.search(words, sentence), sentence
    assert ";" in sentence
    assert sentence[0].islower()


def test_a_header_may_have_something_before_it():
    assert is_pdf(bytes(1019) + b"%PDF-")
    assert not is_pdf(bytes(1020) + b"%PDF-")
