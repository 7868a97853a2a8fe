"""Sessions."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, text

from splitreader.server.storage import Storage, StoredSession


def session(token_hash, *, minutes):
    expires_at = datetime.now(UTC) + timedelta(minutes=minutes)
    return StoredSession(token_hash=token_hash, key_hash="key", project_id="p", expires_at=expires_at)


def test_good_until_it_is_ended(tmp_path):
    with Storage.open(tmp_path) as storage:
        mine = session("a", minutes=5)
        storage.sessions.create(mine)
    with Storage.open(tmp_path) as storage:
        assert storage.sessions.get("a") == mine
        assert storage.sessions.get("b") is None
        assert storage.sessions.delete("a")
        assert not storage.sessions.delete("a")
        assert storage.sessions.get("a") is None


def test_expired_ones_are_good_for_nothing_and_go(tmp_path):
    with Storage.open(tmp_path) as storage:
        storage.sessions.create(session("old", minutes=-1))
        assert storage.sessions.get("old") is None
        storage.sessions.create(session("new", minutes=1))
        storage.sessions.create(session("older", minutes=-1))
        assert kept(tmp_path) == {"new", "older"}
    Storage.open(tmp_path).close()
    assert kept(tmp_path) == {"new"}


def kept(folder):
    engine = create_engine(f"sqlite:///{folder / 'splitreader.db'}")
    with engine.begin() as connection:
        found = set(connection.execute(text("SELECT token_hash FROM sessions")).scalars())
    engine.dispose()
    return found
