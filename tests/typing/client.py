"""Type-checked, never run: what users ask a Split service, and what they get."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Unpack, assert_type

from splitreader import FileId
from splitreader.client import (
    TERMINAL_STATUSES,
    Api,
    AsyncSplitClient,
    ClientOptions,
    CloudFile,
    DocumentInput,
    FileLike,
    FileListFilters,
    FilesApi,
    Form,
    JobCategory,
    JobFilters,
    JobOptions,
    JobResult,
    JobSegment,
    JobStatus,
    PresignedURL,
    Region,
    SavedConfiguration,
    SplitClient,
    SplitJob,
    UploadLike,
)

api: Api = "v1"
region: Region = "eu"
files_api: FilesApi = "beta"
form: Form = "flat"
upload: UploadLike = Path("packet.pdf")
named: FileLike = FileId("f")


def watch(job: SplitJob) -> None:
    assert_type(job.status, str)


def client_with(**options: Unpack[ClientOptions]) -> SplitClient:
    return SplitClient(**options)


def waiting_jobs(client: SplitClient, **filters: Unpack[JobFilters]) -> list[SplitJob]:
    return [job for job in client.list_jobs(**filters) if job.status not in TERMINAL_STATUSES]


def names_of_files(client: SplitClient, **filters: Unpack[FileListFilters]) -> list[str]:
    return [file.name for file in client.list_files(**filters)]


def split_by(client: SplitClient, file: FileLike, **options: Unpack[JobOptions]) -> SplitJob:
    return client.create_job(file, ["invoice"], **options)


def count_by_status(jobs: Iterator[SplitJob]) -> dict[JobStatus, int]:
    counts: dict[JobStatus, int] = {"completed": 0, "failed": 0}
    for job in jobs:
        if job.status == "completed":
            counts["completed"] += 1
    return counts


with client_with(api_key="llx-1", api=api, region=region, timeout=10) as client:
    file = client.upload_file(upload, external_file_id="mine", files_api=files_api)
    assert_type(file, CloudFile)
    assert_type(file.expires_at, datetime | str | None)
    assert_type(file.download_url, PresignedURL | None)
    assert_type(client.list_files(file_name="packet.pdf"), Iterator[CloudFile])
    assert_type(client.file_content(file.id), PresignedURL)
    assert_type(client.file_content(file.id).url, str)
    assert_type(client.download_file(file.id), Iterator[bytes])
    assert_type(names_of_files(client, page_size=10), list[str])

    job = client.create_job(file, ["invoice"], form=form, allow_uncategorized=True)
    assert_type(job, SplitJob)
    assert_type(split_by(client, named, target_pages="1-3", transaction_id="t"), SplitJob)
    client.create_job(named, {"invoice": None}, transaction_id="t", target_pages="1-3")
    assert_type(client.wait(job.id, max_seconds=5, progress=watch), SplitJob)
    assert_type(client.run("packet.pdf", ["invoice"], delete_after=True), SplitJob)
    assert_type(client.list_jobs(job_ids=[job.id], status="completed"), Iterator[SplitJob])
    assert_type(waiting_jobs(client, created_at_on_or_after=datetime(2026, 1, 1, tzinfo=UTC)), list[SplitJob])
    assert_type(count_by_status(client.list_jobs()), dict[JobStatus, int])
    assert_type(client.cancel_job(job.id), SplitJob)

    assert_type(job.is_terminal, bool)
    assert_type(job.categories, tuple[JobCategory, ...])
    assert_type(job.document_input, DocumentInput | None)
    assert_type(job.result, JobResult | None)
    if done := job.result:
        assert_type(done.segments, tuple[JobSegment, ...])
        assert_type(done.segments[0].pages, tuple[int, ...])
        assert_type(done.segments[0].confidence_category, str)

    saved = client.create_configuration("mail", ["invoice"])
    assert_type(saved, SavedConfiguration)
    assert_type(saved.parameters, Mapping[str, Any])
    assert_type(client.list_configurations(), Iterator[SavedConfiguration])
    assert_type(client.update_configuration(saved.id, name="post"), SavedConfiguration)


async def asynchronous() -> None:
    async with AsyncSplitClient(requests_per_minute=60) as client:
        assert_type(await client.upload_file(b"bytes", name="packet.pdf"), CloudFile)
        assert_type(await client.run(FileId("f"), ["invoice"]), SplitJob)
        assert_type(client.list_jobs(), AsyncIterator[SplitJob])
        assert_type(client.download_file("f"), AsyncIterator[bytes])
        async for job in client.list_jobs(page_size=10):
            assert_type(job, SplitJob)
