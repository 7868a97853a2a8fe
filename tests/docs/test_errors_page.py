"""docs/errors.md has a row with a cure for every error."""

import inspect
import re

from splitreader import SplitReaderError, _errors
from support.doc_pages import ROOT

ROOTS_OF_OTHERS = {"SplitReaderError", "SourceError", "PacketError", "ServiceError", "JobError"}
"""Nobody raises these themselves, so that they have no cure of their own."""


def test_every_error_has_a_cure_and_none_is_made_up():
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.*?) ?\|$", text, re.MULTILINE)
    errors = [name for name, value in vars(_errors).items() if inspect.isclass(value) and issubclass(value, Exception)]
    names = [name for name, _, _ in rows]
    assert sorted(names) == sorted(errors)
    for name, meaning, cure in rows:
        assert meaning
        assert cure or name in ROOTS_OF_OTHERS
    assert "SplitReaderError" in errors
    assert SplitReaderError.__name__ == names[0]
