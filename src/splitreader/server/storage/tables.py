"""The tables, as the code uses them; the migrations make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)

from splitreader.wire import JobStatus

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNFINISHED = ("pending", "processing")


class Moment(TypeDecorator[datetime]):
    """A time as microseconds since 1970 in UTC, which sort and compare as numbers."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """On its way into the database."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """On its way out."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970; a time without zone is one in UTC."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(microseconds=1)


metadata = MetaData()

files = Table(
    "files",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("project_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("external_file_id", String),
    Column("purpose", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("files_of_project", "project_id", "created_at", "seq"),
    Index("files_of_blob", "sha256"),
    sqlite_autoincrement=True,
)

jobs = Table(
    "jobs",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("project_id", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("api", String, nullable=False),
    Column("status", String, nullable=False),
    Column("file_id", String, nullable=False),
    Column("file_name", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("configuration_id", String),
    Column("transaction_id", String),
    Column("segments", JSON(none_as_null=True)),
    Column("error_message", String),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("project_id", "transaction_id", name="one_job_a_transaction"),
    CheckConstraint(f"status IN {get_args(JobStatus)}", name="known_status"),
    CheckConstraint("(status = 'completed') = (segments IS NOT NULL)", name="completed_with_segments"),
    CheckConstraint("(status = 'failed') = (error_message IS NOT NULL)", name="failed_with_message"),
    Index("jobs_of_project", "project_id", "created_at", "seq"),
    Index("jobs_by_status", "status", "attempts", "seq"),
    Index("jobs_of_blob", "sha256"),
    sqlite_autoincrement=True,
)

configurations = Table(
    "configurations",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("project_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("product_type", String, nullable=False),
    Column("version", String, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("project_id", "product_type", "name", name="one_configuration_a_name"),
    Index("configurations_of_project", "project_id", "created_at", "seq"),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("key_hash", String, nullable=False),
    Column("project_id", String, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("sessions_by_end", "expires_at"),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
