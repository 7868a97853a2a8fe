"""The bodies of the Split API, as LlamaCloud's reference describes them. Client and server share them.

What the service adds tomorrow is kept: every model takes fields it does not know, and statuses, confidences and kinds
are plain text, so that a new value is no error.
"""

from splitreader.wire._configurations import SavedConfiguration
from splitreader.wire._files import CloudFile, PresignedURL
from splitreader.wire._jobs import (
    TERMINAL_STATUSES,
    DocumentInput,
    JobCategory,
    JobResult,
    JobSegment,
    JobStatus,
    SplitJob,
)
from splitreader.wire._lists import Listing

__all__ = [
    "TERMINAL_STATUSES",
    "CloudFile",
    "DocumentInput",
    "JobCategory",
    "JobResult",
    "JobSegment",
    "JobStatus",
    "Listing",
    "PresignedURL",
    "SavedConfiguration",
    "SplitJob",
]
