"""Text that must not be seen."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """A password or a key. It shows itself in no repr and goes into no pickle.

    Args:
        text: what it hides.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text, for the one who needs it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(...)"

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "what holds a password or a key as text can't be pickled or sent to another process; give password= a "
            "function of Source that looks it up there, and keep an API key in the environment variable"
        )
