"""Whether what comes from elsewhere is a PDF, told by its beginning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from splitreader._errors import NotAPDF
from splitreader.sources._magic import HEADER_WITHIN, explain_not_a_pdf, is_pdf


def checked_pdf(chunks: Iterable[bytes], *, name: str, kind: str = "") -> Iterator[bytes]:
    """The chunks, once their beginning has shown to be a PDF's; the rest of anything else is not waited for.

    Args:
        chunks: the file.
        name: for the message.
        kind: what its sender calls it, for the message.

    Raises:
        NotAPDF: it is something else.
    """
    start = b""
    known = False
    for chunk in chunks:
        if known:
            yield chunk
            continue
        start += chunk
        if is_pdf(start):
            known = True
            yield start
        elif len(start) >= HEADER_WITHIN:
            break
    if not known:
        said = f" ({kind})" if kind else ""
        raise NotAPDF(f"{name} is not a PDF{said}: {explain_not_a_pdf(start[:HEADER_WITHIN])}", source=name)
