"""Options that README and docs name are there, and those that are there are told."""

import re
import shlex

import pytest
import typer

from splitreader.cli._app import app
from support.doc_pages import ROOT, blocks, name_of, pages

OF_OTHERS = {"--help", "--http", "--check"}
"""Options that docs name of other programs."""


def commands(command=None, words=()):
    """Every command by its words, with its options."""
    command = command or typer.main.get_command(app)
    yield words, {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*words, name))


COMMANDS = dict(commands())


def lines_of_shell():
    for page in pages():
        for language, code in blocks(page):
            if language not in ("sh", "console"):
                continue
            for line in re.sub(r"\s#\s.*", "", code.replace("\\\n", " ")).splitlines():
                for call in re.findall(r"(?:^|[\s(])splitreader (?!\w+\)|\(\))([^)|]+)", line):
                    yield pytest.param(call, id=f"{name_of(page)}: {call[:60]}")


@pytest.mark.parametrize("call", list(lines_of_shell()))
def test_a_command_line_has_only_options_that_are_there(call):
    words = shlex.split(call, comments=True)
    command = next(key for key in sorted(COMMANDS, key=len, reverse=True) if tuple(words[: len(key)]) == key)
    assert command, f"no command {words[0]}"
    used = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert used <= COMMANDS[command] | {"--help"}


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_an_option_that_is_named_is_there(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    known = set().union(*COMMANDS.values()) | OF_OTHERS
    named = {
        option
        for code in re.findall(r"`([^`\n]+)`", text)
        if code.startswith(("--", "splitreader "))
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", code)
    }
    assert named <= known


@pytest.mark.parametrize("words", [words for words in COMMANDS if words], ids=" ".join)
def test_every_command_and_option_is_told(words):
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert words[-1] in text
    long = {option for option in COMMANDS[words] if option.startswith("--")} - {"--help", "--category"}
    assert {option for option in long if not re.search(rf"{option}(?![\w-])", text)} == set()
