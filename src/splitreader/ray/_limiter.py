"""One rate limit for all of Ray's actors."""

from __future__ import annotations

import importlib
import math
import time
from typing import Any

from splitreader._config import quoted
from splitreader._errors import InvalidConfiguration


class SharedLimiter:
    """Hands out times to send at, at most so many within any minute, to everyone in the cluster who has it.

    An actor of its own keeps count, by its own clock; it needs no CPU. If its machine is lost, it starts anew elsewhere
    and knows nothing of the last minute; what is sent too early then, the service refuses, and it is sent again.

    `split_dataset` makes one by itself for a hosted engine with ``requests_per_minute``. To make your own is for
    several runs with one key: ``LlamaCloudEngine(limiter=SharedLimiter(60, name="llamacloud"))``.

    Args:
        per_minute: how many.
        name: several drivers that give the same name share the actor, and the number that the first of them gave; it
            then stays in the cluster until it is ended by ``ray.kill(ray.get_actor(name, namespace="splitreader"))``.
            None is one that ends with its last user.

    Raises:
        InvalidConfiguration: a value can't be used, or Ray is not installed.
    """

    def __init__(self, per_minute: int, *, name: str | None = None) -> None:
        if isinstance(per_minute, bool) or not isinstance(per_minute, int) or per_minute < 1:
            raise InvalidConfiguration(f"per_minute is {quoted(per_minute)}; it must be 1 or more")
        check_ray()
        import ray

        options: dict[str, Any] = {"num_cpus": 0, "max_restarts": -1, "max_task_retries": -1}
        if name is not None:
            options |= {"name": name, "namespace": "splitreader", "get_if_exists": True, "lifetime": "detached"}
        self._actor: Any = ray.remote(Keeper).options(**options).remote(per_minute)

    def reserve(self, now: float, until: float = math.inf) -> float | None:
        """Seconds to wait before the next request, which counts as sent then; None, and nothing counts, if too late."""
        import ray

        delay: float | None = ray.get(self._actor.reserve.remote(until - now))
        return delay

    def granted(self) -> int:
        """How many times were handed out, to all."""
        import ray

        count: int = ray.get(self._actor.granted.remote())
        return count


class Keeper:
    """The actor: counts by its own clock, for those of other machines are others.

    Args:
        per_minute: how many it hands out within any minute.
    """

    def __init__(self, per_minute: int) -> None:
        from splitreader.client import Limiter

        self._limiter = Limiter(per_minute)
        self._granted = 0

    def reserve(self, patience: float) -> float | None:
        """Seconds to wait; None where that is not less than the patience."""
        now = time.monotonic()
        delay = self._limiter.reserve(now, now + patience)
        self._granted += delay is not None
        return delay

    def granted(self) -> int:
        """How many times were handed out."""
        return self._granted


def check_ray() -> None:
    """See that Ray Data is installed.

    Raises:
        InvalidConfiguration: it is not.
    """
    try:
        importlib.import_module("ray.data")  # which needs more than Ray: pyarrow, pandas
    except ImportError as error:
        raise InvalidConfiguration("Ray Data is not installed; pip install 'splitreader[ray]'") from error
