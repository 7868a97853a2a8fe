"""Jobs and files on standard output: a table for people, for programs the JSON that the service answered."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from rich.console import Console
from rich.table import Table

from splitreader._pages import format_pages
from splitreader.cli._printing import PIPE_WIDTH, plain
from splitreader.cli._words import encodable_json, printable
from splitreader.wire import CloudFile, SplitJob

Style: TypeAlias = Literal["table", "json", "id"]


def print_job(job: SplitJob, *, style: Style) -> None:
    """One job, with the segments of its result."""
    if style != "table":
        _print_plainly(job, style)
        return
    _print_rows(_JOB_COLUMNS, [_job_row(job)])
    if job.result is not None:
        _print_rows(
            ("#", "category", "pages", "confidence"),
            [
                (str(number), segment.category, _pages(segment.pages), segment.confidence_category)
                for number, segment in enumerate(job.result.segments, start=1)
            ],
        )


def print_jobs(jobs: Iterable[SplitJob], *, style: Style) -> None:
    """A list of jobs."""
    if style != "table":
        _print_plainly(list(jobs), style)
    else:
        _print_rows(_JOB_COLUMNS, map(_job_row, jobs))


def print_file(file: CloudFile, *, style: Style) -> None:
    """One file."""
    if style != "table":
        _print_plainly(file, style)
    else:
        _print_rows(_FILE_COLUMNS, [_file_row(file)])


def print_files(files: Iterable[CloudFile], *, style: Style) -> None:
    """A list of files."""
    if style != "table":
        _print_plainly(list(files), style)
    else:
        _print_rows(_FILE_COLUMNS, map(_file_row, files))


def print_done(words: str, facts: Mapping[str, object], *, style: Style) -> None:
    """What was done: a sentence for people, facts for programs, among them the ``id``."""
    if style == "json":
        _print_json(facts)
    else:
        _print_line(words if style == "table" else str(facts["id"]))


_JOB_COLUMNS = ("job", "status", "file", "created", "documents", "error")
_FILE_COLUMNS = ("file", "name", "purpose", "external id", "modified")


def _job_row(job: SplitJob) -> tuple[str, ...]:
    documents = "" if job.result is None else str(len(job.result.segments))
    return job.id, job.status, job.file_id or "", _text(job.created_at), documents, job.error_message or ""


def _file_row(file: CloudFile) -> tuple[str, ...]:
    return file.id, file.name, file.purpose or "", file.external_file_id or "", _text(file.last_modified_at)


def _answered(model: SplitJob | CloudFile) -> dict[str, Any]:
    """What the service answered, and no field more."""
    return model.model_dump(mode="json", exclude_unset=True)


def _pages(pages: Sequence[int]) -> str:
    """The pages, also of an answer that can't be right."""
    return format_pages(pages) if list(pages) == sorted(set(pages)) else ",".join(map(str, pages))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _print_plainly(answered: SplitJob | CloudFile | Sequence[SplitJob | CloudFile], style: Style) -> None:
    """One of a kind, or several, as JSON or as ids alone."""
    if style == "json":
        _print_json([_answered(one) for one in answered] if isinstance(answered, Sequence) else _answered(answered))
        return
    for one in answered if isinstance(answered, Sequence) else [answered]:
        _print_line(one.id)


def _print_line(text: str) -> None:
    sys.stdout.write(f"{printable(text)}\n")
    sys.stdout.flush()


def _print_json(content: object) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False)
    sys.stdout.write(encodable_json(text, sys.stdout) + "\n")
    sys.stdout.flush()


def _print_rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(plain, row))
    _console().print(table)
    sys.stdout.flush()


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=PIPE_WIDTH)
