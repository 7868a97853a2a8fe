"""Which method and path is which operation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args
from urllib.parse import unquote

Operation: TypeAlias = Literal[
    "upload",
    "get_file",
    "list_files",
    "content",
    "download",
    "delete_file",
    "create",
    "get_job",
    "list_jobs",
    "cancel",
    "delete_job",
    "create_configuration",
    "get_configuration",
    "list_configurations",
    "update_configuration",
    "delete_configuration",
    "chat",
]
OPERATIONS: tuple[Operation, ...] = tuple(name for name in get_args(Operation) if name != "chat")
"""Of the Split API."""

_FILES = r"/api/v1/(?P<beta>beta/)?files"
_JOBS = r"/api/v1/(?P<beta>beta/)?split/jobs"
_CONFIGURATIONS = r"/api/v1/(?P<beta>beta/)configurations"
_ID = r"/(?P<id>[^/]+)"

_TABLE: tuple[tuple[str, dict[str, Operation]], ...] = (
    (_FILES, {"POST": "upload", "GET": "list_files"}),
    (_FILES + _ID, {"GET": "get_file", "DELETE": "delete_file"}),
    (_FILES + _ID + "/content", {"GET": "content"}),
    (r"/(?P<beta>)presigned" + _ID, {"GET": "download"}),
    (_JOBS, {"POST": "create", "GET": "list_jobs"}),
    (_JOBS + _ID, {"GET": "get_job", "DELETE": "delete_job"}),
    (_JOBS + _ID + "/cancel", {"POST": "cancel"}),
    (_CONFIGURATIONS, {"POST": "create_configuration", "GET": "list_configurations"}),
    (
        _CONFIGURATIONS + _ID,
        {"GET": "get_configuration", "PUT": "update_configuration", "DELETE": "delete_configuration"},
    ),
)
_ROUTES = tuple((re.compile(pattern), operations) for pattern, operations in _TABLE)
_V1_ONLY = ("cancel", "delete_job")


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where a request goes. ``refusal`` is the status of a request that goes nowhere."""

    operation: Operation | None = None
    id: str = ""
    beta: bool = False
    refusal: int | None = None


def find_route(method: str, path: str) -> Route:
    """The route of a request; a job under beta can be neither cancelled nor deleted."""
    for pattern, operations in _ROUTES:
        if match := pattern.fullmatch(path):
            operation = operations.get(method)
            beta = bool(match["beta"])
            refused = operation is None or (beta and operation in _V1_ONLY)
            return Route(
                operation=operation,
                id=unquote(match.groupdict().get("id") or ""),
                beta=beta,
                refusal=405 if refused else None,
            )
    return Route(refusal=404)
