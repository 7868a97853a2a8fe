"""Metadata as Documents carry it."""

from collections.abc import Mapping

from splitreader import format_pages


def metadata_of(page_texts: Mapping[int, str], *, page_list: bool = False) -> tuple[str, dict]:
    """A document's text, and its metadata as far as it is about pages."""
    offsets, text = [], ""
    for page, page_text in page_texts.items():
        text += "\n\n" if offsets else ""
        offsets.append(f"{page}:{len(text)}")
        text += page_text
    pages = sorted(page_texts)
    metadata = {
        "category": "a",
        "page_start": pages[0],
        "page_end": pages[-1],
        "pages": format_pages(pages),
        "page_offsets": ",".join(offsets),
    }
    return text, metadata | ({"page_list": pages} if page_list else {})
