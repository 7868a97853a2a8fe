"""Text that must not be seen."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """A password. It shows itself in no repr and goes into no pickle.

    Args:
        text: the password.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The password, for the one who needs it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(...)"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a reader that holds a password as text can't be pickled or copied to another process; "
            "give password= a function of Source that looks it up there"
        )
