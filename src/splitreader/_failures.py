"""What becomes of a packet that can't be read."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from splitreader._errors import InvalidConfiguration, SplitReaderError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """A packet that was left out.

    Args:
        source: the packet's name.
        error: why.
    """

    source: str
    error: SplitReaderError


OnError: TypeAlias = Literal["raise", "skip"] | Callable[[Failure], None]


def check_on_error(on_error: object) -> None:
    """See that it is one of the choices.

    Raises:
        InvalidConfiguration: it is not.
    """
    if inspect.iscoroutinefunction(on_error):
        raise InvalidConfiguration("on_error is an async function, which nobody would await; give a plain one")
    if on_error not in ("raise", "skip") and not callable(on_error):
        raise InvalidConfiguration(f'on_error is {on_error!r}; it must be "raise", "skip" or a function of Failure')


def handle(failure: Failure, on_error: OnError) -> None:
    """Raise, log or hand over a failure, as the user chose. A wrong configuration is raised whatever was chosen.

    Raises:
        SplitReaderError: the failure's own error.
    """
    if on_error == "raise" or isinstance(failure.error, InvalidConfiguration):
        raise failure.error
    if callable(on_error):
        on_error(failure)
        return
    logger.warning("%s is left out: %s", failure.source, failure.error)
