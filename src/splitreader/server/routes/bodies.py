"""What requests may say. What is not served here is refused by name; nothing is passed over in silence."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

ParseTier: TypeAlias = Literal["fast", "cost_effective", "agentic", "agentic_plus"]
Allow: TypeAlias = Literal["include", "forbid", "omit"]


class RequestBody(BaseModel):
    """A body, or a part of one. Types are taken as they are; fields it does not know are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _not_served(name: str, why: str) -> BeforeValidator:
    """For a field that the API has and this server does not: it may be null, or an empty list."""

    def refuse(value: object) -> None:
        if value not in (None, []):
            raise PydanticCustomError("not_served", "{name} is not served here: {why}", {"name": name, "why": why})

    return BeforeValidator(refuse)


def _file_id(value: str) -> str:
    if value.startswith("pjb-"):
        raise PydanticCustomError(
            "not_served", "parse jobs are not served here: upload the file, and give its id (dfl-...)"
        )
    if value.lower().startswith(("http://", "https://")):
        raise PydanticCustomError("not_served", "URLs are not served here: upload the file, and give its id (dfl-...)")
    return value


def _version(value: str | None) -> str | None:
    if value not in (None, "latest"):
        raise PydanticCustomError("not_served", 'this server has one version of Split: leave version out, or "latest"')
    return value


FileInput: TypeAlias = Annotated[str, Field(min_length=1, max_length=3000), AfterValidator(_file_id)]
Version: TypeAlias = Annotated[str | None, AfterValidator(_version), Field(description="Only latest.")]
ConfigurationId: TypeAlias = Annotated[str | None, Field(min_length=1, max_length=200)]


class CategoryBody(RequestBody):
    """A kind of document that the packet may hold."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str | None, Field(min_length=1, max_length=2000)] = None
    partition_key: Annotated[None, _not_served("partition_key", "the Split API splits by category only")] = None


Categories: TypeAlias = Annotated[list[CategoryBody], Field(min_length=1, max_length=50)]


class StrategyBody(RequestBody):
    """How to split."""

    allow_uncategorized: Allow = "include"
    custom_instructions: Annotated[str | None, Field(max_length=5000)] = None
    min_pages_per_split: Annotated[int | None, Field(ge=1, le=1_000_000)] = None


class FlatStrategyBody(StrategyBody):
    """How to split, in the guide's form: true is include; false, or nothing, is forbid."""

    allow_uncategorized: bool | Allow = False  # type: ignore[assignment]


class ConfigurationBody(RequestBody):
    """Categories and how to split, as the beta API has it."""

    categories: Categories
    splitting_strategy: StrategyBody | None = None
    version: Version = None

    def parameters(self) -> dict[str, Any]:
        """What is stored with a job."""
        strategy = self.splitting_strategy or StrategyBody()
        parameters = self.model_dump(exclude={"version", "product_type"}, exclude_none=True)
        return {**parameters, "splitting_strategy": strategy.model_dump(exclude_none=True)}


class V1ConfigurationBody(ConfigurationBody):
    """Categories and how to split, as v1 has it. `parse_tier` is kept, and changes nothing: pages are read one way."""

    parse_tier: ParseTier | None = None
    parse_config_id: Annotated[None, _not_served("parse_config_id", "pages are read the one way this server reads")] = (
        None
    )
    target_pages: Annotated[str | None, Field(min_length=1, max_length=10_000)] = None


class DocumentInputBody(RequestBody):
    """What to split."""

    type: Literal["file_id"]
    value: FileInput


class BetaJobBody(RequestBody):
    """A new job of the beta API: with a configuration, a saved one, or flat as in the guide."""

    document_input: DocumentInputBody
    configuration: ConfigurationBody | None = None
    configuration_id: ConfigurationId = None
    categories: Categories | None = None
    splitting_strategy: FlatStrategyBody | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        _check_one(configuration=self.configuration, configuration_id=self.configuration_id, categories=self.categories)
        if self.splitting_strategy is not None and self.categories is None:
            raise PydanticCustomError(
                "two_forms", "splitting_strategy belongs beside categories, or inside configuration"
            )
        return self

    def parameters(self) -> dict[str, Any] | None:
        """What is stored with the job; None with a saved configuration."""
        if self.configuration is not None:
            return self.configuration.parameters()
        if self.categories is None:
            return None
        strategy = (self.splitting_strategy or FlatStrategyBody()).model_dump(exclude_none=True)
        if isinstance(allow := strategy["allow_uncategorized"], bool):
            strategy["allow_uncategorized"] = "include" if allow else "forbid"
        categories = [category.model_dump(exclude_none=True) for category in self.categories]
        return {"categories": categories, "splitting_strategy": strategy}


class V1JobBody(RequestBody):
    """A new job of v1."""

    file_input: FileInput
    configuration: V1ConfigurationBody | None = None
    configuration_id: ConfigurationId = None
    transaction_id: Annotated[str | None, Field(min_length=1, max_length=3000)] = None
    webhook_configurations: Annotated[None, _not_served("webhook_configurations", "ask for the job instead")] = None
    webhook_configuration_ids: Annotated[None, _not_served("webhook_configuration_ids", "ask for the job instead")] = (
        None
    )

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        _check_one(configuration=self.configuration, configuration_id=self.configuration_id)
        return self

    def parameters(self) -> dict[str, Any] | None:
        """What is stored with the job; None with a saved configuration."""
        return None if self.configuration is None else self.configuration.parameters()


def _split_only(value: object) -> object:
    if isinstance(value, str) and value != "split_v1":
        raise PydanticCustomError("not_served", "this server only splits: product_type must be split_v1")
    return value


class SavedParametersBody(V1ConfigurationBody):
    """What a saved configuration holds."""

    product_type: Annotated[Literal["split_v1"], BeforeValidator(_split_only)]

    def parameters(self) -> dict[str, Any]:
        """What is stored."""
        return {**super().parameters(), "product_type": self.product_type}


class NewConfigurationBody(RequestBody):
    """A configuration to save; one of the same name gets a new version."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    parameters: SavedParametersBody


class ChangedConfigurationBody(RequestBody):
    """What to change of a saved configuration."""

    name: Annotated[str | None, Field(min_length=1, max_length=255)] = None
    parameters: SavedParametersBody | None = None


class FileFilterBody(RequestBody):
    """Which files."""

    project_id: str | None = None
    file_ids: Annotated[list[str] | None, Field(max_length=1000)] = None
    file_name: str | None = None
    external_file_id: str | None = None
    data_source_id: Annotated[None, _not_served("data_source_id", "there are no data sources")] = None
    only_manually_uploaded: Annotated[bool | None, Field(description="All files here are.")] = None


class FileQueryBody(RequestBody):
    """Which files, and how many."""

    filter: FileFilterBody | None = None
    order_by: Annotated[str | None, Field(max_length=1000)] = None
    page_size: Annotated[int | None, Field(ge=0)] = None
    page_token: Annotated[str | None, Field(max_length=10_000)] = None


def _check_one(**forms: object) -> None:
    given = [name for name, value in forms.items() if value is not None]
    if len(given) != 1:
        raise PydanticCustomError(
            "one_of", "give one of {names}, not {count} of them", {"names": ", ".join(forms), "count": len(given)}
        )
