"""Saved configurations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from splitreader.wire._model import Moment, WireModel


class SavedConfiguration(WireModel):
    """Categories and a splitting strategy that the service keeps under an id.

    Args:
        id: for ``configuration_id``.
        name: for people.
        product_type: ``"split_v1"`` for splitting.
        version: set anew with each update.
        parameters: ``categories``, ``splitting_strategy`` ...
        created_at, updated_at: when.
    """

    id: str
    name: str
    product_type: str | None = None
    version: str | None = None
    parameters: Mapping[str, Any]
    created_at: Moment | None = None
    updated_at: Moment | None = None
