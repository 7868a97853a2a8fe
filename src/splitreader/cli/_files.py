"""``splitreader files``: files on LlamaCloud."""

from __future__ import annotations

import contextlib
import uuid
from pathlib import Path
from typing import Annotated, Literal

import typer

from splitreader._errors import OutputError
from splitreader._files import put_in_place, refuse_existing
from splitreader.cli._cloud import KEY_HELP, Cloud, bare_file_id, cloud_command
from splitreader.cli._rows import print_done, print_file, print_files

files = typer.Typer(help=f"Files on LlamaCloud.\n\n{KEY_HELP}", no_args_is_help=True, rich_markup_mode=None)

FileArgument = Annotated[str, typer.Argument(metavar="FILE_ID", help="As uploading printed.", show_default=False)]


@cloud_command(files)
def upload(
    cloud: Cloud,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A PDF on this machine.", show_default=False)],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the service calls it; default: its own.")
    ] = None,
    external_file_id: Annotated[
        str | None, typer.Option(metavar="ID", help="A name of yours, to find it by.", show_default=False)
    ] = None,
    purpose: Annotated[str, typer.Option(help="What it is for.")] = "split",
    files_api: Annotated[
        Literal["beta", "v1"], typer.Option(help="v1: the guide's way, without purpose and external id.")
    ] = "beta",
) -> None:
    """Upload a file, and print its id. It stays there until it is deleted."""
    done = cloud.client.upload_file(
        file, name=name, purpose=purpose, external_file_id=external_file_id, files_api=files_api
    )
    print_file(done, style=cloud.style)


@cloud_command(files)
def get(cloud: Cloud, file_id: FileArgument) -> None:
    """Print what the service knows of a file."""
    print_file(cloud.client.get_file(bare_file_id(file_id)), style=cloud.style)


@cloud_command(files)
def _list(
    cloud: Cloud,
    file_id: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="These files; repeat it.", show_default=False)
    ] = None,
    file_name: Annotated[str | None, typer.Option(metavar="NAME", help="Called so.", show_default=False)] = None,
    external_file_id: Annotated[
        str | None, typer.Option(metavar="ID", help="With this name of yours.", show_default=False)
    ] = None,
    order_by: Annotated[str | None, typer.Option(metavar="FIELD", help="Sent as it is.", show_default=False)] = None,
    page_size: Annotated[
        int | None, typer.Option(metavar="N", help="Files a request brings; all are printed.", show_default=False)
    ] = None,
    page_token: Annotated[str | None, typer.Option(metavar="TOKEN", help="Where to begin.", show_default=False)] = None,
) -> None:
    """Print the files that are there."""
    found = cloud.client.list_files(
        file_ids=[bare_file_id(wanted) for wanted in file_id] if file_id else None,
        file_name=file_name,
        external_file_id=external_file_id,
        order_by=order_by,
        page_size=page_size,
        page_token=page_token,
    )
    print_files(found, style=cloud.style)


@cloud_command(files)
def download(
    cloud: Cloud,
    file_id: FileArgument,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write it.", show_default=False)],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    """Download a file. It is whole, or not there."""
    if not overwrite:
        refuse_existing([out], remedy="pass --overwrite")
    partial = out.with_name(f".{uuid.uuid4().hex}.partial")
    size = 0
    try:
        with partial.open("xb") as stream:
            for piece in cloud.client.download_file(bare_file_id(file_id)):
                size += stream.write(piece)
        put_in_place(partial, out, overwrite=overwrite)
    except OSError as error:
        raise OutputError(f"can't write {out} ({error.strerror}); check the folder and its permissions") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()
    facts = {"id": bare_file_id(file_id), "path": str(out), "bytes": size}
    print_done(f"{out}: {size:,} bytes", facts, style=cloud.style)


@cloud_command(files)
def delete(cloud: Cloud, file_id: FileArgument) -> None:
    """Delete a file. A job that still needs it fails."""
    bare = bare_file_id(file_id)
    cloud.client.delete_file(bare)
    print_done(f"file {bare} is deleted", {"id": bare, "deleted": True}, style=cloud.style)
