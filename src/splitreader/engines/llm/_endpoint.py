"""Where a model is asked, who asks, and whether that is this machine."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from splitreader._errors import InvalidConfiguration
from splitreader._secrets import Secret

KEY_VARIABLE = "OPENAI_API_KEY"
URL_VARIABLE = "OPENAI_BASE_URL"
OPENAI = "https://api.openai.com/v1"

_PATH = "/chat/completions"
_LOOPBACK = ipaddress.IPv4Network("127.0.0.0/8")
_LOOPBACK_6 = ipaddress.IPv6Address("::1")


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An OpenAI-compatible server.

    Args:
        base_url: of it, checked; may have a query.
        key: None means the environment's, looked up for each request.
    """

    base_url: str
    key: Secret | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where questions are sent."""
        parts = urlsplit(self.base_url)
        path = parts.path.rstrip("/").removesuffix(_PATH) + _PATH
        return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))

    @property
    def shown(self) -> str:
        """The base URL for messages, without its query."""
        parts = urlsplit(self.base_url)
        return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine: ``localhost``, 127.0.0.0/8 or ``::1``, and no name that DNS is asked for."""
        host = urlsplit(self.base_url).hostname or ""
        if host == "localhost":
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return address in _LOOPBACK or address == _LOOPBACK_6

    def credentials(self) -> dict[str, str]:
        """The headers that say who asks; none without a key.

        Raises:
            InvalidConfiguration: the service takes nobody without a key, and there is none.
        """
        key = self.key or _key_of_environment()
        host = urlsplit(self.base_url).hostname or ""
        is_azure = host.endswith(".azure.com")
        if key is not None:
            return {"api-key": key.reveal()} if is_azure else {"Authorization": f"Bearer {key.reveal()}"}
        if is_azure or host == "api.openai.com":
            raise InvalidConfiguration(
                f"no key for {self.shown}; set the environment variable {KEY_VARIABLE}, or pass api_key="
            )
        return {}

    def masked(self, text: str) -> str:
        """A text for a message, without the key that the server may have echoed."""
        key = self.key or _key_of_environment()
        return text if key is None else text.replace(key.reveal(), "...")


def _key_of_environment() -> Secret | None:
    from splitreader.client._settings import secret_of

    return secret_of(KEY_VARIABLE, os.environ.get(KEY_VARIABLE) or None)
