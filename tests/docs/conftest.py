import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from support.doc_pages import ROOT

REQUIRED = "SPLITREADER_DOCS_REQUIRED"
"""An environment variable; where it is set, a missing mkdocs is a failure, not a skip."""


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The documentation as `make docs` builds it."""
    if find_spec("mkdocs") is None or find_spec("mkdocstrings") is None:
        reason = "mkdocs is not installed; make docs, or pip install 'splitreader[docs]'"
        pytest.fail(reason) if os.environ.get(REQUIRED) else pytest.skip(reason)
    folder = tmp_path_factory.mktemp("site") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return folder
