import pytest

LIBRARY = """
import os, signal, sys
from types import SimpleNamespace
import numpy as np

class RapidOCR:
    def __init__(self, params):
        pass

    def __call__(self, picture):
        text = "read"
{code}
        box = np.array([[0, 0], [90, 0], [90, 9], [0, 9]])
        return SimpleNamespace(boxes=box[None], txts=(text,), scores=(1.0,))
"""


@pytest.fixture
def ocr_library(tmp_path, monkeypatch):
    """Puts a library in the place of RapidOCR for worker processes; its code runs at each page and may set ``text``."""

    def install(code):
        indented = "\n".join(" " * 8 + line for line in code.splitlines())
        folder = tmp_path / "libraries"
        (folder / "rapidocr").mkdir(parents=True)
        (folder / "rapidocr" / "__init__.py").write_text(LIBRARY.format(code=indented))
        (folder / "onnxruntime.py").touch()
        (folder / "cv2.py").write_text("def setNumThreads(number):\n    pass\n")
        monkeypatch.syspath_prepend(folder)

    return install
