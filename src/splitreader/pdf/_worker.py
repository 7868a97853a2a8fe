"""The process that reads PDFs. A crash, a hang or a memory bomb in a PDF ends here and not in the caller.

Requests come over standard input, answers go over what was standard output; see `_frames`.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import IO

from splitreader import _errors
from splitreader.pdf._cutting import cut_frames
from splitreader.pdf._frames import Frame, read_frame, write_frame
from splitreader.pdf._memory import limit_memory
from splitreader.pdf._ocr import is_loaded
from splitreader.pdf._opening import PDFInput
from splitreader.pdf._pictures import Drawing, PictureRequest, picture_frames
from splitreader.pdf._splitting import PagesAsRead, Splitter, split_while_reading
from splitreader.pdf._texts import TextRequest, text_frames
from splitreader.sources._file_state import FileState


def main() -> None:
    """Serve requests until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the caller ends this process
    answers = _take_stdout()
    requests: queue.SimpleQueue[Frame] = queue.SimpleQueue()
    if hasattr(os, "fork"):
        threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, requests), daemon=True).start()
    write_frame(answers, Frame("ready"))
    splitter: Splitter | None = None
    while True:
        request = requests.get()
        if request.kind == "splitter":
            splitter = _load_splitter(request.payload)
            continue
        emit = partial(_emit, answers, request)
        try:
            if request.fields.get("split"):
                split_while_reading(_answer(request), request.fields["name"], splitter, emit)
            else:
                for frame in _answer(request):
                    emit(frame)
        except _errors.SplitReaderError as error:
            write_frame(answers, Frame("error", {"error": type(error).__name__, "message": str(error)}))
        except MemoryError:
            write_frame(answers, Frame("out_of_memory"))
        except Exception as error:  # noqa: BLE001  # a PDF can make a library raise anything; the caller names it
            name, what = request.fields["name"], f"{type(error).__name__}: {error}"[:300]
            message = f"{name} made a PDF library fail ({what}); the file is damaged; repair or export it again"
            write_frame(answers, Frame("error", {"error": "DamagedPDF", "message": message}))
        else:
            write_frame(answers, Frame("end"))


def _emit(answers: IO[bytes], request: Frame, frame: Frame) -> None:
    if frame.kind == "ocr":
        limit_memory(request.fields["ocr_memory"] + 2 * len(request.payload))
    write_frame(answers, frame)


def _load_splitter(pickled: bytes) -> Splitter:
    """What the caller wants packets split by; it is trusted, as the way here is not open to a PDF.

    If it can't be had, what comes back raises the reason: the caller then splits the packets itself.
    """
    try:
        return pickle.loads(pickled)  # type: ignore[no-any-return]  # noqa: S301
    except Exception as error:  # noqa: BLE001  # a module may be missing here, and loading it can raise anything
        reason = error

    def fail(_: PagesAsRead) -> bytes:
        raise reason

    return fail


def _answer(request: Frame) -> Iterator[Frame]:
    fields = request.fields
    state = fields["state"]
    pdf = PDFInput(
        name=fields["name"],
        path=fields["path"],
        state=None if state is None else FileState(**state),
        data=request.payload,
        password=fields["password"],
    )
    if request.kind == "texts":
        return text_frames(
            TextRequest(
                pdf=pdf,
                pages=fields["pages"],
                max_pages=fields["max_pages"],
                scans=fields["scans"],
                part=fields["part"],
                parts=fields["parts"],
            )
        )
    if request.kind == "pictures":
        return picture_frames(PictureRequest(pdf=pdf, pages=fields["pages"], drawing=Drawing(**fields["drawing"])))
    return cut_frames(pdf, fields["groups"], page_count=fields["page_count"])


def _listen(stream: IO[bytes], requests: queue.SimpleQueue[Frame]) -> None:
    """Pass requests on; leave at once when the caller is gone, even while a PDF library is busy."""
    try:
        while (request := read_frame(stream, expect=_make_room)) is not None:
            requests.put(request)
    finally:
        os._exit(0)


def _make_room(request: Frame, size: int) -> None:
    """Set the limit of the coming request before its bytes arrive: the last one's may be too low for them.

    Models for OCR that an earlier packet has loaded would fill the limit without it.
    """
    limit_memory(request.fields["ocr_memory" if is_loaded() else "memory"] + 2 * size)


def _follow(caller: int) -> None:
    """Leave when the caller is gone although something it forked still holds our standard input."""
    while os.getppid() == caller:
        time.sleep(1)
    os._exit(0)


def _take_stdout() -> IO[bytes]:
    """A private stream to the caller, so that nothing a library prints gets between the answers."""
    private = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(private, "wb")
