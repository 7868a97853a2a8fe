"""What an engine has learned from examples, and the file it is kept in."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from splitreader._config import in_one_line
from splitreader._errors import InvalidConfiguration, OutputError
from splitreader.engines.embedded.examples import Example
from splitreader.engines.embedded.fitted_weights import learn_weights
from splitreader.engines.embedded.page_features import PageFeatures, is_blank, read_page
from splitreader.engines.embedded.prototypes import DocumentTerms, Prototype, document_terms, learn_prototypes
from splitreader.engines.embedded.weights import Weights

FILE_VERSION = 1
"""Of the file's form; a file of another version is refused."""

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes; a larger file is none of ours."""

_FORMAT = "splitreader embedded engine"


class Learned(BaseModel):
    """All that is kept of examples: what `EmbeddedEngine.fit` makes and `EmbeddedEngine.load` reads, to be handed on.

    Args:
        prototypes: one for each category.
        weights: of the boundary cues; None where no packet with several documents was among the examples.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prototypes: Annotated[tuple[Prototype, ...], Field(min_length=1)]
    weights: Weights | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal["splitreader embedded engine"]
    version: int
    digest: str
    learned: Any


def learn(examples: Sequence[Example]) -> Learned:
    """What the examples say.

    Raises:
        InvalidConfiguration: no document of a category with text is among them.
    """
    copies: set[tuple[str, tuple[str, ...]]] = set()
    documents = [document for example in examples for document in _documents(example, copies)]
    prototypes = learn_prototypes(documents)
    if not prototypes:
        raise InvalidConfiguration("the examples hold no document with text that has a category; give some")
    return Learned(prototypes=prototypes, weights=learn_weights(examples))


def _documents(example: Example, copies: set[tuple[str, tuple[str, ...]]]) -> list[DocumentTerms]:
    """The documents of an example; a second copy of one says nothing new."""
    found = []
    for category, numbers in example.segments:
        copy = (category, tuple(example.pages[number - 1].text for number in sorted(numbers)))
        if copy in copies:
            continue
        copies.add(copy)
        pages = [page for number in sorted(numbers) if (page := features_of(example, number)) is not None]
        if pages:
            found.append(document_terms(category, pages))
    return found


def features_of(example: Example, number: int) -> PageFeatures | None:
    """The features of a page of an example; None where it is blank."""
    page = example.pages[number - 1]
    return None if is_blank(page.text) else read_page(number, page.text)


def save_learned(learned: Learned, path: str | os.PathLike[str]) -> None:
    """Write a file that is whole or not there, and that only its owner may read. One that is there is replaced.

    Raises:
        OutputError: the system refuses.
    """
    place = Path(path)
    content = learned.model_dump(mode="json")
    fields = {"format": _FORMAT, "version": FILE_VERSION, "digest": _digest(content), "learned": content}
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".partial", dir=place.parent)  # made with mode 0600
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(fields, stream, ensure_ascii=False, indent=1)
            stream.write("\n")
        Path(temporary).replace(place)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no such path can be"
        raise OutputError(f"can't write {place} ({why}); check the folder and its permissions") from error
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()


def load_learned(path: str | os.PathLike[str]) -> Learned:
    """Read what `save_learned` wrote.

    Raises:
        InvalidConfiguration: it can't be read, is something else, of another version, or was changed.
    """
    place = Path(path)
    try:
        with place.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no such path can be"
        raise InvalidConfiguration(f"can't read {place} ({why}); check the path") from error
    try:
        if len(data) > LARGEST_FILE:
            raise ValueError("it is too large")
        file = _File.model_validate(json.loads(data, parse_constant=_refuse))
    except (ValueError, RecursionError) as error:
        raise InvalidConfiguration(
            f"{place} is no file of a fitted embedded engine; give one that EmbeddedEngine.save wrote"
        ) from error
    if file.version != FILE_VERSION:
        raise InvalidConfiguration(
            f"{place} has version {file.version}, this splitreader reads version {FILE_VERSION}; "
            "fit the engine again, or use the splitreader that wrote it"
        )
    if file.digest != _digest(file.learned):
        raise InvalidConfiguration(f"{place} was changed after it was written; fit the engine again")
    try:
        return Learned.model_validate(file.learned)
    except ValidationError as error:
        raise InvalidConfiguration(f"{place} can't be: {in_one_line(error)}; fit the engine again") from error


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _digest(content: Any) -> str:
    """Tells an accident or an edit; it is no signature."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
