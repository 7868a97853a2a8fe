"""What a JSON body must have. A 422 names all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from splitreader.testing._wire import JSON, Refused, problem

Loc: TypeAlias = tuple[str | int, ...]

_BODY: Loc = ("body",)
_ALLOW = ("include", "forbid", "omit")
_TIERS = ("fast", "cost_effective", "agentic", "agentic_plus")
_PRODUCTS = ("split_v1", "extract_v2", "classify_v2", "parse_v2", "spreadsheet_v1", "unknown")
PURPOSES = ("user_data", "parse", "extract", "split", "classify", "sheet", "agent_app")
STATUSES = ("pending", "processing", "completed", "failed", "cancelled")


def check_job(body: Any, *, beta: bool) -> JSON:
    """The body of a new job, in any of its three forms."""
    return _checked(body, _job(body, beta=beta) if isinstance(body, dict) else ())


def check_configuration(body: Any, *, update: bool) -> JSON:
    """The body of a new or changed configuration."""
    return _checked(body, _configuration(body, update=update) if isinstance(body, dict) else ())


def _checked(body: Any, problems: Iterator[JSON] | Sequence[JSON]) -> JSON:
    if body is None:
        raise Refused(422, [_missing(_BODY)])
    if not isinstance(body, dict):
        raise Refused(422, [problem(_BODY, "Input should be a valid dictionary", "model_attributes_type")])
    if found := list(problems):
        raise Refused(422, found)
    return body


def _job(body: JSON, *, beta: bool) -> Iterator[JSON]:
    if not beta:
        yield from _text(body, "file_input", _BODY, required=True)
        yield from _text(body, "transaction_id", _BODY)
    elif body.get("document_input") is None:
        yield _missing((*_BODY, "document_input"))
    else:
        yield from _document_input(body["document_input"], (*_BODY, "document_input"))
    yield from _text(body, "configuration_id", _BODY)
    if (configuration := body.get("configuration")) is not None:
        yield from _split_parameters(configuration, (*_BODY, "configuration"))
    elif beta and "categories" in body:
        yield from _split_parameters(body, _BODY, flat=True)
    elif body.get("configuration_id") is None:
        yield problem(_BODY, "Value error, either configuration or configuration_id must be given")


def _document_input(value: Any, loc: Loc) -> Iterator[JSON]:
    if not isinstance(value, dict):
        yield problem(loc, "Input should be a valid dictionary", "model_attributes_type")
        return
    yield from _choice(value, "type", ("file_id",), loc, required=True)
    yield from _text(value, "value", loc, required=True)


def _split_parameters(value: Any, loc: Loc, *, flat: bool = False) -> Iterator[JSON]:
    if not isinstance(value, dict):
        yield problem(loc, "Input should be a valid dictionary", "model_attributes_type")
        return
    categories = value.get("categories")
    where = (*loc, "categories")
    if categories is None:
        yield _missing(where)
    elif not isinstance(categories, list):
        yield problem(where, "Input should be a valid list", "list_type")
    elif not 1 <= len(categories) <= 50:
        kind = "too_long" if categories else "too_short"
        yield problem(where, f"List should have 1 to 50 items, not {len(categories)}", kind)
    else:
        for index, category in enumerate(categories):
            if isinstance(category, dict):
                yield from _text(category, "name", (*where, index), required=True, length=(1, 200))
                yield from _text(category, "description", (*where, index), length=(1, 2000))
            else:
                yield problem((*where, index), "Input should be a valid dictionary", "model_attributes_type")
    yield from _choice(value, "parse_tier", _TIERS, loc)
    yield from _text(value, "target_pages", loc)
    if (strategy := value.get("splitting_strategy")) is not None:
        yield from _strategy(strategy, (*loc, "splitting_strategy"), flat=flat)


def _strategy(value: Any, loc: Loc, *, flat: bool) -> Iterator[JSON]:
    if not isinstance(value, dict):
        yield problem(loc, "Input should be a valid dictionary", "model_attributes_type")
        return
    if not (flat and isinstance(value.get("allow_uncategorized"), bool)):
        yield from _choice(value, "allow_uncategorized", _ALLOW, loc)
    yield from _text(value, "custom_instructions", loc, length=(0, 5000))
    least = value.get("min_pages_per_split")
    if least is not None and (isinstance(least, bool) or not isinstance(least, int) or least < 1):
        yield problem((*loc, "min_pages_per_split"), "Input should be an integer of at least 1", "greater_than_equal")


def _configuration(body: JSON, *, update: bool) -> Iterator[JSON]:
    yield from _text(body, "name", _BODY, required=not update, length=(1, 255))
    parameters = body.get("parameters")
    loc = (*_BODY, "parameters")
    if parameters is None:
        if not update:
            yield _missing(loc)
    elif not isinstance(parameters, dict):
        yield problem(loc, "Input should be a valid dictionary", "model_attributes_type")
    else:
        yield from _choice(parameters, "product_type", _PRODUCTS, loc, required=True)
        if parameters.get("product_type") == "split_v1":
            yield from _split_parameters(parameters, loc)


def _text(
    value: JSON, name: str, loc: Loc, *, required: bool = False, length: tuple[int, int] = (1, 3000)
) -> Iterator[JSON]:
    text = value.get(name)
    if text is None:
        if required:
            yield _missing((*loc, name))
    elif not isinstance(text, str):
        yield problem((*loc, name), "Input should be a valid string", "string_type")
    elif len(text) < length[0]:
        yield problem((*loc, name), f"String should have at least {length[0]} character", "string_too_short")
    elif len(text) > length[1]:
        yield problem((*loc, name), f"String should have at most {length[1]} characters", "string_too_long")


def _choice(value: JSON, name: str, choices: Sequence[str], loc: Loc, *, required: bool = False) -> Iterator[JSON]:
    choice = value.get(name)
    if choice is None:
        if required:
            yield _missing((*loc, name))
    elif choice not in choices:
        yield problem((*loc, name), f"Input should be one of {', '.join(choices)}", "enum")


def _missing(loc: Loc) -> JSON:
    return problem(loc, "Field required", "missing")
