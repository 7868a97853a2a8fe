"""The process that reads PDFs. A crash, a hang or a memory bomb in a PDF ends here and not in the caller.

Requests come over standard input, answers go over what was standard output; see `_frames`.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from typing import IO

from splitreader import _errors
from splitreader._sources import FileState
from splitreader.pdf._cutting import cut_frames
from splitreader.pdf._frames import Frame, read_frame, write_frame
from splitreader.pdf._opening import PDFInput
from splitreader.pdf._texts import text_frames


def main() -> None:
    """Serve requests until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the caller ends this process
    answers = _take_stdout()
    requests: queue.SimpleQueue[Frame] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, requests), daemon=True).start()
    write_frame(answers, Frame("ready"))
    while True:
        request = requests.get()
        _limit_memory(request.fields["memory_limit"] + 2 * len(request.payload))
        try:
            for frame in _answer(request):
                write_frame(answers, frame)
        except _errors.SplitReaderError as error:
            write_frame(answers, Frame("error", {"error": type(error).__name__, "message": str(error)}))
        except MemoryError:
            write_frame(answers, Frame("out_of_memory"))
        else:
            write_frame(answers, Frame("end"))


def _answer(request: Frame) -> Iterator[Frame]:
    fields = request.fields
    state = fields["state"]
    pdf = PDFInput(
        name=fields["name"],
        path=fields["path"],
        state=None if state is None else FileState(**state),
        data=request.payload,
    )
    if request.kind == "texts":
        return text_frames(pdf)
    return cut_frames(pdf, fields["groups"], page_count=fields["page_count"])


def _listen(stream: IO[bytes], requests: queue.SimpleQueue[Frame]) -> None:
    """Pass requests on; leave at once when the caller is gone, even while a PDF library is busy."""
    while (request := read_frame(stream)) is not None:
        requests.put(request)
    os._exit(0)


def _take_stdout() -> IO[bytes]:
    """A private stream to the caller, so that nothing a library prints gets between the answers."""
    private = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(private, "wb")


def _limit_memory(limit: int) -> None:
    """Hold the address space of this process to `limit` bytes, where the system can."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):  # macOS knows the name and refuses the value
        return
