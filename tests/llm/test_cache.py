import json
import stat

import pytest

from splitreader import OutputError
from splitreader.engines.llm import Message, Reply
from splitreader.engines.llm._cache import AnswerCache, answer_key

SCHEMA = {"type": "object"}
QUESTION = (Message(role="system", text="task"), Message(role="user", text="pages"))
KEY = answer_key("model", QUESTION, SCHEMA)


def test_an_answer_is_found_again(tmp_path):
    cache = AnswerCache(tmp_path / "made" / "cache")
    assert cache.find(KEY) is None
    cache.prepare()
    cache.keep(KEY, Reply(text="ä \ud800 answer", input_tokens=7))
    assert cache.find(KEY) == Reply(text="ä \ud800 answer")
    cache.keep(KEY, Reply(text="another"))
    assert cache.find(KEY).text == "another"


def test_only_the_owner_may_read(tmp_path):
    folder = tmp_path / "cache"
    AnswerCache(folder).prepare()
    AnswerCache(folder).keep(KEY, Reply(text="answer"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "other",
    [
        answer_key("another model", QUESTION, SCHEMA),
        answer_key("model", QUESTION[:1], SCHEMA),
        answer_key("model", (QUESTION[0], Message(role="assistant", text="pages")), SCHEMA),
        answer_key("model", (QUESTION[0], Message(role="user", text="pages", images=(b"png",))), SCHEMA),
        answer_key("model", QUESTION, {"type": "array"}),
    ],
    ids=["model", "messages", "role", "pictures", "schema"],
)
def test_whatever_changes_the_question_changes_the_key(other):
    assert other != KEY


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"1", b"\xff", b"{}", b"[" * 100_000, b'{"format": "splitreader model answer 1", "key": "x"}'],
)
def test_a_damaged_file_is_dropped(tmp_path, content, caplog):
    file = tmp_path / f"{KEY}.json"
    file.write_bytes(content)
    assert AnswerCache(tmp_path).find(KEY) is None
    assert not file.exists()
    assert "is damaged and was removed" in caplog.text


def test_a_file_under_another_key_is_not_taken(tmp_path):
    cache = AnswerCache(tmp_path)
    cache.keep("0" * 64, Reply(text="answer"))
    (tmp_path / f"{'0' * 64}.json").rename(tmp_path / f"{KEY}.json")
    assert cache.find(KEY) is None


def test_nothing_of_a_question_is_on_disk_and_no_partial_file_stays(tmp_path):
    AnswerCache(tmp_path).keep(KEY, Reply(text="answer"))
    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text()).keys() == {"format", "key", "text"}


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"can't keep answers in .*file"):
        AnswerCache(tmp_path / "file").prepare()


def test_an_answer_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(OutputError, match=r"can't keep answers in .*gone"):
        AnswerCache(tmp_path / "gone").keep(KEY, Reply(text="answer"))
