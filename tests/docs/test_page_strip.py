"""The picture at the top of README and docs is what the default engine makes of the sample packet."""

import subprocess
import sys

import pytest

from support.doc_pages import ROOT


@pytest.mark.slow
def test_the_picture_is_up_to_date():
    command = [sys.executable, str(ROOT / "docs" / "site" / "draw_strip.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
