"""Holding a process to an amount of memory: by the system where it can, by looking where it can't."""

from __future__ import annotations

import subprocess
import sys

CAN_LIMIT = sys.platform.startswith("linux")
"""Whether the system holds a process to its limit by itself. macOS knows the call and ignores it."""


def limit_memory(limit: int) -> None:
    """Hold the address space of this process to `limit` bytes, where the system can; a core file is never written."""
    if not CAN_LIMIT:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def resident_memory(pid: int) -> int | None:
    """Bytes that a process holds in memory; None where ``ps`` can't tell."""
    try:
        output = subprocess.check_output(["ps", "-o", "rss=", "-p", str(pid)], stderr=subprocess.DEVNULL)
        return int(output) * 1024
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None
