"""The traces of hosted jobs in flight, in a file that nothing is left out of."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from splitreader.cache._database import Database
from splitreader.client._record import Trace

logger = logging.getLogger("splitreader.cache")

_TRACE = TypeAdapter(Trace)


class KeptJob:
    """The record of one job; see `splitreader.client.JobRecord`.

    Args:
        database: of all records.
        key: of this one.
    """

    def __init__(self, database: Database, key: str) -> None:
        self._database = database
        self._key = key

    @property
    def key(self) -> str:
        """What the job is for."""
        return self._key

    def read(self) -> Trace:
        """What was written last."""
        data = self._database.find(self._key)
        if data is None:
            return Trace()
        try:
            return _TRACE.validate_json(data)
        except ValidationError:
            logger.warning("the record of a hosted job can't be read and was dropped")
            self._database.drop(self._key)
            return Trace()

    def write(self, trace: Trace) -> None:
        """Keep a trace."""
        self._database.keep(self._key, json.dumps(asdict(trace), default=_moment).encode())

    def drop(self) -> None:
        """Forget it."""
        self._database.drop(self._key)


def _moment(value: Any) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
