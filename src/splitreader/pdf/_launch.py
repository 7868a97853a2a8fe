"""Starting and ending the process that reads PDFs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from splitreader._errors import WorkerError
from splitreader.pdf._watchdog import Watchdog

_BARE = ("splitreader", "splitreader.engines", "splitreader.sources")
"""Packages that gather names for users. A worker gets them without their own code, which would load everything."""

_BOOT = """
import json, sys, types
given = json.loads(sys.stdin.buffer.readline())
sys.path[:] = given["path"]
for name, folders in given["bare"].items():
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = folders
from splitreader.pdf._worker import main
main()
"""


def start() -> subprocess.Popen[bytes]:
    """Start a worker; it has this process's module search path. Somebody must read its standard error.

    Raises:
        WorkerError: it can't be started.
    """
    from multiprocessing.spawn import get_executable  # knows what embedding programs set, and Windows' launchers

    executable = get_executable()
    if not executable:
        raise WorkerError("this Python does not know its own executable; call multiprocessing.set_executable(path)")
    try:
        process = subprocess.Popen(
            [os.fsdecode(executable), "-P", "-c", _BOOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise WorkerError(
            f"can't start a process to read PDFs ({error}); see multiprocessing.set_executable"
        ) from error
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # its first answer tells what happened
        process.stdin.write(json.dumps(_given()).encode() + b"\n")
        process.stdin.flush()
    return process


def _given() -> dict[str, object]:
    """Where a worker finds modules."""
    bare = {name: [str(Path(folder).absolute()) for folder in import_module(name).__path__] for name in _BARE}
    return {"path": [str(Path(entry).absolute()) for entry in sys.path], "bare": bare}


def end(process: subprocess.Popen[bytes], watchdog: Watchdog) -> None:
    """Kill and reap; no exception leaves, for this also runs while the interpreter ends.

    Who reads the standard error closes it.
    """
    watchdog.stop()
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def describe_exit(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"exit code {status}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-status).name
    return f"signal {-status}"
