"""Bringing the database to the tables that this version of the code uses."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from splitreader._errors import DataFolderTooNew

SCRIPTS = Path(__file__).parent / "migrations"


def migrate(connection: Connection, *, to: str = "head") -> None:
    """Run the migrations that the database lacks, all in the connection's transaction.

    Args:
        connection: in a transaction.
        to: the revision to end at.

    Raises:
        DataFolderTooNew: its revision is none of ours.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise DataFolderTooNew(
            f"the server's database has revision {revision}, which this splitreader does not know; "
            "use the version that wrote it, or a newer one"
        )
    command.upgrade(config, to)
