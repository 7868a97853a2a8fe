"""Taking a data folder."""

import stat

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from splitreader import DataFolderInUse, DataFolderTooNew, StorageError
from splitreader.server.storage import Storage
from splitreader.server.storage.database import Database
from splitreader.server.storage.migrating import migrate
from splitreader.server.storage.tables import metadata
from support.stored import blobs, create, start, upload


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "other.db")
    yield database
    database.close()


class TestOneServerAFolder:
    def test_a_second_one_in_the_same_process_is_refused(self, folder):
        with Storage.open(folder), pytest.raises(DataFolderInUse, match="another server works in"):
            Storage.open(folder)
        Storage.open(folder).close()

    def test_a_refused_one_does_not_free_it(self, folder):
        with Storage.open(folder):
            with pytest.raises(DataFolderInUse):
                Storage.open(folder)
            with start("support.held_storage", folder) as process:
                assert process.stdout.readline() == "DataFolderInUse\n"

    def test_it_is_free_after_a_kill(self, folder):
        with start("support.held_storage", folder) as process:
            assert process.stdout.readline() == "open\n"
            with pytest.raises(DataFolderInUse):
                Storage.open(folder)
            process.kill()
        Storage.open(folder).close()


class TestPuttingInOrder:
    def test_what_nobody_refers_to_is_deleted(self, folder):
        with Storage.open(folder) as storage:
            kept = upload(storage, b"kept")
            storage.files.path_of(kept.sha256).with_name("0" * 64).write_bytes(b"nobody's")
            (folder / "incoming" / "half.part").write_bytes(b"half a fi")
        with Storage.open(folder) as storage:
            assert blobs(folder) == {kept.sha256}
            assert not list((folder / "incoming").iterdir())

    def test_processed_jobs_wait_again_after_those_that_were_never_begun(self, folder):
        with Storage.open(folder) as storage:
            first, second = (create(storage, upload(storage)).id for _ in range(2))
            assert storage.jobs.claim().id == first
        with Storage.open(folder) as storage:
            assert [storage.jobs.claim().id for _ in range(2)] == [second, first]

    def test_the_signing_key_stays(self, folder):
        with Storage.open(folder) as storage:
            key = storage.signing_key
        with Storage.open(folder) as storage:
            assert storage.signing_key == key
            assert len(key) == 32

    def test_only_the_owner_can_read_it(self, folder):
        with Storage.open(folder) as storage:
            upload(storage)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
        assert modes
        assert not {name: oct(mode) for name, mode in modes.items() if mode & 0o077}

    @pytest.mark.parametrize("name", ["lock.db", "splitreader.db"])
    def test_a_folder_where_its_file_should_be(self, folder, name):
        (folder / name).mkdir(parents=True)
        with pytest.raises(StorageError, match=name):
            Storage.open(folder)

    def test_a_folder_that_is_a_file(self, tmp_path):
        path = tmp_path / "data"
        path.write_bytes(b"")
        with pytest.raises(StorageError, match="check the disk"):
            Storage.open(path)

    def test_a_database_that_is_none(self, folder):
        folder.mkdir()
        (folder / "splitreader.db").write_bytes(b"no database " * 1000)
        with pytest.raises(StorageError, match=r"splitreader\.db failed"):
            Storage.open(folder)
        (folder / "splitreader.db").unlink()
        Storage.open(folder).close()

    def test_closed_twice_and_asked_for_its_health(self, folder):
        storage = Storage.open(folder)
        storage.check()
        storage.close()
        storage.close()


class TestMigrations:
    def test_they_make_the_tables_that_the_code_uses(self, database):
        with database.writing() as connection:
            migrate(connection)
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
            names = {constraint["name"] for constraint in inspect(connection).get_check_constraints("jobs")}
        assert names == {"known_status", "completed_with_segments", "failed_with_message"}

    def test_from_the_first_revision_with_rows_in_it(self, tmp_path, folder):
        folder.mkdir()
        first = Database(folder / "splitreader.db")
        with first.writing() as connection:
            migrate(connection, to="0001")
            connection.execute(text("INSERT INTO secrets VALUES ('signing', :key)"), {"key": b"k" * 32})
        first.close()
        with Storage.open(folder) as storage:
            assert storage.signing_key == b"k" * 32
            storage.jobs.list("p")

    def test_one_that_fails_leaves_nothing(self, database):
        class Stop(Exception):
            pass

        def migrate_in_part():
            with database.writing() as connection:
                migrate(connection)
                raise Stop

        with pytest.raises(Stop):
            migrate_in_part()
        with database.reading() as connection:
            assert inspect(connection).get_table_names() == []

    def test_a_folder_of_a_newer_version(self, folder):
        Storage.open(folder).close()
        engine = create_engine(f"sqlite:///{folder / 'splitreader.db'}")
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        with pytest.raises(DataFolderTooNew, match="revision 9999"):
            Storage.open(folder)
