"""No test here may reach a network."""

import socket

import pytest


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting anywhere but to a Unix socket fails."""
    for name in ("connect", "connect_ex"):
        real = getattr(socket.socket, name)

        def guarded(self, address, real=real):
            if self.family != socket.AF_UNIX:
                pytest.fail(f"a unit test connects to {address}")
            return real(self, address)

        monkeypatch.setattr(socket.socket, name, guarded)
