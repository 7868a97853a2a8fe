"""How long the service asks to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds in ``retry-after-ms`` or ``Retry-After`` (seconds or a date, RFC 9110 10.2.3); None without them.

    Args:
        headers: with lower-case names.
        now: the time that a date is compared with; best the service's own, from its ``Date``.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or value is None:
        return seconds
    date = parse_date(value)
    return None if date is None else max(0.0, (date - now).total_seconds())


def parse_date(value: str | None) -> datetime | None:
    """An HTTP date; None if it is none."""
    try:
        date = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _number(value: str | None) -> float | None:
    """Seconds as RFC 9110 writes them, or with a fraction as some services do."""
    return float(value) if value is not None and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value) else None
