"""Where the service is, who asks, and how patiently."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypedDict
from urllib.parse import urlsplit

from splitreader._config import quoted
from splitreader._errors import InvalidConfiguration
from splitreader._secrets import Secret

Api: TypeAlias = Literal["beta", "v1"]
Region: TypeAlias = Literal["us", "eu"]

KEY_VARIABLES = ("LLAMA_CLOUD_API_KEY", "LLAMA_PARSE_API_KEY")
URL_VARIABLE = "LLAMA_CLOUD_BASE_URL"
REGIONS: dict[Region, str] = {
    "us": "https://api.cloud.llamaindex.ai",
    "eu": "https://api.cloud.eu.llamaindex.ai",
}


class ClientOptions(TypedDict, total=False):
    """The options of `SplitClient`, `AsyncSplitClient` and `LlamaCloudEngine` that say how to reach the service.

    Keys:
        api_key: default: the environment's ``LLAMA_CLOUD_API_KEY``, then ``LLAMA_PARSE_API_KEY``.
        session: the value of the ``session`` cookie, instead of a key.
        api: ``"beta"`` (default), the jobs that the Split guide describes, or ``"v1"``, which knows transactions,
            target pages and cancelling.
        base_url: default: the environment's ``LLAMA_CLOUD_BASE_URL``, then the region's.
        region: ``"us"`` or ``"eu"``.
        project_id, organization_id: whose files and jobs these are.
        timeout: seconds of silence after which a request counts as lost; 60.
        connect_timeout: the same while connecting; 5.
        max_retries: how often a request is repeated; 5.
        requests_per_minute: wait rather than send more than so many, looks at jobs counted; no limit by default.
    """

    api_key: str | None
    session: str | None
    api: Api
    base_url: str | None
    region: Region | None
    project_id: str | None
    organization_id: str | None
    timeout: float | None
    connect_timeout: float | None
    max_retries: int
    requests_per_minute: int | None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`ClientOptions`, settled.

    Args:
        base_url: without a slash at the end.
        key, session: one of them is there; None and None mean the environment's key, looked up for each request.
        api, project_id, organization_id, timeout, connect_timeout, max_retries, requests_per_minute: see
            `ClientOptions`; seconds of None are the default there.
    """

    base_url: str
    api: Api = "beta"
    key: Secret | None = field(default=None, repr=False)
    session: Secret | None = field(default=None, repr=False)
    project_id: str | None = None
    organization_id: str | None = None
    timeout: float | None = None
    connect_timeout: float | None = None
    max_retries: int = 5
    requests_per_minute: int | None = None

    @classmethod
    def resolve(  # noqa: PLR0913  # options, all by name
        cls,
        *,
        api_key: str | None = None,
        session: str | None = None,
        api: Api = "beta",
        base_url: str | None = None,
        region: Region | None = None,
        project_id: str | None = None,
        organization_id: str | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        max_retries: int = 5,
        requests_per_minute: int | None = None,
    ) -> Settings:
        """Settle the options, which are those of `ClientOptions`, with the environment.

        Without key and cookie the environment must hold a key, which is then looked up for each request.

        Raises:
            InvalidConfiguration: an option is wrong, or there is neither key nor cookie.
        """
        if api not in ("beta", "v1"):
            raise InvalidConfiguration(f'api is {quoted(api)}; it must be "beta" or "v1"')
        if not isinstance(max_retries, int) or isinstance(max_retries, bool) or max_retries < 0:
            raise InvalidConfiguration(f"max_retries is {quoted(max_retries)}; it must be 0 or more")
        for name, seconds in (("timeout", timeout), ("connect_timeout", connect_timeout)):
            if seconds is not None and not (isinstance(seconds, (int, float)) and 0 < seconds < math.inf):
                raise InvalidConfiguration(f"{name} is {quoted(seconds)}; it must be seconds above 0")
        if requests_per_minute is not None and not (isinstance(requests_per_minute, int) and requests_per_minute > 0):
            raise InvalidConfiguration(f"requests_per_minute is {quoted(requests_per_minute)}; it must be 1 or more")
        key = secret_of("api_key", api_key)
        cookie = secret_of("session", session)
        if key is None and cookie is None:
            key_of_environment()
        return cls(
            base_url=_base_url(base_url, region),
            api=api,
            key=key,
            session=cookie,
            project_id=project_id,
            organization_id=organization_id,
            timeout=timeout,
            connect_timeout=connect_timeout,
            max_retries=max_retries,
            requests_per_minute=requests_per_minute,
        )

    def credentials(self) -> dict[str, str]:
        """The headers that say who asks.

        Raises:
            InvalidConfiguration: the key was the environment's, and is gone.
        """
        headers = {}
        key = key_of_environment() if self.key is None and self.session is None else self.key
        if key is not None:
            headers["Authorization"] = f"Bearer {key.reveal()}"
        if self.session is not None:
            headers["Cookie"] = f"session={self.session.reveal()}"
        return headers

    def masked(self, text: str) -> str:
        """A text for a message, without the key and the cookie that the service may have echoed."""
        for header in self.credentials().values():
            secret = header.removeprefix("Bearer ").removeprefix("session=")
            text = text.replace(secret, "...")
        return text


