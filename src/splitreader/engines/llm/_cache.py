"""Answers on disk, found again by everything that led to them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from splitreader._errors import OutputError
from splitreader.engines.llm._model import Message, Reply

logger = logging.getLogger("splitreader.engines")

_FORMAT = "splitreader model answer 1"


def answer_key(model: str, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
    """The SHA-256 of a model's name, the messages with their pictures, and the schema, in hex."""
    content = {
        "format": _FORMAT,
        "model": model,
        "messages": [
            [message.role, message.text, [hashlib.sha256(image).hexdigest() for image in message.images]]
            for message in messages
        ],
        "schema": schema,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class AnswerCache:
    """A folder of answers, one file each, that only its owner may read: reasons can quote pages.

    Args:
        folder: where; `prepare` makes it.
    """

    folder: Path

    def prepare(self) -> None:
        """Make the folder, so that what stands in the way of keeping answers is known before one is paid for.

        Raises:
            OutputError: it can't be made, or not be written to.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._refused(error.strerror) from error
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise self._refused("no permission to write")

    def find(self, key: str) -> Reply | None:
        """The answer that was kept under a key. A file that is damaged is removed."""
        place = self.folder / f"{key}.json"
        try:
            content = json.loads(place.read_text(encoding="utf-8"))
            if content["format"] == _FORMAT and content["key"] == key and isinstance(content["text"], str):
                return Reply(text=content["text"])
        except FileNotFoundError:
            return None
        except OSError as error:
            logger.warning("can't read %s (%s); the model is asked again", place, error.strerror)
            return None
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
        logger.warning("%s is damaged and was removed; the model is asked again", place)
        with contextlib.suppress(OSError):
            place.unlink()
        return None

    def keep(self, key: str, reply: Reply) -> None:
        """Keep an answer. The file is whole or not there.

        Raises:
            OutputError: the folder can't be written to.
        """
        temporary = ""
        try:
            handle, temporary = tempfile.mkstemp(prefix=".", suffix=".partial", dir=self.folder)  # made with mode 0600
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump({"format": _FORMAT, "key": key, "text": reply.text}, stream)
            Path(temporary).replace(self.folder / f"{key}.json")
        except OSError as error:
            raise self._refused(error.strerror) from error
        finally:
            if temporary:
                with contextlib.suppress(OSError):
                    Path(temporary).unlink()

    def _refused(self, why: str | None) -> OutputError:
        return OutputError(
            f"can't keep answers in {self.folder} ({why}); check the folder and its permissions, "
            "or choose another cache"
        )
