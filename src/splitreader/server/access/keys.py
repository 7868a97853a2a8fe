"""The keys that open a server, and whose they are. Only their hashes are kept."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from splitreader._config import in_one_line
from splitreader._errors import InvalidConfiguration

KEYS_VARIABLE = "SPLITREADER_SERVER_KEYS"
"""The environment variable with keys, as ``project:key,project:key``."""

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:splitreader:server")
_ORGANIZATION = "default"


def project_id_of(project: str) -> str:
    """The id of a project that has none of its own: the same on every server."""
    return str(uuid.uuid5(_NAMESPACE, f"project:{project}"))


def organization_id_of(organization: str) -> str:
    """The id of an organization that has none of its own."""
    return str(uuid.uuid5(_NAMESPACE, f"organization:{organization}"))


def hash_of(secret: str) -> str:
    """What is kept of a key or a session's token: its sha256 in hex. Both are random and long, so no salt is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Caller:
    """On whose behalf a request comes.

    Args:
        project_id, organization_id: what it may see.
        user_id: stands in the jobs it creates; one for each key.
        key_hash: of the key behind it; None on a server without keys.
    """

    project_id: str
    organization_id: str
    user_id: str
    key_hash: str | None = field(default=None, repr=False)


LOCAL = Caller(
    project_id=project_id_of("local"),
    organization_id=organization_id_of(_ORGANIZATION),
    user_id=str(uuid.uuid5(_NAMESPACE, "user:local")),
)
"""Whoever talks to a server without keys."""


class _StoredKey(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    project: Annotated[str, Field(min_length=1, max_length=200)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    project_id: uuid.UUID | None = None
    organization: Annotated[str, Field(min_length=1, max_length=200)] = _ORGANIZATION
    organization_id: uuid.UUID | None = None

    def caller(self) -> Caller:
        return Caller(
            project_id=str(self.project_id or project_id_of(self.project)),
            organization_id=str(self.organization_id or organization_id_of(self.organization)),
            user_id=str(uuid.uuid5(_NAMESPACE, f"user:{self.sha256}")),
            key_hash=self.sha256,
        )


class _KeyFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    keys: list[_StoredKey]


class KeyRing:
    """The keys of a server, hashed.

    Args:
        callers: one for each key, with its hash.

    Raises:
        InvalidConfiguration: there is no key, or one belongs to two projects.
    """

    def __init__(self, callers: Iterable[Caller]) -> None:
        self._callers: dict[str, Caller] = {}
        for caller in callers:
            if caller.key_hash is None:
                raise InvalidConfiguration("a caller in a KeyRing needs the hash of its key")
            known = self._callers.setdefault(caller.key_hash, caller)
            if known != caller:
                raise InvalidConfiguration("one key is given to two projects; make another key for one of them")
        if not self._callers:
            raise InvalidConfiguration("there are no keys; make one with splitreader serve-key")

    def __repr__(self) -> str:
        projects = {caller.project_id for caller in self._callers.values()}
        return f"KeyRing({len(self._callers)} keys of {len(projects)} projects)"

    @classmethod
    def of(cls, keys: Mapping[str, str]) -> Self:
        """A ring of keys as text, ``{key: project}``; for tests and programs."""
        return cls(_StoredKey(project=project, sha256=hash_of(key)).caller() for key, project in keys.items())

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The keys in a YAML or JSON file, as `add_key` writes it.

        Raises:
            InvalidConfiguration: it can't be read, or is no such file.
        """
        return cls(key.caller() for key in _read(path).keys)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self | None:
        """The keys in `KEYS_VARIABLE`; None where it is not set.

        Raises:
            InvalidConfiguration: it is set and not ``project:key,project:key``.
        """
        text = (os.environ if environ is None else environ).get(KEYS_VARIABLE, "").strip()
        if not text:
            return None
        pairs = [entry.strip().partition(":") for entry in text.split(",") if entry.strip()]
        if any(not (project.strip() and key.strip()) for project, _, key in pairs):
            raise InvalidConfiguration(f"{KEYS_VARIABLE} must be project:key, with commas between several")
        return cls(_StoredKey(project=name.strip(), sha256=hash_of(key.strip())).caller() for name, _, key in pairs)

    def joined(self, other: KeyRing) -> KeyRing:
        """The keys of both."""
        return KeyRing([*self._callers.values(), *other._callers.values()])

    def find(self, key: str) -> Caller | None:
        """Whose key this is; takes the same time for every wrong key."""
        return self.by_hash(hash_of(key))

    def by_hash(self, key_hash: str) -> Caller | None:
        """Whose key has this hash; None where it is not in use any more."""
        found = None
        for known, caller in self._callers.items():
            if hmac.compare_digest(known, key_hash):
                found = caller
        return found


def add_key(path: Path, project: str) -> str:
    """Make a key for a project and add its hash to a file, which is made if it is not there.

    Returns:
        The key, which is kept nowhere.

    Raises:
        InvalidConfiguration: the file is there and is no file of keys, or the project has no name.
    """
    if not re.search(r"\S", project):
        raise InvalidConfiguration("a key needs the name of its project")
    stored = _read(path).keys if path.exists() else []
    key = f"srk-{secrets.token_urlsafe(32)}"
    entries = [entry.model_dump(mode="json", exclude_unset=True) for entry in stored]
    same = next((entry for entry in entries if entry["project"] == project), {})
    entries.append({**same, "project": project, "sha256": hash_of(key)})
    _write(path, yaml.safe_dump({"keys": entries}, sort_keys=False, allow_unicode=True))
    return key


def _read(path: Path) -> _KeyFile:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _KeyFile.model_validate(content)
    except OSError as error:
        raise InvalidConfiguration(f"the keys in {path} can't be read ({error.strerror or error})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidConfiguration(f"{path} is neither YAML nor JSON; see splitreader serve-key --help") from error
    except ValidationError as error:
        raise InvalidConfiguration(f"{path} is no file of keys: {in_one_line(error)}") from error


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