def key_of_environment() -> Secret:
    """The key that the environment holds.

    Raises:
        InvalidConfiguration: it holds none.
    """
    for name in KEY_VARIABLES:
        if (key := secret_of(name, os.environ.get(name) or None)) is not None:
            return key
    raise InvalidConfiguration(
        f"no LlamaCloud key; set the environment variable {KEY_VARIABLES[0]}, or pass api_key= (a key is made at "
        "https://cloud.llamaindex.ai, API Keys)"
    )


def secret_of(name: str, value: str | None) -> Secret | None:
    """A key or cookie, as the option or variable of that name holds it, as a secret.

    Raises:
        InvalidConfiguration: it can't stand in a header. The message does not show it.
    """
    if value is None:
        return None
    text = value.strip() if isinstance(value, str) else ""
    if not text or not text.isascii() or not text.isprintable() or any(letter in text for letter in ' ;,"'):
        raise InvalidConfiguration(f"{name} can't be sent: it is empty, or has spaces or signs that no key has")
    return Secret(text)


def _base_url(base_url: str | None, region: Region | None) -> str:
    if region is not None and region not in REGIONS:
        raise InvalidConfiguration(f'region is {quoted(region)}; it must be "us" or "eu"')
    if base_url is not None and region is not None:
        raise InvalidConfiguration("base_url and region both say where the service is; give one of them")
    if base_url is None:
        base_url = REGIONS[region] if region is not None else os.environ.get(URL_VARIABLE) or REGIONS["us"]
    return checked_url(base_url).rstrip("/")


def checked_url(url: str, *, may_have_query: bool = False) -> str:
    """A base URL, if it is one.

    Args:
        url: http or https.
        may_have_query: whether it may end in ``?name=value``.

    Raises:
        InvalidConfiguration: it is none, or holds a user name or a password. The message does not show those.
    """
    try:
        parts = urlsplit(url)
        wrong = parts.scheme not in ("http", "https") or not parts.hostname or bool(parts.fragment)
        wrong = wrong or (bool(parts.query) and not may_have_query)
        _ = parts.port  # raises where it is none
        (parts.hostname or "").encode("idna")  # raises where it is no name of a host
        wrong = wrong or not url.isprintable() or " " in url
        userinfo = parts.username is not None
    except ValueError:
        wrong, userinfo = True, "@" in url
    if userinfo:
        raise InvalidConfiguration("the base URL holds a user name; pass a key as api_key= instead")
    if wrong:
        raise InvalidConfiguration(f"the base URL {quoted(url)} is no http(s) URL")
    return url
