"""Reading a page's picture with RapidOCR, inside the worker process, on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from statistics import mean
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import PIL.Image

GOOD_SCORE = 0.8
"""A page whose lines are read with this mean score or more stands upright."""

TALL = 1.5
"""A box this much higher than wide holds a line that runs up or down the page."""


@dataclass(frozen=True)
class Box:
    """A piece of text and where it stands, in pixels from the top left."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    score: float = 1.0

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return (self.top + self.bottom) / 2


class Recognizer(Protocol):
    """Finds and reads the text in a picture, line by line, as it stands."""

    def __call__(self, image: PIL.Image.Image) -> list[Box]: ...


def is_installed() -> bool:
    """Whether the extra ``ocr`` is there."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def is_loaded() -> bool:
    """Whether the models are in memory, where they stay."""
    return rapidocr.cache_info().currsize > 0


def read_picture(image: PIL.Image.Image, recognize: Recognizer) -> str:
    """The text of a page's picture, whichever way up the page was scanned.

    A picture that reads well is taken as it is. Otherwise it is turned: by a quarter where the lines run up and down,
    then upside down, and the turn that reads best is taken.
    """
    boxes = recognize(image)
    if sum(box.bottom - box.top > TALL * (box.right - box.left) for box in boxes) > len(boxes) / 2:
        image = image.rotate(90, expand=True)
        boxes = recognize(image)
    if boxes and _quality(boxes) < GOOD_SCORE:
        turned = recognize(image.rotate(180))
        if _quality(turned) > _quality(boxes):
            boxes = turned
    return lines_of(boxes)


def lines_of(boxes: Sequence[Box]) -> str:
    """The boxes as lines from top to bottom; boxes of one height stand in one line, from left to right."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.middle):
        if rows and rows[-1][0].top <= box.middle <= rows[-1][0].bottom and box.top <= rows[-1][0].middle <= box.bottom:
            rows[-1].append(box)
        else:
            rows.append([box])
    return "\n".join(" ".join(box.text for box in sorted(row, key=lambda box: box.left)) for row in rows)


@cache
def rapidocr() -> Recognizer:
    """RapidOCR on ONNX Runtime, with the models in its wheel. Loaded once a process.

    Raises:
        ImportError: the extra ``ocr`` is not installed.
    """
    import cv2
    import numpy as np
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    engine = RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )

    def recognize(image: PIL.Image.Image) -> list[Box]:
        found: Any = engine(np.asarray(image.convert("RGB"))[:, :, ::-1])
        if found.boxes is None:
            return []
        return [
            Box(
                left=float(corners[:, 0].min()),
                top=float(corners[:, 1].min()),
                right=float(corners[:, 0].max()),
                bottom=float(corners[:, 1].max()),
                text=text,
                score=float(score),
            )
            for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        ]

    return recognize


def _quality(boxes: Sequence[Box]) -> float:
    """The mean score, by characters: short scraps say little."""
    weights = [len(box.text) for box in boxes]
    if not sum(weights):
        return 0.0
    return mean(box.score * weight for box, weight in zip(boxes, weights, strict=True)) / mean(weights)
