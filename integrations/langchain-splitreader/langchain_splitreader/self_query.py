"""What a model that writes filters itself has to know."""

from __future__ import annotations

import importlib
from dataclasses import asdict
from typing import Any

from splitreader import CategoriesLike, InvalidConfiguration, SplitConfig
from splitreader.routing import FIELDS, category_field


def attribute_info(categories: CategoriesLike, *, plain: bool | None = None) -> list[Any]:
    """The ``metadata_field_info`` of a ``SelfQueryRetriever``, which takes either form.

    Args:
        categories: that the packets were split into; their descriptions help the model.
        plain: whether to give dicts with name, description and type instead of ``AttributeInfo``, which lives in
            ``langchain-classic``; None gives dicts where that is not installed.

    Raises:
        splitreader.InvalidConfiguration: ``plain=False``, and langchain-classic is not installed.
    """
    fields = (category_field(SplitConfig.build(categories).categories), *FIELDS)
    described = [asdict(field) for field in fields]
    if plain:
        return described
    try:
        schema = importlib.import_module("langchain_classic.chains.query_constructor.schema")
    except ImportError as error:
        if plain is None:
            return described
        raise InvalidConfiguration(
            "AttributeInfo is in langchain-classic; install it with: pip install langchain-classic"
        ) from error
    return [schema.AttributeInfo(**field) for field in described]
