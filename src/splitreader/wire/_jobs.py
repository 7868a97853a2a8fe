"""Split jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from splitreader.wire._model import Moment, WireModel

JobStatus: TypeAlias = Literal["pending", "processing", "completed", "failed", "cancelled"]
"""The statuses that the service documents; an answer may have others."""

TERMINAL_STATUSES = frozenset({"completed", "failed", "cancelled"})
"""A job with one of these does not change any more."""


class JobCategory(WireModel):
    """A category as the service gives it back.

    Args:
        name: what segments call it.
        description: what belongs in it.
    """

    name: str
    description: str | None = None


class DocumentInput(WireModel):
    """What is split, in beta jobs.

    Args:
        type: ``"file_id"``.
        value: the id.
    """

    type: str
    value: str


class JobSegment(WireModel):
    """A segment of a result.

    Args:
        category: a declared category, or ``"uncategorized"``.
        confidence_category: ``"high"``, ``"medium"`` or ``"low"``.
        pages: 1-based.
    """

    category: str
    confidence_category: str
    pages: tuple[int, ...]


class JobResult(WireModel):
    """What a completed job found.

    Args:
        segments: in the service's order.
    """

    segments: tuple[JobSegment, ...]


class SplitJob(WireModel):
    """A split job, beta or v1. Only `id` and `status` are always there: the guide's answers have no more.

    Args:
        id: ``"spl-..."``.
        status: see `JobStatus`.
        categories: that the job splits into.
        document_input: what is split (beta).
        file_input: the id of the file, or of a parse job (v1).
        document_input_type: ``"file_id"``, ``"parse_job_id"`` or ``"url"`` (v1).
        project_id, user_id: whose it is.
        configuration_id: of the saved configuration it was made with.
        created_at, updated_at: when.
        error_message: why it failed.
        result: once it is completed.
        splitting_strategy, target_pages, transaction_id: as asked for (v1).
    """

    id: str
    status: str
    categories: tuple[JobCategory, ...] = ()
    document_input: DocumentInput | None = None
    file_input: str | None = None
    document_input_type: str | None = None
    project_id: str | None = None
    user_id: str | None = None
    configuration_id: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    error_message: str | None = None
    result: JobResult | None = None
    splitting_strategy: Mapping[str, Any] | None = None
    target_pages: str | None = None
    transaction_id: str | None = None

    @property
    def file_id(self) -> str | None:
        """The id of what is split, in either form."""
        return self.file_input if self.document_input is None else self.document_input.value

    @property
    def is_terminal(self) -> bool:
        """Whether it is completed, failed or cancelled."""
        return self.status in TERMINAL_STATUSES
