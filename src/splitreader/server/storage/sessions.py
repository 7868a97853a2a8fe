"""Sessions: who came with a key and goes on with a cookie."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select

from splitreader.server.storage.database import Database, now
from splitreader.server.storage.rows import StoredSession
from splitreader.server.storage.tables import sessions


class SessionStore:
    """The sessions. Expired ones are deleted when the storage is opened and when one is created.

    Args:
        database: for the rows.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, session: StoredSession) -> None:
        """Keep a new session."""
        with self._database.writing() as connection:
            delete_expired(connection)
            connection.execute(insert(sessions).values(**asdict(session)))

    def get(self, token_hash: str) -> StoredSession | None:
        """The session with this token; None if there is none, or it has expired."""
        query = select(sessions).where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now())
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else StoredSession(**row)

    def delete(self, token_hash: str) -> bool:
        """End a session; False if there is none."""
        with self._database.writing() as connection:
            return connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash)).rowcount > 0


def delete_expired(connection: Connection) -> None:
    """Delete the sessions that nobody can use any more."""
    connection.execute(delete(sessions).where(sessions.c.expires_at <= now()))
