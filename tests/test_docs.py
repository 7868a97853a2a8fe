"""Every Python and console snippet of README and docs runs as printed."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from splitreader.testing import ScriptedChatAPI, ScriptedSplitAPI

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
            name = page.relative_to(ROOT).as_posix()
            yield pytest.param(name, language, code, id=f"{name}-{number}-{language}")


@pytest.fixture
def folder(tmp_path, sample, sample_packet):
    truth = json.loads(sample_packet.with_name("truth.json").read_text(encoding="utf-8"))
    segments = [segment for segment in truth["segments"] if max(segment["pages"]) <= 14]
    (tmp_path / "truth.json").write_text(json.dumps({**truth, "page_count": 14, "segments": segments}))
    shutil.copy(sample, tmp_path / "packet.pdf")
    shutil.copy(sample_packet.with_name("categories.yaml"), tmp_path)
    return tmp_path


@pytest.fixture
def environment():
    """Of snippets: no key of whoever runs the tests; a Split API and a language model that know others."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("LLAMA_", "OPENAI_"))}
    documents = [("invoice", [1, 2, 3]), ("contract", range(4, 15))]
    with ScriptedSplitAPI(documents, seconds=0.2) as api, ScriptedChatAPI(documents) as model:
        ours |= {"LLAMA_CLOUD_API_KEY": api.key, "LLAMA_CLOUD_BASE_URL": api.url}
        yield ours | {"OPENAI_API_KEY": model.key, "OPENAI_BASE_URL": model.url}


@pytest.fixture
def printed(page, code, folder, environment):
    """The snippet; those of docs/server.md and docs/llm.md have a server to talk to, at a port of its own."""
    code = code.replace("http://localhost:11434/v1", environment["OPENAI_BASE_URL"])
    if page != "docs/server.md":
        yield code
        return
    environment = {name: value for name, value in environment.items() if name != "SPLITREADER_SERVER_KEYS"}
    command = [sys.executable, "-m", "splitreader", "serve", "--data", "data", "--port", "0"]
    with (
        (folder / "server.log").open("w") as log,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder, env=environment
        ) as process,
    ):
        try:
            line = process.stdout.readline()
            assert line, (folder / "server.log").read_text()
            yield code.replace("http://127.0.0.1:8000", re.search(r"http://[0-9.:]+", line)[0])
        finally:
            process.kill()


def run(command, folder, environment):
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("page", "language", "code"), list(snippets()))
def test_snippet_runs_and_prints(page, language, printed, folder, environment):
    for prefix, its_page in (("LLAMA_", "docs/llamacloud.md"), ("OPENAI_", "docs/llm.md")):
        if page != its_page:  # these talk to nobody
            environment = {name: value for name, value in environment.items() if not name.startswith(prefix)}
    if language == "python":
        (folder / "snippet.py").write_text(printed)
        assert run([sys.executable, "snippet.py"], folder, environment).strip()
        return
    executable = shlex.quote(str(Path(sys.executable).with_name("splitreader")))
    before = f'set -e\nsplitreader() {{ {executable} "$@"; }}\n'
    if "$(" in printed:  # one line needs the others
        assert run(["bash", "-c", before + printed], folder, environment).strip()
        return
    for number, line in enumerate(printed.strip().splitlines()):
        command = before + line.replace("--out out", f"--out out{number}")
        assert run(["bash", "-c", command], folder, environment).strip()


def test_the_readme_has_its_snippets_and_stays_short():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("```python") == 3
    assert len(text.splitlines()) < 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target
