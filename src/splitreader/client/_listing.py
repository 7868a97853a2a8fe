"""Lists, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypedDict

from splitreader._errors import InvalidServiceAnswer
from splitreader.client._answers import parse
from splitreader.client._requests import Parameters, Request, parameters
from splitreader.client._retrying import send
from splitreader.client._service import Service
from splitreader.client._steps import Flow
from splitreader.wire import Listing, SplitJob


class JobFilters(TypedDict, total=False):
    """Which jobs to list; the keys are the fields of `Filters`."""

    job_ids: Sequence[str] | None
    status: str | None
    created_at_on_or_after: datetime | str | None
    created_at_on_or_before: datetime | str | None
    page_size: int | None
    page_token: str | None
    project_id: str | None
    organization_id: str | None


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which jobs to list.

    Args:
        job_ids: these.
        status: in this status.
        created_at_on_or_after, created_at_on_or_before: created then; text is sent as it is.
        page_size: how many a request brings; None leaves it to the service.
        page_token: where to begin; None for the beginning.
        project_id, organization_id: instead of the client's own.
    """

    job_ids: Sequence[str] | None = None
    status: str | None = None
    created_at_on_or_after: datetime | str | None = None
    created_at_on_or_before: datetime | str | None = None
    page_size: int | None = None
    page_token: str | None = None
    project_id: str | None = None
    organization_id: str | None = None

    def parameters(self, service: Service) -> Parameters:
        """The query."""
        return parameters(
            ("job_ids", None if self.job_ids is None else list(self.job_ids)),
            ("status", self.status),
            ("created_at_on_or_after", self.created_at_on_or_after),
            ("created_at_on_or_before", self.created_at_on_or_before),
            ("page_size", self.page_size),
            ("page_token", self.page_token),
            ("project_id", self.project_id or service.settings.project_id),
            ("organization_id", self.organization_id or service.settings.organization_id),
        )

    def after(self, listing: Listing[SplitJob]) -> Filters | None:
        """The same for the page after this one; None after the last."""
        token = next_page(listing, self.page_token)
        return None if token is None else replace(self, page_token=token)


def list_jobs_page(service: Service, filters: Filters) -> Flow[Listing[SplitJob]]:
    """One page of the jobs that the filters let through."""
    request = Request(
        what="list the split jobs",
        method="GET",
        path=service.path,
        parameters=filters.parameters(service),
        retry_conflict=True,
    )
    answer = yield from send(service, request)
    return parse(answer, Listing[SplitJob], request, service)


def next_page(listing: Listing[Any], token: str | None) -> str | None:
    """The token of the page after this one; None after the last.

    Raises:
        InvalidServiceAnswer: the service leads back to the same page.
    """
    following = listing.next_page_token or None
    if following is not None and following == token:
        raise InvalidServiceAnswer("the service's list leads back to the same page; report it")
    return following
