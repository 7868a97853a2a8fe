"""Saved configurations."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Response

from splitreader.server._services import Served
from splitreader.server.access.caller import AUTHENTICATED, Called
from splitreader.server.routes.answers import configuration_answer, listing
from splitreader.server.routes.bodies import ChangedConfigurationBody, NewConfigurationBody
from splitreader.server.routes.creating import check
from splitreader.server.routes.queries import PageSize, PageToken, page_size_of
from splitreader.wire import Listing, SavedConfiguration

router = APIRouter(prefix="/api/v1/beta/configurations", tags=["configurations"], dependencies=AUTHENTICATED)

ProductType = Literal["split_v1", "extract_v2", "classify_v2", "parse_v2", "spreadsheet_v1", "unknown"]
_LOC = ("body", "parameters")


@router.post("", status_code=201, response_model_exclude_unset=True)
def save_configuration(body: NewConfigurationBody, caller: Called, services: Served) -> SavedConfiguration:
    """Save a configuration; one that has the name already gets a new version."""
    parameters = body.parameters.parameters()
    check(services, parameters, _LOC)
    stored, _ = services.storage.configurations.save(caller.project_id, name=body.name, parameters=parameters)
    return configuration_answer(stored)


@router.get("", response_model_exclude_unset=True)
def list_configurations(  # noqa: PLR0913  # one for each filter
    *,
    caller: Called,
    services: Served,
    product_type: Annotated[
        list[ProductType] | None, Query(max_length=20, description="All here are split_v1.")
    ] = None,
    name: str | None = None,
    latest_only: Annotated[  # noqa: ARG001  # as the API has it
        bool, Query(description="Only the latest version of each is kept, so it is always so.")
    ] = False,
    page_size: PageSize = None,
    page_token: PageToken = None,
) -> Listing[SavedConfiguration]:
    """The project's configurations."""
    page = services.storage.configurations.list(
        caller.project_id,
        product_types=product_type,
        name=name,
        page_size=page_size_of(page_size),
        page_token=page_token,
    )
    return listing(page, configuration_answer)


@router.get("/{config_id}", response_model_exclude_unset=True)
def get_configuration(config_id: str, caller: Called, services: Served) -> SavedConfiguration:
    """One configuration."""
    stored = services.storage.configurations.get(caller.project_id, config_id)
    if stored is None:
        raise _not_found(config_id)
    return configuration_answer(stored)


@router.put("/{config_id}", response_model_exclude_unset=True)
def change_configuration(
    config_id: str, body: ChangedConfigurationBody, caller: Called, services: Served
) -> SavedConfiguration:
    """A new version with what is given. Jobs that were created with the old one keep it."""
    parameters = None if body.parameters is None else body.parameters.parameters()
    if parameters is not None:
        check(services, parameters, _LOC)
    stored = services.storage.configurations.update(caller.project_id, config_id, name=body.name, parameters=parameters)
    if stored is None:
        raise _not_found(config_id)
    return configuration_answer(stored)


@router.delete("/{config_id}", status_code=204)
def delete_configuration(config_id: str, caller: Called, services: Served) -> Response:
    """Delete a configuration. Jobs that were created with it go on."""
    if not services.storage.configurations.delete(caller.project_id, config_id):
        raise _not_found(config_id)
    return Response(status_code=204)


def _not_found(config_id: str) -> HTTPException:
    return HTTPException(404, f"Configuration {config_id} not found")
