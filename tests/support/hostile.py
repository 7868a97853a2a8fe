"""Broken and hostile files, made when they are asked for: each as small as it can be."""

import io
import zipfile
import zlib
from collections.abc import Callable

from support.pdfs import make_pdf

MEGABYTE = 1 << 20


def pdf(*objects: bytes, root: bytes = b"1 0 R", trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1, with a cross-reference table."""
    body, offsets = b"%PDF-1.7\n", []
    for number, item in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(body)
    tail = b"trailer\n<</Size %d/Root %s%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, root, trailer, start)
    return body + table + tail


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """A stream object."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), extra, data)


def deflated(size: int, unit: bytes = b" ") -> bytes:
    """`size` bytes of one repeated unit, deflated: one megabyte's block again and again; the checksum is wrong."""
    packer = zlib.compressobj(9)
    block = packer.compress(unit * (MEGABYTE // len(unit))) + packer.flush(zlib.Z_FULL_FLUSH)
    return block[:2] + block[2:] * (size // MEGABYTE) + b"\x03\x00" + bytes(4)


def one_page(content: bytes, resources: bytes = b"", box: bytes = b"[0 0 600 800]", *more: bytes) -> bytes:
    """A PDF with one page of this content stream object."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox%s/Contents 4 0 R/Resources<<%s>>>>" % (box, resources),
        content,
        *more,
    )


def cut_in_half() -> bytes:
    whole = make_pdf(["text"] * 20)
    return whole[: len(whole) // 2]


def flate_bomb() -> bytes:
    return one_page(stream(deflated(1024 * MEGABYTE), b"/Filter/FlateDecode"))


def nested_flate_bomb() -> bytes:
    inner = deflated(10_240 * MEGABYTE)
    return one_page(stream(zlib.compress(inner, 9), b"/Filter[/FlateDecode/FlateDecode]"))


def object_stream_bomb() -> bytes:
    packed = deflated(1024 * MEGABYTE, b"1 ")
    return pdf(
        b"<</Type/Catalog/Pages 3 0 R>>",
        stream(packed, b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"),
        b"<</Type/Pages/Kids[2 0 R]/Count 1>>",
    )


def xobject_laughs() -> bytes:
    """Forms that draw the next one ten times, nine deep."""
    objects = []
    for depth in range(9):
        draws = b"/F Do " * 10 if depth < 8 else b"BT /A 9 Tf (ha) Tj ET " * 10
        following = b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + depth) if depth < 8 else b""
        objects.append(stream(draws, b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]" + following))
    return one_page(stream(b"/F Do " * 10), b"/XObject<</F 5 0 R>>", b"[0 0 600 800]", *objects)


def form_that_draws_itself() -> bytes:
    form = stream(b"/F Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>")
    return one_page(stream(b"/F Do"), b"/XObject<</F 5 0 R>>", b"[0 0 600 800]", form)


def many_operators() -> bytes:
    content = b"BT /A 9 Tf " + b"1 0 0 1 9 9 Tm (a) Tj " * (50 * MEGABYTE // 22) + b"ET"
    return one_page(stream(zlib.compress(content, 6), b"/Filter/FlateDecode"))


def nested_arrays() -> bytes:
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R/X %s%s>>" % (b"[" * 1_000_000, b"]" * 1_000_000),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>",
    )


def nested_dictionaries_in_content() -> bytes:
    return one_page(stream(b"/A " + b"<</B " * 500_000 + b"1" + b">>" * 500_000 + b" DP"))


def one_page_200_000_times() -> bytes:
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 200000/Kids[%s]>>" % (b"3 0 R " * 200_000),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>",
    )


def cyclic_page_tree() -> bytes:
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 2>>",
        b"<</Type/Pages/Kids[2 0 R]/Parent 2 0 R/Count 1>>",
    )


def deep_page_tree() -> bytes:
    depth = 50_000
    nodes = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 3) for number in range(depth)]
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", *nodes, b"<</Type/Page/MediaBox[0 0 600 800]>>")


def huge_page() -> bytes:
    return one_page(stream(b"0 0 9000000 9000000 re f " * 200), b"", b"[0 0 9000000 9000000]")


def huge_image() -> bytes:
    """900 million grey pixels on one page: a scan that no memory holds."""
    pixels = stream(
        deflated(900 * MEGABYTE, b"\x80"),
        b"/Type/XObject/Subtype/Image/Width 30720/Height 30720/ColorSpace/DeviceGray/BitsPerComponent 8"
        b"/Filter/FlateDecode",
    )
    return one_page(stream(b"600 0 0 800 0 0 cm /I Do"), b"/XObject<</I 5 0 R>>", b"[0 0 600 800]", pixels)


def previous_table_is_this_one() -> bytes:
    plain = pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>",
    )
    start = plain.rindex(b"startxref\n") + len(b"startxref\n")
    table = plain[start : plain.index(b"\n", start)]
    return plain.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev " + table)


def zip_called_pdf() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("packet.pdf", make_pdf(["text"]))
    return buffer.getvalue()


def encrypted() -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(io.BytesIO(make_pdf(["text"])))
    writer.encrypt("secret", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def length_beyond_the_end() -> bytes:
    return one_page(b"<</Length 99999999999>>stream\nBT (a) Tj ET\nendstream")


def table_of_billions() -> bytes:
    table = b"xref\n0 4000000000\n0000000000 65535 f \n"
    return b"%PDF-1.7\n" + table + b"trailer<</Size 4000000000/Root 1 0 R>>\nstartxref\n9\n%%EOF"


def random_bytes_with_a_header() -> bytes:
    import random

    return b"%PDF-1.7\n" + random.Random(7).randbytes(MEGABYTE)


HOSTILE: tuple[Callable[[], bytes], ...] = (
    bytes,
    cut_in_half,
    flate_bomb,
    nested_flate_bomb,
    object_stream_bomb,
    xobject_laughs,
    form_that_draws_itself,
    many_operators,
    nested_arrays,
    nested_dictionaries_in_content,
    one_page_200_000_times,
    cyclic_page_tree,
    deep_page_tree,
    huge_page,
    huge_image,
    previous_table_is_this_one,
    zip_called_pdf,
    encrypted,
    length_beyond_the_end,
    table_of_billions,
    random_bytes_with_a_header,
)
