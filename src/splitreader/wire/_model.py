"""What all bodies have in common."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

Moment: TypeAlias = datetime | str
"""A time; as text where it is in no form that we know."""


class WireModel(BaseModel):
    """A body, or a part of one. Fields it does not know are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")
