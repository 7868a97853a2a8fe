"""``--cache``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CacheOption = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="DIR",
        help="Keep results and page texts in this folder, private to you, and go on from there next time.",
        show_default=False,
    ),
]
