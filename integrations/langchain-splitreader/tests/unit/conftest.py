"""No test here may reach a network, nor may a fixture of any scope that it needs."""

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Around setup, call and teardown of each test in this folder; pytest asks for those of other folders, too."""
    if not item.path.is_relative_to(Path(__file__).parent):
        return (yield)
    with network_off():
        return (yield)


@contextmanager
def network_off() -> Iterator[None]:
    """Sending or connecting anywhere but to a Unix socket fails, and so does asking for a name's address.

    Threads that others have left running are left alone: Ray's asks for metrics until the process ends.
    """
    others = {thread for thread in threading.enumerate() if thread is not threading.current_thread()}
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            real = getattr(socket.socket, name)

            def guarded(self, *arguments, real=real):
                if self.family != socket.AF_UNIX and threading.current_thread() not in others:
                    pytest.fail(f"a unit test connects to {arguments[-1]}")
                return real(self, *arguments)

            patch.setattr(socket.socket, name, guarded)

        resolve = socket.getaddrinfo

        def literal(host, *arguments, **options):
            try:
                ipaddress.ip_address(host)
            except ValueError:
                if threading.current_thread() not in others:
                    pytest.fail(f"a unit test asks for the address of {host}")
            return resolve(host, *arguments, **options)

        patch.setattr(socket, "getaddrinfo", literal)
        yield
