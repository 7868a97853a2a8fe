"""From a job's parameters to a `SplitConfig`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from splitreader._config import SplitConfig
from splitreader._errors import InvalidConfiguration
from splitreader.engines._protocol import Engine

STRATEGY = frozenset({"allow_uncategorized", "custom_instructions", "min_pages_per_split"})
PASSED_OVER = frozenset({"parse_tier", "product_type"})
"""Parameters that change nothing about the split: pages are read the one way this server reads them."""


def config_of(parameters: Mapping[str, Any]) -> SplitConfig:
    """The config that a job's parameters ask for.

    Args:
        parameters: ``categories``, and perhaps ``splitting_strategy`` (``allow_uncategorized``,
            ``custom_instructions``, ``min_pages_per_split``) and ``target_pages``; None is the same as not there.
            ``parse_tier`` and ``product_type`` are passed over.

    Raises:
        InvalidConfiguration: a value is out of range, or a parameter is none of these.
    """
    given = _without_none(parameters)
    strategy = _without_none(given.pop("splitting_strategy", {}))
    categories = given.pop("categories", None)
    target_pages = given.pop("target_pages", None)
    if unknown := sorted((given.keys() - PASSED_OVER) | (strategy.keys() - STRATEGY)):
        raise InvalidConfiguration(f"this server can't honour {', '.join(unknown)}; leave it out")
    return SplitConfig.build(categories, target_pages=target_pages, **strategy)


def check_parameters(engine: Engine, parameters: Mapping[str, Any]) -> None:
    """See that a job can be done as asked, before it is created.

    Raises:
        InvalidConfiguration: a value is out of range, or the engine can't honour it.
    """
    config = config_of(parameters)
    if not config.categories and not getattr(engine, "brings_categories", False):
        raise InvalidConfiguration("no categories; say what the packet may hold")
    engine.check(config)


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
