"""The clients of one engine, open while somebody uses them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    import ssl
    from asyncio import AbstractEventLoop

    from splitreader.client import AsyncSplitClient, SplitClient


class Clients:
    """The clients of one engine: one for all threads, one for each event loop, open while somebody uses them.

    So that packets split side by side share connections and looks, and nothing has to be closed by hand.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tls_lock = threading.Lock()
        self._tls: ssl.SSLContext | None = None
        self._client: SplitClient | None = None
        self._users = 0
        self._of_loops: WeakKeyDictionary[AbstractEventLoop, tuple[AsyncSplitClient, int]] = WeakKeyDictionary()

    def tls(self) -> ssl.SSLContext:
        """Whom to trust; read once, for all clients."""
        import httpx

        with self._tls_lock:
            if self._tls is None:
                self._tls = httpx.create_ssl_context()
            return self._tls

    def enter(self, make: Callable[[], SplitClient]) -> SplitClient:
        """The client of the threads; must be left again."""
        with self._lock:
            if self._client is None:
                self._client = make()
            self._users += 1
            return self._client

    def leave(self) -> SplitClient | None:
        """The client that is to be closed, if nobody uses it any more."""
        with self._lock:
            self._users -= 1
            if self._users > 0:
                return None
            client, self._client = self._client, None
            return client

    def enter_loop(self, loop: AbstractEventLoop, make: Callable[[], AsyncSplitClient]) -> AsyncSplitClient:
        """The client of a loop; must be left again."""
        with self._lock:
            client, users = self._of_loops.get(loop) or (make(), 0)
            self._of_loops[loop] = client, users + 1
            return client

    def leave_loop(self, loop: AbstractEventLoop) -> AsyncSplitClient | None:
        """The loop's client that is to be closed, if nobody uses it any more."""
        with self._lock:
            client, users = self._of_loops[loop]
            if users > 1:
                self._of_loops[loop] = client, users - 1
                return None
            del self._of_loops[loop]
            return client
