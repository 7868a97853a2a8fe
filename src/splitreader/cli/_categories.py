"""Categories from the command line and from a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from splitreader._errors import InvalidConfiguration


def gather_categories(options: Sequence[str], file: Path | None) -> list[dict[str, Any]]:
    """The categories of the file, then those of the options.

    Args:
        options: ``name=description`` or ``name``, each.
        file: JSON if it is called ``.json``, else YAML: a list of names or of ``{name, description}``, or a mapping of
            names to descriptions; or a mapping with such a thing under ``categories``. What stands in a list may have a
            ``partition_key``, too.

    Raises:
        InvalidConfiguration: there is none, or the file can't be understood.
    """
    categories = [] if file is None else _read_file(file)
    categories += [_from_option(option) for option in options]
    if not categories:
        raise InvalidConfiguration(
            'no categories; name what the packet may hold: -c invoice="A request for payment" -c contract, '
            "or --categories FILE"
        )
    return categories


def _from_option(option: str) -> dict[str, Any]:
    name, _, description = option.partition("=")
    return {"name": name.strip(), "description": description.strip() or None}


def _read_file(file: Path) -> list[dict[str, Any]]:
    import yaml

    try:
        text = file.read_text(encoding="utf-8-sig")
        content = json.loads(text) if file.suffix.lower() == ".json" else yaml.safe_load(text)
    except OSError as error:
        raise InvalidConfiguration(f"can't read the categories in {file} ({error.strerror}); check the path") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidConfiguration(f"{file} is neither YAML nor JSON ({' '.join(str(error).split())})") from error
    if isinstance(content, Mapping) and isinstance(content.get("categories"), (list, Mapping)):
        content = content["categories"]
    if isinstance(content, Mapping):
        return [{"name": name, "description": description} for name, description in content.items()]
    if isinstance(content, list):
        return [{"name": item} if isinstance(item, str) else item for item in content]
    raise InvalidConfiguration(
        f"{file} holds no categories; write a list of {{name, description}}, or a mapping of names to descriptions"
    )
