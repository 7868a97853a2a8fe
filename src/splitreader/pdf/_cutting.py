"""One PDF out of some pages of another, cut inside the worker process."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from splitreader._errors import DamagedPDF, InvalidConfiguration, PacketError
from splitreader.pdf._frames import Frame
from splitreader.pdf._opening import PDFInput


def cut_frames(pdf: PDFInput, groups: Sequence[Sequence[int]], *, page_count: int) -> Iterator[Frame]:
    """A frame ``pdf`` for each group of 1-based pages, with the bytes of a PDF of these pages.

    Form fields, annotations, links and bookmarks of the pages go along; nothing of the other pages does.

    Raises:
        PacketError, SourceError: the file can't be read or cut.
        InvalidConfiguration: the packet has not the `page_count` pages it should have.
    """
    from splitreader.pdf._copying import copy_pages, count_pages
    from splitreader.pdf._structure import Packet

    pdf.check()
    reader = pdf.open_pypdf()
    if len(reader.pages) != page_count:
        raise InvalidConfiguration(
            f"the result is of a packet of {page_count} pages, but {pdf.name} has {len(reader.pages)}; "
            "pass the packet that was split"
        )
    packet = None
    for pages in groups:
        try:
            packet = packet or Packet(reader)
            writer = copy_pages(packet, [page - 1 for page in pages])
            found = count_pages(writer)
            if not len(writer.pages) == found == len(pages):
                raise DamagedPDF(
                    f"the cut of pages {pages[0]} to {pages[-1]} of {pdf.name} came to hold {found} pages instead of "
                    f"{len(pages)}; repair or export it again"
                )
            buffer = io.BytesIO()
            writer.write(buffer)
        except (PacketError, MemoryError):
            raise
        except Exception as error:
            raise DamagedPDF(
                f"pages {pages[0]} to {pages[-1]} of {pdf.name} can't be cut out ({error}); repair or export it again"
            ) from error
        yield Frame("pdf", {}, buffer.getvalue())
