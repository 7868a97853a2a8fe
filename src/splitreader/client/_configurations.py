"""Saved configurations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from splitreader._config import AllowUncategorized, CategoriesLike, quoted
from splitreader._errors import InvalidConfiguration
from splitreader.client._answers import parse
from splitreader.client._job_bodies import saved_parameters
from splitreader.client._requests import Request, in_path, parameters
from splitreader.client._retrying import send
from splitreader.client._service import Service
from splitreader.client._steps import Flow
from splitreader.wire import Listing, SavedConfiguration

PATH = "/api/v1/beta/configurations"


def changed_parameters(
    categories: CategoriesLike | None,
    *,
    allow_uncategorized: AllowUncategorized | bool,
    custom_instructions: str | None,
    min_pages_per_split: int | None,
) -> dict[str, Any] | None:
    """The parameters of an update; None where only the name changes.

    Raises:
        InvalidConfiguration: there are rules without categories, or an option is wrong.
    """
    rules = {
        "allow_uncategorized": allow_uncategorized,
        "custom_instructions": custom_instructions,
        "min_pages_per_split": min_pages_per_split,
    }
    if categories is not None:
        return saved_parameters(categories, **rules)  # type: ignore[arg-type]  # one by one they fit
    if rules != {"allow_uncategorized": "include", "custom_instructions": None, "min_pages_per_split": None}:
        raise InvalidConfiguration("an update replaces categories and rules together; give the categories, too")
    return None


def create_configuration(service: Service, name: str, settings: Mapping[str, Any]) -> Flow[SavedConfiguration]:
    """Save a configuration. One whose answer was lost is saved again; it costs nothing."""
    request = _request(service, "save the configuration", "POST", json={"name": name, "parameters": dict(settings)})
    answer = yield from send(service, request)
    return parse(answer, SavedConfiguration, request, service)


def get_configuration(service: Service, configuration_id: str) -> Flow[SavedConfiguration]:
    """A saved configuration."""
    request = _request(service, f"get the configuration {quoted(configuration_id)}", "GET", configuration_id)
    answer = yield from send(service, request)
    return parse(answer, SavedConfiguration, request, service)


def list_configurations_page(
    service: Service, page_size: int | None, page_token: str | None = None
) -> Flow[Listing[SavedConfiguration]]:
    """One page of the configurations for splitting."""
    request = _request(
        service,
        "list the configurations",
        "GET",
        query=(("product_type", "split_v1"), ("page_size", page_size), ("page_token", page_token)),
    )
    answer = yield from send(service, request)
    return parse(answer, Listing[SavedConfiguration], request, service)


def update_configuration(
    service: Service, configuration_id: str, name: str | None, settings: Mapping[str, Any] | None
) -> Flow[SavedConfiguration]:
    """Change a saved configuration; what is None stays.

    Raises:
        InvalidConfiguration: both are None.
    """
    if name is None and settings is None:
        raise InvalidConfiguration("nothing to update; give a name or categories")
    body = {key: value for key, value in (("name", name), ("parameters", settings)) if value is not None}
    what = f"update the configuration {quoted(configuration_id)}"
    request = _request(service, what, "PUT", configuration_id, json=body)
    answer = yield from send(service, request)
    return parse(answer, SavedConfiguration, request, service)


def delete_configuration(service: Service, configuration_id: str) -> Flow[None]:
    """Delete a saved configuration."""
    what = f"delete the configuration {quoted(configuration_id)}"
    yield from send(service, _request(service, what, "DELETE", configuration_id, empty_json=True))


def _request(  # noqa: PLR0913  # options, all by name
    service: Service,
    what: str,
    method: str,
    configuration_id: str | None = None,
    *,
    query: tuple[tuple[str, object], ...] = (),
    json: Mapping[str, Any] | None = None,
    empty_json: bool = False,
) -> Request:
    settings = service.settings
    return Request(
        what=what,
        method=method,
        path=PATH if configuration_id is None else f"{PATH}/{in_path(configuration_id)}",
        parameters=parameters(
            *query, ("project_id", settings.project_id), ("organization_id", settings.organization_id)
        ),
        json=json,
        empty_json=empty_json,
        retry_conflict=method == "GET",
    )
