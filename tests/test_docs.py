"""Every Python and console snippet of README and docs runs as printed; of the others a list says why they don't."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from splitreader.testing import ScriptedChatAPI, ScriptedSplitAPI
from support.doc_pages import ROOT, blocks, name_of, pages

NOT_RUN = {
    ("CONTRIBUTING.md", "sh"): "downloads, needs a key, or takes long",
    ("README.md", "sh"): "installs; CI runs both commands",
    (
        "docs/command-line.md",
        "sh",
    ): "serves until it is stopped; those of docs/server.md run against such a server",
    ("docs/langchain.md", "sh"): "installs",
    ("docs/llama-index.md", "sh"): "installs",
    ("docs/llamacloud.md", "sh"): "the vendor's guide, with ids to fill in and an account that pays",
    ("docs/llm.md", "sh"): "serves until it is stopped; tests/cli/test_split_llm.py runs such a server",
    ("docs/quickstart.md", "sh"): "installs",
    ("docs/server.md", "js"): "needs Node and the vendor's npm package",
    ("docs/server.md", "nginx"): "needs nginx and a certificate",
    ("docs/server.md", "sh"): "installs, serves, or downloads the vendor's own tests",
    ("integrations/langchain-splitreader/README.md", "sh"): "installs",
    ("integrations/llama-index-readers-splitreader/README.md", "sh"): "installs",
}
"""Page and language, and why no test runs these snippets. Shell is parsed and options are looked up all the same."""

DATA = {("docs/evaluation.md", "json"), ("docs/scale_ray.md", "yml"), ("docs/server.md", "yaml")}
"""Files that a test of their own reads."""


def snippets(*languages):
    for page in pages():
        for number, (language, code) in enumerate(blocks(page), start=1):
            if language in languages:
                yield pytest.param(name_of(page), language, code, id=f"{name_of(page)}-{number}-{language}")


@pytest.fixture
def folder(tmp_path, sample, sample_packet):
    truth = json.loads(sample_packet.with_name("truth.json").read_text(encoding="utf-8"))
    segments = [segment for segment in truth["segments"] if max(segment["pages"]) <= 14]
    (tmp_path / "truth.json").write_text(json.dumps({**truth, "page_count": 14, "segments": segments}))
    shutil.copy(sample, tmp_path / "packet.pdf")
    (tmp_path / "inbox").mkdir()
    shutil.copy(sample, tmp_path / "inbox")
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
def printed(page, code, folder, environment, sample_packet):
    """The snippet; the README's meet the packet that it names, those of docs/server.md and docs/llm.md a server."""
    if page == "README.md":
        shutil.copy(sample_packet, folder)
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
@pytest.mark.parametrize(("page", "language", "code"), list(snippets("python", "console")))
def test_snippet_runs_and_prints(page, language, printed, folder, environment):
    for prefix, its_page in (("LLAMA_", "docs/llamacloud.md"), ("OPENAI_", "docs/llm.md")):
        if page != its_page:  # these talk to nobody
            environment = {name: value for name, value in environment.items() if not name.startswith(prefix)}
    if language == "python":
        (folder / "snippet.py").write_text(printed)
        said = run([sys.executable, "snippet.py"], folder, environment).strip()
        assert said or "print(" not in printed
        return
    executable = shlex.quote(str(Path(sys.executable).with_name("splitreader")))
    before = f'set -e\nsplitreader() {{ {executable} "$@"; }}\n'
    if "$(" in printed:  # one line needs the others
        assert run(["bash", "-c", before + printed], folder, environment).strip()
        return
    for number, line in enumerate(printed.strip().splitlines()):
        said = run(
            ["bash", "-c", before + line.replace("--out out", f"--out out{number}")], folder, environment
        ).strip()
        written = re.search(r"-o (\S+)", line)
        assert said or (folder / written[1]).exists()


def test_every_other_snippet_is_a_file_or_on_the_list():
    """And the list names nothing that is not there."""
    others = {(name_of(page), language) for page in pages() for language, _ in blocks(page)}
    others = {(page, language) for page, language in others if language not in ("python", "console")}
    assert others == NOT_RUN.keys() | DATA
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for (page, language), reason in NOT_RUN.items():
        assert f"| `{page}` | {language} | {reason} |" in told


@pytest.mark.parametrize(("page", "language", "code"), list(snippets("sh", "console")))
def test_shell_can_be_parsed(page, language, code):
    done = subprocess.run(["bash", "-n"], input=code, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("page", "language", "code"), list(snippets("json", "yaml", "yml")))
def test_files_are_what_they_are_said_to_be(page, language, code, folder):
    if language == "json":
        from splitreader.evaluation import load_truth

        (folder / "truth.json").write_text(code)
        (truth,) = load_truth(folder / "truth.json")
        assert [segment.category for segment in truth.segments] == ["invoice", "contract"]
    elif language == "yaml":
        from splitreader.server import KeyRing

        (folder / "keys.yaml").write_text(code)
        assert KeyRing.from_file(folder / "keys.yaml")
    else:
        assert yaml.safe_load(code)["kind"] == "RayJob"


def test_the_readme_has_its_snippets_and_stays_short():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("```python") == 3
    assert len(text.splitlines()) < 150
    for framework in ("LlamaIndex", "LangChain"):
        code = re.search(rf"^## {framework}\n\n```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[1]
        assert len([line for line in code.splitlines() if line]) <= 10


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in map("".join, re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)|(?:src|srcset)=\"([^\"]+)\"", text)):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target
