"""The ``session`` cookie: got for a key, good for a while, and no longer than its key."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from splitreader.server.access.keys import Caller, KeyRing, hash_of
from splitreader.server.storage import StoredSession
from splitreader.server.storage.sessions import SessionStore

COOKIE = "session"


def begin_session(sessions: SessionStore, caller: Caller, *, seconds: int) -> tuple[str, datetime]:
    """Begin a session for whoever came with a key.

    Returns:
        The cookie's value, of which only the hash is kept, and when the session expires, in UTC.

    Raises:
        ValueError: the caller has no key.
    """
    if caller.key_hash is None:
        raise ValueError("a session needs a key")
    token = secrets.token_urlsafe(32)
    expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
    sessions.create(
        StoredSession(
            token_hash=hash_of(token), key_hash=caller.key_hash, project_id=caller.project_id, expires_at=expires_at
        )
    )
    return token, expires_at


def caller_of_session(sessions: SessionStore, keys: KeyRing, token: str) -> Caller | None:
    """Whose session this is; None if there is none, it is over, or its key is not in use any more."""
    session = sessions.get(hash_of(token))
    caller = None if session is None else keys.by_hash(session.key_hash)
    if session is None or caller is None or caller.project_id != session.project_id:
        return None
    return caller


def end_session(sessions: SessionStore, token: str) -> None:
    """End a session, if there is one."""
    sessions.delete(hash_of(token))
