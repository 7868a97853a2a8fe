"""What an installed release must do, away from the source tree: ``python -I smoke.py path/to/splitreader``."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import yaml

import langchain_splitreader
import llama_index.readers.splitreader as llama_index_splitreader
import splitreader
from splitreader.report import write_report

PACKET = "packet.pdf"
INVOICE = ("invoice", "1-2")


def main(command: str) -> None:
    """Raise for whatever does not work."""
    for module in (splitreader, langchain_splitreader, llama_index_splitreader):
        if not Path(module.__file__ or "").is_relative_to(sys.prefix):
            raise AssertionError(f"{module.__name__} is not the installed one, but {module.__file__}")
    if splitreader.__version__ != version("splitreader"):
        raise AssertionError(f"{splitreader.__version__} is not {version('splitreader')}")
    categories = yaml.safe_load(Path("categories.yaml").read_text(encoding="utf-8"))
    found = {
        "core": splitreader.SplitReader(categories, ocr="off").load(PACKET)[0].metadata,
        "LlamaIndex": llama_index_splitreader.SplitPDFReader(categories, ocr="off").load_data(PACKET)[0].metadata,
        "LangChain": langchain_splitreader.SplitLoader(PACKET, categories, ocr="off").load()[0].metadata,
        "command line": first_line(command),
    }
    for way, metadata in found.items():
        if (metadata["category"], metadata["pages"]) != INVOICE:
            raise AssertionError(f"{way}: {metadata}")
    Path("report.html").unlink(missing_ok=True)
    write_report(splitreader.SplitReader(categories, ocr="off"), PACKET, "report.html")


def first_line(command: str) -> dict[str, object]:
    """The metadata of the first Document that the command line prints."""
    options = ["--categories", "categories.yaml", "--ocr", "off", "--format", "jsonl"]
    done = subprocess.run([command, "split", PACKET, *options], capture_output=True, text=True, check=True)
    metadata: dict[str, object] = json.loads(done.stdout.splitlines()[0])["metadata"]
    return metadata


main(sys.argv[1])
