"""Files, jobs, configurations, sessions and the signing key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ENDED_STAYS = """
CREATE TRIGGER ended_jobs_stay BEFORE UPDATE ON jobs
WHEN OLD.status IN ('completed', 'failed', 'cancelled')
BEGIN SELECT RAISE(ABORT, 'a job that has ended does not change'); END
"""


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("project_id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("external_file_id", sa.String),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("files_of_project", "files", ["project_id", "created_at", "seq"])
    op.create_index("files_of_blob", "files", ["sha256"])
    op.create_table(
        "jobs",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("project_id", sa.String, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("api", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("file_id", sa.String, nullable=False),
        sa.Column("file_name", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("configuration_id", sa.String),
        sa.Column("transaction_id", sa.String),
        sa.Column("segments", sa.JSON),
        sa.Column("error_message", sa.String),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.Integer, nullable=False),
        sa.UniqueConstraint("project_id", "transaction_id", name="one_job_a_transaction"),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'completed', 'failed', 'cancelled')", name="known_status"
        ),
        sa.CheckConstraint("(status = 'completed') = (segments IS NOT NULL)", name="completed_with_segments"),
        sa.CheckConstraint("(status = 'failed') = (error_message IS NOT NULL)", name="failed_with_message"),
        sqlite_autoincrement=True,
    )
    op.create_index("jobs_of_project", "jobs", ["project_id", "created_at", "seq"])
    op.create_index("jobs_by_status", "jobs", ["status", "attempts", "seq"])
    op.create_index("jobs_of_blob", "jobs", ["sha256"])
    op.execute(ENDED_STAYS)
    op.create_table(
        "configurations",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("project_id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("product_type", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.Integer, nullable=False),
        sa.UniqueConstraint("project_id", "product_type", "name", name="one_configuration_a_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("configurations_of_project", "configurations", ["project_id", "created_at", "seq"])
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String, primary_key=True),
        sa.Column("key_hash", sa.String, nullable=False),
        sa.Column("project_id", sa.String, nullable=False),
        sa.Column("expires_at", sa.Integer, nullable=False),
    )
    op.create_index("sessions_by_end", "sessions", ["expires_at"])
    op.create_table(
        "secrets",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
