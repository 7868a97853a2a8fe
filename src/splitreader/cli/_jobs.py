"""``splitreader jobs``: split jobs on LlamaCloud, step by step."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from splitreader._config import AllowUncategorized
from splitreader._errors import InvalidConfiguration
from splitreader.cli._categories import gather_categories
from splitreader.cli._cloud import (
    KEY_HELP,
    Cloud,
    ConfigurationOption,
    InstructionsOption,
    SecondsOption,
    bare_file_id,
    cloud_command,
)
from splitreader.cli._options import CategoriesOption, CategoryOption, MinPagesOption
from splitreader.cli._progress import job_line
from splitreader.cli._rows import print_done, print_job, print_jobs
from splitreader.wire import JobStatus

if TYPE_CHECKING:
    from splitreader.wire import SplitJob

jobs = typer.Typer(help=f"Split jobs on LlamaCloud.\n\n{KEY_HELP}", no_args_is_help=True, rich_markup_mode=None)

JobArgument = Annotated[str, typer.Argument(metavar="JOB_ID", help="As creating it printed.", show_default=False)]


@cloud_command(jobs)
def create(
    cloud: Cloud,
    file_id: Annotated[
        str, typer.Argument(metavar="FILE_ID", help="As uploading the file printed.", show_default=False)
    ],
    category: CategoryOption = None,
    categories: CategoriesOption = None,
    configuration_id: ConfigurationOption = None,
    form: Annotated[
        Literal["nested", "flat"],
        typer.Option(help="Of the request, beta only: nested as the reference has it, flat as the guide."),
    ] = "nested",
    allow_uncategorized: Annotated[
        AllowUncategorized | None,
        typer.Option(
            help="What becomes of pages that fit no category; default: include, and forbid in the flat form.",
            show_default=False,
        ),
    ] = None,
    target_pages: Annotated[
        str | None, typer.Option(metavar="PAGES", help="Split only these, like 1,3,5-7; v1 only.", show_default=False)
    ] = None,
    custom_instructions: InstructionsOption = None,
    min_pages_per_split: MinPagesOption = None,
    transaction_id: Annotated[
        str | None,
        typer.Option(metavar="ID", help="v1 only: asking again with it starts no second job.", show_default=False),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the result, and print it.")] = False,
    max_seconds: SecondsOption = None,
) -> None:
    """Create a job for a file that was uploaded.

    It is paid for. Whatever happens to the answer, no second job is started.
    """
    if max_seconds is not None and not wait:
        raise InvalidConfiguration("--max-seconds needs --wait")
    given = None if configuration_id is not None and not category else gather_categories(category or [], categories)
    if configuration_id is not None and categories is not None:
        raise InvalidConfiguration("--categories and --configuration-id both say what to split into; give one of them")
    job = cloud.client.create_job(
        bare_file_id(file_id),
        given,
        configuration_id=configuration_id,
        form=form,
        allow_uncategorized=allow_uncategorized,
        target_pages=target_pages,
        custom_instructions=custom_instructions,
        min_pages_per_split=min_pages_per_split,
        transaction_id=transaction_id,
    )
    if wait:
        sys.stderr.write(f"job {job.id} was created\n")
        job = _wait(cloud, job.id, max_seconds)
    print_job(job, style=cloud.style)


@cloud_command(jobs)
def get(cloud: Cloud, job_id: JobArgument) -> None:
    """Print a job as it is now, with its documents once it is completed."""
    print_job(cloud.client.get_job(job_id), style=cloud.style)


@cloud_command(jobs)
def wait(cloud: Cloud, job_id: JobArgument, max_seconds: SecondsOption = None) -> None:
    """Wait until a job is completed, and print it. Nothing is paid for that."""
    print_job(_wait(cloud, job_id, max_seconds), style=cloud.style)


@cloud_command(jobs)
def _list(
    cloud: Cloud,
    status: Annotated[JobStatus | None, typer.Option(help="In this status.", show_default=False)] = None,
    job_id: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="These jobs; repeat it.", show_default=False)
    ] = None,
    created_at_on_or_after: Annotated[
        str | None, typer.Option(metavar="TIME", help="Created then or later, in ISO 8601.", show_default=False)
    ] = None,
    created_at_on_or_before: Annotated[
        str | None, typer.Option(metavar="TIME", help="Created then or earlier, in ISO 8601.", show_default=False)
    ] = None,
    page_size: Annotated[
        int | None, typer.Option(metavar="N", help="Jobs a request brings; all are printed.", show_default=False)
    ] = None,
    page_token: Annotated[str | None, typer.Option(metavar="TOKEN", help="Where to begin.", show_default=False)] = None,
) -> None:
    """Print the jobs that are there."""
    found = cloud.client.list_jobs(
        status=status,
        job_ids=job_id or None,
        created_at_on_or_after=created_at_on_or_after,
        created_at_on_or_before=created_at_on_or_before,
        page_size=page_size,
        page_token=page_token,
    )
    print_jobs(found, style=cloud.style)


@cloud_command(jobs)
def cancel(cloud: Cloud, job_id: JobArgument) -> None:
    """Cancel a job that runs. Only the API v1 can (--api v1)."""
    print_job(cloud.client.cancel_job(job_id), style=cloud.style)


@cloud_command(jobs)
def delete(cloud: Cloud, job_id: JobArgument) -> None:
    """Delete a job that is over. Only the API v1 can (--api v1)."""
    cloud.client.delete_job(job_id)
    print_done(f"job {job_id} is deleted", {"id": job_id, "deleted": True}, style=cloud.style)


def _wait(cloud: Cloud, job_id: str, max_seconds: float | None) -> SplitJob:
    with job_line() as line:
        if max_seconds is None:
            return cloud.client.wait(job_id, progress=line.show)
        return cloud.client.wait(job_id, max_seconds=max_seconds, progress=line.show)
