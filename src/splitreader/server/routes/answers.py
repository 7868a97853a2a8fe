"""What is stored, as the API words it. Fields that are not set are left out of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from splitreader.server.routes.file_names import file_type_of
from splitreader.server.storage import Page, StoredConfiguration, StoredFile, StoredJob
from splitreader.wire import (
    CloudFile,
    DocumentInput,
    JobCategory,
    JobResult,
    JobSegment,
    Listing,
    PresignedURL,
    SavedConfiguration,
    SplitJob,
)

Row = TypeVar("Row")
Item = TypeVar("Item")


def listing(page: Page[Row], answer: Callable[[Row], Item]) -> Listing[Item]:
    """A page of a list; ``next_page_token`` is there only if there is a next one."""
    items = tuple(answer(row) for row in page.items)
    if page.next_token is None:
        return Listing(items=items)
    return Listing(items=items, next_page_token=page.next_token)


def file_answer(stored: StoredFile, link: PresignedURL | None = None) -> CloudFile:
    """A file, with a link to its bytes if there is one."""
    return CloudFile(
        id=stored.id,
        name=stored.name,
        project_id=stored.project_id,
        external_file_id=stored.external_file_id,
        file_type=file_type_of(stored.name),
        purpose=stored.purpose,
        last_modified_at=stored.created_at,
        expires_at=None,
        download_url=link,
    )


def beta_job_answer(job: StoredJob) -> SplitJob:
    """A job as /api/v1/beta/split answers it."""
    return SplitJob(**_common(job), document_input=DocumentInput(type="file_id", value=job.file_id))


def v1_job_answer(job: StoredJob) -> SplitJob:
    """A job as /api/v1/split answers it."""
    parameters = job.parameters
    asked: dict[str, Any] = {
        "parse_tier": parameters.get("parse_tier"),
        "parse_config_id": None,
        "target_pages": parameters.get("target_pages"),
        "transaction_id": job.transaction_id,
    }
    strategy = {"allow_uncategorized": "include", **(parameters.get("splitting_strategy") or {})}
    return SplitJob(
        **_common(job),
        **asked,
        file_input=job.file_id,
        document_input_type="file_id",
        splitting_strategy=strategy,
    )


def configuration_answer(stored: StoredConfiguration) -> SavedConfiguration:
    """A saved configuration."""
    return SavedConfiguration(
        id=stored.id,
        name=stored.name,
        product_type=stored.parameters.get("product_type"),
        version=stored.version,
        parameters=stored.parameters,
        created_at=stored.created_at,
        updated_at=stored.updated_at,
    )


def _common(job: StoredJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "status": job.status,
        "project_id": job.project_id,
        "user_id": job.user_id,
        "categories": tuple(
            JobCategory(name=category["name"], description=category.get("description"))
            for category in job.parameters["categories"]
        ),
        "configuration_id": job.configuration_id,
        "result": _result(job.segments) if job.status == "completed" else None,
        "error_message": job.error_message,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
    }


def _result(segments: Iterable[Any] | None) -> JobResult:
    return JobResult(
        segments=tuple(
            JobSegment(
                category=segment["category"],
                confidence_category=segment["confidence_category"],
                pages=tuple(segment["pages"]),
            )
            for segment in segments or ()
        )
    )
