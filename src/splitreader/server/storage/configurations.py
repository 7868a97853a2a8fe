"""Saved configurations."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from splitreader.server.storage.database import Database, now
from splitreader.server.storage.paging import newest_first, one_of, one_page
from splitreader.server.storage.refusals import NameTaken
from splitreader.server.storage.rows import Page, StoredConfiguration
from splitreader.server.storage.tables import configurations

NEWEST_FIRST = newest_first(configurations.c.created_at, configurations.c.seq)


class ConfigurationStore:
    """The saved configurations. Only the latest version of each is kept.

    Args:
        database: for the rows.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, project_id: str, *, name: str, parameters: Mapping[str, Any]) -> tuple[StoredConfiguration, bool]:
        """A new configuration and True; or a new version of the project's one with this name and product type.

        Args:
            project_id: whose it becomes.
            name: for people.
            parameters: with ``product_type``.
        """
        with self._database.writing() as connection:
            known = connection.execute(
                select(configurations.c.id).where(
                    configurations.c.project_id == project_id,
                    configurations.c.product_type == parameters["product_type"],
                    configurations.c.name == name,
                )
            ).scalar_one_or_none()
            if known is not None:
                _change(connection, known, {"parameters": dict(parameters)})
                return _existing(connection, known), False
            new = f"cfg-{uuid.uuid4().hex}"
            moment = now()
            connection.execute(
                insert(configurations).values(
                    id=new,
                    project_id=project_id,
                    name=name,
                    product_type=parameters["product_type"],
                    version=moment.isoformat(),
                    parameters=dict(parameters),
                    created_at=moment,
                    updated_at=moment,
                )
            )
            return _existing(connection, new), True

    def get(self, project_id: str, configuration_id: str) -> StoredConfiguration | None:
        """One configuration; None if the project has no such."""
        with self._database.reading() as connection:
            return _find(connection, project_id, configuration_id)

    def list(
        self,
        project_id: str,
        *,
        product_types: Sequence[str] | None = None,
        name: str | None = None,
        page_size: int = 50,
        page_token: str | None = None,
    ) -> Page[StoredConfiguration]:
        """The project's configurations, newest first. Pages are stable while configurations come and go.

        Args:
            project_id: whose configurations.
            product_types: only of these; None for all, empty for none.
            name: only the ones with exactly this name.
            page_size: at least 1.
            page_token: of the page before.

        Raises:
            InvalidPageToken: the token is none of this list's.
        """
        query = select(configurations).where(configurations.c.project_id == project_id)
        if product_types is not None:
            query = query.where(one_of(configurations.c.product_type, product_types))
        if name is not None:
            query = query.where(configurations.c.name == name)
        with self._database.reading() as connection:
            return one_page(
                connection, query, NEWEST_FIRST, _configuration_of, page_size=page_size, page_token=page_token
            )

    def update(
        self,
        project_id: str,
        configuration_id: str,
        *,
        name: str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> StoredConfiguration | None:
        """A new version with what is given; None if the project has no such.

        Raises:
            NameTaken: another configuration of the product type has the name.
        """
        changes: dict[str, Any] = {} if name is None else {"name": name}
        if parameters is not None:
            changes |= {"parameters": dict(parameters), "product_type": parameters["product_type"]}
        with self._database.writing() as connection:
            if _find(connection, project_id, configuration_id) is None:
                return None
            try:
                _change(connection, configuration_id, changes)
            except IntegrityError as error:
                raise NameTaken(
                    f"{configuration_id} can't have this name: another configuration of the project and the product "
                    "has it; choose another one"
                ) from error
            return _existing(connection, configuration_id)

    def delete(self, project_id: str, configuration_id: str) -> bool:
        """Delete one; False if the project has no such."""
        with self._database.writing() as connection:
            return (
                connection.execute(
                    delete(configurations).where(
                        configurations.c.project_id == project_id, configurations.c.id == configuration_id
                    )
                ).rowcount
                > 0
            )


def _find(connection: Connection, project_id: str, configuration_id: str) -> StoredConfiguration | None:
    query = select(configurations).where(
        configurations.c.project_id == project_id, configurations.c.id == configuration_id
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _configuration_of(row)


def _existing(connection: Connection, configuration_id: str) -> StoredConfiguration:
    query = select(configurations).where(configurations.c.id == configuration_id)
    return _configuration_of(connection.execute(query).mappings().one())


def _change(connection: Connection, configuration_id: str, changes: Mapping[str, Any]) -> None:
    moment = now()
    connection.execute(
        update(configurations)
        .where(configurations.c.id == configuration_id)
        .values(**changes, updated_at=moment, version=moment.isoformat())
    )


def _configuration_of(row: RowMapping) -> StoredConfiguration:
    return StoredConfiguration(**{column: row[column] for column in StoredConfiguration.__slots__})
