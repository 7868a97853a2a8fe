"""The saved configurations."""

from __future__ import annotations

import copy
import threading
import uuid

from splitreader.testing._wire import JSON, Query, Refused, first, now_utc, one_page, timestamp


class Configurations:
    """All configurations, in order of creation."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._configurations: dict[str, JSON] = {}

    def save(self, body: JSON) -> JSON:
        """A new configuration, or a new version of the one with the same name and product type."""
        now = timestamp(now_utc())
        parameters = copy.deepcopy(body["parameters"])
        new = {
            "id": f"cfg-{uuid.uuid4().hex}",
            "name": body["name"],
            "product_type": parameters["product_type"],
            "version": now,
            "parameters": parameters,
            "created_at": now,
            "updated_at": now,
        }
        with self._lock:
            for known in self._configurations.values():
                if (known["name"], known["product_type"]) == (new["name"], new["product_type"]):
                    new |= {"id": known["id"], "created_at": known["created_at"]}
                    break
            self._configurations[new["id"]] = new
        return copy.deepcopy(new)

    def get(self, configuration_id: str) -> JSON:
        """One configuration.

        Raises:
            Refused: 404.
        """
        with self._lock:
            return copy.deepcopy(self._known(configuration_id))

    def update(self, configuration_id: str, body: JSON) -> JSON:
        """A new version with the fields that the body has."""
        with self._lock:
            changed = copy.deepcopy(self._known(configuration_id))
            changed["updated_at"] = changed["version"] = timestamp(now_utc())
            if body.get("name") is not None:
                changed["name"] = body["name"]
            if body.get("parameters") is not None:
                changed["parameters"] = copy.deepcopy(body["parameters"])
                changed["product_type"] = changed["parameters"]["product_type"]
            self._configurations[configuration_id] = changed
            return copy.deepcopy(changed)

    def delete(self, configuration_id: str) -> None:
        """Forget one."""
        with self._lock:
            self._known(configuration_id)
            del self._configurations[configuration_id]

    def snapshot(self) -> dict[str, JSON]:
        """All configurations as the API describes them."""
        with self._lock:
            return copy.deepcopy(self._configurations)

    def page(self, query: Query) -> JSON:
        """The configurations that a list request asks for. Only the latest version of each is kept."""
        items = list(self.snapshot().values())
        if products := query.get("product_type"):
            items = [item for item in items if item["product_type"] in products]
        if (name := first(query, "name")) is not None:
            items = [item for item in items if item["name"] == name]
        return one_page(items, query)

    def _known(self, configuration_id: str) -> JSON:
        known = self._configurations.get(configuration_id)
        if known is None:
            raise Refused(404, f"Configuration {configuration_id} not found")
        return known
