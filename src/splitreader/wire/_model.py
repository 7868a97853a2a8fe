"""What all bodies have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Moment: TypeAlias = Annotated[datetime | str, Field(union_mode="left_to_right")]
"""A time; as text where it is in no form that we know."""


class WireModel(BaseModel):
    """A body, or a part of one. Fields it does not know are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")
