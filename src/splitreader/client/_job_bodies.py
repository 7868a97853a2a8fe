"""The bodies that create a split job, in the three forms that the service takes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, TypedDict

from splitreader._config import AllowUncategorized, CategoriesLike, Category, SplitConfig, quoted
from splitreader._errors import InvalidConfiguration
from splitreader.client._settings import Api
from splitreader.sources import FileId
from splitreader.wire import CloudFile

Form: TypeAlias = Literal["nested", "flat"]
FileLike: TypeAlias = str | FileId | CloudFile
"""A file that is on the service already: its id, or the file itself."""


_BESIDE_SAVED = ("configuration_id", "transaction_id", "webhook_configurations")


class JobOptions(TypedDict, total=False):
    """What a new split job may be told. What the form has no place for is refused.

    Keys:
        configuration_id: of a saved configuration, instead of categories.
        allow_uncategorized: see `SplitConfig`. Silent means ``"include"``, and ``"forbid"`` in the flat form.
        custom_instructions, min_pages_per_split: see `SplitConfig`; not in the flat form.
        target_pages: see `SplitConfig`; v1 only.
        form: of the body, beta only: ``"nested"`` as the reference has it (default), or ``"flat"`` as the guide has it.
        transaction_id: v1 only. The service starts one job for it, however often it is sent; default: a new one.
        parse_tier, parse_config_id, webhook_configurations: v1 only; sent as they are.
        retry_unknown: where the answer got lost and the job can't be found, create it again, although two may be
            billed then.
        project_id, organization_id: instead of the client's own.
    """

    configuration_id: str | None
    allow_uncategorized: AllowUncategorized | bool | None
    custom_instructions: str | None
    min_pages_per_split: int | None
    target_pages: str | None
    form: Form
    transaction_id: str | None
    parse_tier: str | None
    parse_config_id: str | None
    webhook_configurations: Sequence[Mapping[str, Any]] | None
    retry_unknown: bool
    project_id: str | None
    organization_id: str | None


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """A job to create.

    Args:
        body: of the request.
        file_id: what is to be split.
        categories: as sent; none with a saved configuration.
        configuration_id: the saved configuration.
        transaction_id: v1's.
        retry_unknown, project_id, organization_id: see `JobOptions`.
    """

    body: Mapping[str, Any]
    file_id: str
    categories: tuple[Category, ...] = ()
    configuration_id: str | None = None
    transaction_id: str | None = None
    retry_unknown: bool = False
    project_id: str | None = None
    organization_id: str | None = None

    def of_file(self, file_id: str) -> NewJob:
        """The same job for another file."""
        key = "file_input" if "file_input" in self.body else "document_input"
        value: object = file_id if key == "file_input" else _document_input(file_id)["document_input"]
        return replace(self, file_id=file_id, body={**self.body, key: value})

    def of_transaction(self, transaction_id: str) -> NewJob:
        """The same job under another transaction id; as it is in beta, which has none."""
        if self.transaction_id is None:
            return self
        return replace(self, transaction_id=transaction_id, body={**self.body, "transaction_id": transaction_id})


def new_job(  # noqa: PLR0913  # options, all by name
    api: Api,
    file: FileLike,
    categories: CategoriesLike | None,
    *,
    configuration_id: str | None = None,
    allow_uncategorized: AllowUncategorized | bool | None = None,
    custom_instructions: str | None = None,
    min_pages_per_split: int | None = None,
    target_pages: str | None = None,
    form: Form = "nested",
    transaction_id: str | None = None,
    parse_tier: str | None = None,
    parse_config_id: str | None = None,
    webhook_configurations: Sequence[Mapping[str, Any]] | None = None,
    retry_unknown: bool = False,
    project_id: str | None = None,
    organization_id: str | None = None,
) -> NewJob:
    """The job that these options ask for; see `JobOptions`.

    Raises:
        InvalidConfiguration: an option is wrong, or the form has no place for it.
    """
    is_flat = form == "flat"
    only_v1: dict[str, object] = {
        "target_pages": target_pages,
        "transaction_id": transaction_id,
        "parse_tier": parse_tier,
        "parse_config_id": parse_config_id,
        "webhook_configurations": webhook_configurations,
    }
    only_nested: dict[str, object] = {
        "custom_instructions": custom_instructions,
        "min_pages_per_split": min_pages_per_split,
        "configuration_id": configuration_id,
    }
    _check_form(api, form, only_v1, only_nested)
    if configuration_id is not None:
        of_categories = {"allow_uncategorized": allow_uncategorized, **only_nested, **only_v1}
        _check_saved(categories, of_categories)
    silent: AllowUncategorized = "forbid" if is_flat else "include"
    config = _config(
        categories,
        configuration_id,
        allow_uncategorized=silent if allow_uncategorized is None else allow_uncategorized,
        custom_instructions=custom_instructions,
        min_pages_per_split=min_pages_per_split,
        target_pages=target_pages,
    )
    file_id = file if isinstance(file, str) else file.id
    if not isinstance(file_id, str) or not file_id:
        raise InvalidConfiguration(f"the file id is {quoted(file_id)}; give the id that uploading gave")
    if api == "v1":
        transaction_id = transaction_id or str(uuid.uuid4())
        body = _v1_body(file_id, config, configuration_id, {**only_v1, "transaction_id": transaction_id})
    elif config is None:
        body = {**_document_input(file_id), "configuration_id": configuration_id}
    elif is_flat:
        body = {**_document_input(file_id), **_flat_configuration(config)}
    else:
        body = {**_document_input(file_id), "configuration": _configuration(config)}
    return NewJob(
        body=body,
        file_id=file_id,
        categories=() if config is None else config.categories,
        configuration_id=configuration_id,
        transaction_id=transaction_id,
        retry_unknown=retry_unknown,
        project_id=project_id,
        organization_id=organization_id,
    )


def saved_parameters(
    categories: CategoriesLike,
    *,
    allow_uncategorized: AllowUncategorized | bool = "include",
    custom_instructions: str | None = None,
    min_pages_per_split: int | None = None,
) -> dict[str, Any]:
    """The parameters of a saved configuration.

    Raises:
        InvalidConfiguration: an option is wrong.
    """
    config = _honoured(
        categories,
        allow_uncategorized=allow_uncategorized,
        custom_instructions=custom_instructions,
        min_pages_per_split=min_pages_per_split,
    )
    return {"product_type": "split_v1", **_configuration(config)}


def _check_form(api: Api, form: object, only_v1: Mapping[str, object], only_nested: Mapping[str, object]) -> None:
    """Refuse what the form has no place for."""
    if form not in ("nested", "flat"):
        raise InvalidConfiguration(f'form is {quoted(form)}; it must be "nested" or "flat"')
    if form == "flat" and api == "v1":
        raise InvalidConfiguration('form="flat" is a form of the beta API; leave it out, or use api="beta"')
    if api == "beta" and (names := _given(only_v1)):
        raise InvalidConfiguration(f'the beta API has no {names}; use api="v1"')
    if form == "flat" and (names := _given(only_nested)):
        raise InvalidConfiguration(f'the flat form has no {names}; use form="nested"')


def _check_saved(categories: object, options: Mapping[str, object]) -> None:
    """Refuse what a saved configuration settles itself."""
    if categories is not None:
        raise InvalidConfiguration("categories and configuration_id both say what to split into; give one of them")
    settled = {key: value for key, value in options.items() if key not in _BESIDE_SAVED}
    if names := _given(settled):
        raise InvalidConfiguration(f"the saved configuration settles {names}; leave that out, or give categories")


def _config(categories: CategoriesLike | None, configuration_id: str | None, **options: Any) -> SplitConfig | None:
    if configuration_id is None and categories is None:
        raise InvalidConfiguration("a split job needs categories, or the configuration_id of a saved configuration")
    return None if categories is None else _honoured(categories, **options)


def _honoured(categories: CategoriesLike, **options: Any) -> SplitConfig:
    """The config, if the service can do all that it asks for."""
    config = SplitConfig.build(categories, **options)
    if (keyed := next((item for item in config.categories if item.partition_key is not None), None)) is not None:
        raise InvalidConfiguration(
            f"the Split API can't honour partition_key of the category {quoted(keyed.name)}: it splits by category "
            "only; leave the key out, or split with the embedded engine"
        )
    return config


def _v1_body(
    file_id: str, config: SplitConfig | None, configuration_id: str | None, options: Mapping[str, Any]
) -> dict[str, Any]:
    in_configuration = {key: options[key] for key in ("parse_tier", "parse_config_id", "target_pages")}
    body: dict[str, Any] = {"file_input": file_id, "transaction_id": options["transaction_id"]}
    if config is None:
        body["configuration_id"] = configuration_id
    else:
        body["configuration"] = {**_configuration(config), **_without_none(in_configuration)}
    if options["webhook_configurations"] is not None:
        body["webhook_configurations"] = [dict(item) for item in options["webhook_configurations"]]
    return body


def _document_input(file_id: str) -> dict[str, Any]:
    return {"document_input": {"type": "file_id", "value": file_id}}


def _configuration(config: SplitConfig) -> dict[str, Any]:
    strategy = {
        "allow_uncategorized": config.allow_uncategorized,
        "custom_instructions": config.custom_instructions,
        "min_pages_per_split": config.min_pages_per_split,
    }
    return {"categories": _categories(config), "splitting_strategy": _without_none(strategy)}


def _flat_configuration(config: SplitConfig) -> dict[str, Any]:
    if config.allow_uncategorized == "omit":
        raise InvalidConfiguration('the flat form has no allow_uncategorized="omit"; use form="nested"')
    strategy = {"allow_uncategorized": config.allow_uncategorized == "include"}
    return {"categories": _categories(config), "splitting_strategy": strategy}


def _categories(config: SplitConfig) -> list[dict[str, Any]]:
    return [category.model_dump(include={"name", "description"}, exclude_none=True) for category in config.categories]


def _without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _given(options: Mapping[str, object]) -> str:
    return ", ".join(_without_none(options))
