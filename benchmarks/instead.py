"""What a user would write instead: a framework's PDF reader, and pages of equal TF-IDF category put together.

Run as a program: ``python instead.py langchain|llama-index|pypdfium2 FOLDER OUTPUT`` reads every PDF of a folder that
``packet_files.py`` made, writes the runs of pages it found to OUTPUT, and prints pages and seconds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Runs = list[tuple[str, list[int]]]


def with_langchain(path: Path) -> list[str]:
    """Page texts by LangChain's PyPDFLoader."""
    from langchain_community.document_loaders import PyPDFLoader

    return [document.page_content for document in PyPDFLoader(str(path)).load()]


def with_llama_index(path: Path) -> list[str]:
    """Page texts by LlamaIndex's PDFReader."""
    from llama_index.readers.file import PDFReader

    return [document.text for document in PDFReader().load_data(path)]


def with_pypdfium2(path: Path) -> list[str]:
    """Page texts by pypdfium2, the limit."""
    import pypdfium2

    texts = []
    document = pypdfium2.PdfDocument(path)
    for page in document:
        textpage = page.get_textpage()
        texts.append(textpage.get_text_bounded())
        textpage.close()
        page.close()
    document.close()
    return texts


READERS: dict[str, Callable[[Path], list[str]]] = {
    "langchain": with_langchain,
    "llama-index": with_llama_index,
    "pypdfium2": with_pypdfium2,
}


def group(texts: Sequence[str], categories: dict[str, str]) -> Runs:
    """Each page gets the category nearest by TF-IDF; equal neighbours are one document."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    about = [f"{name} {name} {description}" for name, description in categories.items()]
    vectors = TfidfVectorizer(stop_words="english").fit_transform([*about, *texts])
    near = (vectors[len(about) :] @ vectors[: len(about)].T).toarray()
    names = list(categories)
    runs: Runs = []
    for page, row in enumerate(near, start=1):
        best = names[int(row.argmax())]
        if runs and runs[-1][0] == best:
            runs[-1][1].append(page)
        else:
            runs.append((best, [page]))
    return runs


def main(name: str, folder: str, output: str) -> None:
    """Read and group."""
    read = READERS[name]
    categories = json.loads(Path(folder, "categories.json").read_text())
    read(next(iter(sorted(Path(folder).glob("*.pdf")))))  # what is imported at first use is not counted
    if name != "pypdfium2":
        group(["one page", "another"], categories)
    found, pages = {}, 0
    begin = time.perf_counter()
    for path in sorted(Path(folder).glob("*.pdf")):
        texts = read(path)
        pages += len(texts)
        if name != "pypdfium2":
            found[path.name] = group(texts, categories)
    print(pages, time.perf_counter() - begin)
    Path(output).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
