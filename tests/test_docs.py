"""Every Python and console snippet of README and docs runs as printed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "integrations").glob("*/README.md")),
]
SNIPPET = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def snippets():
    for page in PAGES:
        for number, (language, code) in enumerate(SNIPPET.findall(page.read_text(encoding="utf-8")), start=1):
            yield pytest.param(language, code, id=f"{page.relative_to(ROOT).as_posix()}-{number}-{language}")


@pytest.fixture
def folder(tmp_path, sample, sample_packet):
    shutil.copy(sample, tmp_path / "packet.pdf")
    shutil.copy(sample_packet.with_name("categories.yaml"), tmp_path)
    return tmp_path


def run(command, folder):
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("language", "code"), list(snippets()))
def test_snippet_runs_and_prints(language, code, folder):
    if language == "python":
        (folder / "snippet.py").write_text(code)
        assert run([sys.executable, "snippet.py"], folder).strip()
        return
    for number, line in enumerate(code.strip().splitlines()):
        command = line.replace("--out out", f"--out out{number}")
        executable = Path(sys.executable).with_name("splitreader")
        assert run(["bash", "-c", re.sub("^splitreader", str(executable), command)], folder).strip()


def test_the_readme_has_its_snippets_and_stays_short():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("```python") == 3
    assert len(text.splitlines()) < 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target
