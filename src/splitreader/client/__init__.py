"""A client of LlamaCloud's Split API, sync and async, over httpx."""

from splitreader.client._async import AsyncSplitClient
from splitreader.client._files import FileFilters, FileListFilters, FilesApi, UploadLike
from splitreader.client._job_bodies import FileLike, Form, JobOptions, new_job
from splitreader.client._limiter import Limiter, RequestLimiter
from splitreader.client._listing import Filters, JobFilters
from splitreader.client._record import JobRecord, Trace
from splitreader.client._settings import Api, ClientOptions, Region, Settings
from splitreader.client._sync import SplitClient
from splitreader.client._waiting import check_seconds
from splitreader.wire import (
    TERMINAL_STATUSES,
    CloudFile,
    DocumentInput,
    JobCategory,
    JobResult,
    JobSegment,
    JobStatus,
    PresignedURL,
    SavedConfiguration,
    SplitJob,
)

__all__ = [
    "TERMINAL_STATUSES",
    "Api",
    "AsyncSplitClient",
    "ClientOptions",
    "CloudFile",
    "DocumentInput",
    "FileFilters",
    "FileLike",
    "FileListFilters",
    "FilesApi",
    "Filters",
    "Form",
    "JobCategory",
    "JobFilters",
    "JobOptions",
    "JobRecord",
    "JobResult",
    "JobSegment",
    "JobStatus",
    "Limiter",
    "PresignedURL",
    "Region",
    "RequestLimiter",
    "SavedConfiguration",
    "Settings",
    "SplitClient",
    "SplitJob",
    "Trace",
    "UploadLike",
    "check_seconds",
    "new_job",
]
