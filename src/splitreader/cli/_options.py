"""Options that several commands have: which packets, which categories, how they are read and split."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from splitreader._config import AllowUncategorized

PacketsArgument: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        help="PDF packets, folders, globs, URLs; with LlamaCloud also llamacloud:<file id>.", show_default=False
    ),
]
CategoryOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "-c", "--category", metavar="NAME[=DESCRIPTION]", help="A kind of document; repeat it.", show_default=False
    ),
]
CategoriesOption: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Categories in YAML or JSON.", show_default=False)
]
OverwriteOption: TypeAlias = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]
UncategorizedOption: TypeAlias = Annotated[
    AllowUncategorized, typer.Option(help="What becomes of pages that fit no category.")
]
TargetPagesOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="PAGES", help="Split only these, like 1,3,5-7.", show_default=False)
]
MinPagesOption: TypeAlias = Annotated[
    int | None, typer.Option(metavar="N", help="The least number of pages of a document.", show_default=False)
]
OCROption: TypeAlias = Annotated[Literal["auto", "off"], typer.Option(help="off: go on without the text of scans.")]
PasswordOption: TypeAlias = Annotated[
    str | None,
    typer.Option(envvar="SPLITREADER_PASSWORD", help="Of encrypted packets; safer in the environment."),
]
OnErrorOption: TypeAlias = Annotated[
    Literal["raise", "skip"], typer.Option(help="skip: report a packet that can't be read, and go on.")
]
AllowPrivateOption: TypeAlias = Annotated[
    bool, typer.Option("--allow-private", help="Let URLs lead to addresses that are not public.")
]
CacheOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="DIR",
        help="Keep results and page texts in this folder, private to you, and go on from there next time.",
        show_default=False,
    ),
]
DebugOption: TypeAlias = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
