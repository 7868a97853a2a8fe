"""The folder on the disk: private, whole, no larger than it may be, and never a reason to fail."""

import logging
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from textwrap import wrap

import pytest

from splitreader import Cache, CacheError, PageText, Segment, SplitReader, SplitResult
from splitreader.cache import _database
from splitreader.pdf._kept import ReadTexts
from support.pdfs import make_pdf

MEGABYTE = 1 << 20
RESULT = SplitResult(
    segments=(
        Segment(category="invoice", pages=(1, 2), confidence="high", score=0.1 + 0.2, evidence=("ünïcode 合同",)),
    ),
    omitted_pages=(3,),
    page_count=3,
    engine="scripted",
    job_id="spl-1",
)
WRITER = """
import random, sys
from splitreader import Cache, PageText
from splitreader.pdf._kept import ReadTexts
cache = Cache(sys.argv[1], max_bytes=4 << 20)
chance = random.Random(int(sys.argv[2]))
for turn in range(60):
    key = f"packet {chance.randrange(20)}"
    text = random.Random(key).randbytes(100_000).hex()
    found = cache.find_texts(key)
    assert found is None or found.texts[0].text == text
    assert cache.keep_texts(key, ReadTexts(1, (PageText(page=1, text=text),)))
print("done")
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "deep" / "kept"


def texts_of(name, size=100_000):
    """Texts that can't be packed much."""
    return ReadTexts(1, (PageText(page=1, text=random.Random(name).randbytes(size // 2).hex()),))


def on_disk(folder):
    return sum(path.stat().st_size for path in folder.iterdir() if path.name.startswith("entries"))


def flip(path, chance, times):
    data = bytearray(path.read_bytes())
    for _ in range(times):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def test_what_was_kept_is_found_again_by_another_process_as_it_was(folder):
    assert Cache(folder).keep_result("a", RESULT)
    assert Cache(folder).find_result("a") == RESULT
    assert Cache(folder).find_result("b") is None
    assert Cache(folder).find_texts("a") is None


@pytest.mark.skipif(os.name != "posix", reason="modes are posix")
class TestPrivacy:
    def test_nobody_else_may_look_in(self, folder):
        before = os.umask(0)
        try:
            cache = Cache(folder)
            cache.keep_result("a", RESULT)
            cache.job("a").write(cache.job("a").read())
            lock = cache.lock("a")
            assert lock.take()
            try:
                modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
            finally:
                lock.give_back()
        finally:
            os.umask(before)
        assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
        assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
        assert len(modes) > 5

    def test_an_empty_folder_is_closed_to_others_and_one_with_other_files_refused(self, tmp_path):
        empty = tmp_path / "empty"
        empty.mkdir()
        empty.chmod(0o755)
        Cache(empty)
        assert stat.S_IMODE(empty.stat().st_mode) == 0o700
        mine = tmp_path / "mine"
        mine.mkdir()
        mine.chmod(0o755)
        (mine / "thesis.txt").touch()
        with pytest.raises(CacheError, match="holds other files"):
            Cache(mine)
        assert stat.S_IMODE(mine.stat().st_mode) == 0o755
        assert [path.name for path in mine.iterdir()] == ["thesis.txt"]


class TestTheLimit:
    def test_is_kept_and_what_was_not_used_goes_first(self, folder):
        cache = Cache(folder, max_bytes=MEGABYTE)
        for number in range(30):
            assert cache.keep_texts(f"{number}", texts_of(number))
            assert cache.find_texts("0") == texts_of(0)
            assert on_disk(folder) <= MEGABYTE
        kept = [number for number in range(30) if cache.find_texts(f"{number}") is not None]
        assert kept[0] == 0
        assert kept[1:] == list(range(kept[1], 30))
        assert 6 <= len(kept) < 30

    def test_holds_for_one_that_was_larger_before(self, folder):
        for number in range(30):
            Cache(folder).keep_texts(f"{number}", texts_of(number))
        assert on_disk(folder) > MEGABYTE
        cache = Cache(folder, max_bytes=MEGABYTE)
        assert cache.keep_texts("new", texts_of("new"))
        assert on_disk(folder) <= MEGABYTE
        assert cache.find_texts("new") == texts_of("new")

    def test_refuses_what_is_larger_than_all(self, folder, caplog):
        cache = Cache(folder, max_bytes=MEGABYTE)
        assert not cache.keep_texts("large", texts_of("large", 4 * MEGABYTE))
        assert "can't be kept" in caplog.text
        assert cache.find_texts("large") is None
        assert cache.keep_texts("small", texts_of("small"))

    def test_costs_nothing_that_is_kept_where_one_is_larger_than_all(self, folder):
        cache = Cache(folder, max_bytes=MEGABYTE)
        taken = []
        for size in range(960_000, 1_020_000, 4_000):
            for number in range(10):
                cache.keep_result(f"{number}", RESULT)
            taken.append(cache._entries.keep("texts large", random.Random(size).randbytes(size)))
            if not taken[-1]:
                assert all(cache.find_result(f"{number}") == RESULT for number in range(10))
        assert taken == sorted(taken, reverse=True)
        assert {True, False} == set(taken)

    def test_takes_texts_before_results(self, folder):
        cache = Cache(folder, max_bytes=MEGABYTE)
        cache.keep_result("old", RESULT)
        for number in range(30):
            cache.keep_texts(f"{number}", texts_of(number))
        assert cache.find_texts("0") is None
        assert cache.find_result("old") == RESULT

    def test_takes_no_trace_of_a_job(self, folder):
        cache = Cache(folder, max_bytes=MEGABYTE)
        cache.job("a").write(trace := cache.job("a").read())
        for number in range(30):
            cache.keep_texts(f"{number}", texts_of(number))
        assert cache.job("a").read() == trace
        assert Cache(folder)._jobs.find("a") is not None


@pytest.mark.slow
def test_several_processes_write_at_once(folder):
    command = [sys.executable, "-c", WRITER, str(folder)]
    writers = [
        subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for number in range(3)
    ]
    said = [writer.communicate() for writer in writers]
    assert said == [("done\n", "")] * 3
    assert on_disk(folder) <= 4 * MEGABYTE
    connection = sqlite3.connect(folder / "entries-1.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_a_lock_is_one_holders_at_a_time_and_taking_it_never_waits(folder):
    first, second, other = (Cache(folder).lock(key) for key in ("a", "a", "b"))
    assert first.take()
    assert other.take()
    assert not second.take()
    second.give_back()  # which it does not hold
    assert not second.take()
    first.give_back()
    assert second.take()
    for lock in (second, other):
        lock.give_back()
    assert not list((folder / "locks").iterdir())


class TestDamage:
    def test_of_an_entry_is_noticed(self, folder, caplog):
        cache = Cache(folder)
        cache.keep_result("a", RESULT)
        cache.keep_result("b", RESULT)
        connection = sqlite3.connect(folder / "entries-1.db")
        data = connection.execute("SELECT data FROM entries WHERE key = 'result a'").fetchone()[0]
        wrong = bytes([*data[:-1], data[-1] ^ 1])
        with connection:
            connection.execute("UPDATE entries SET data = ? WHERE key = 'result a'", [wrong])
        connection.close()
        assert cache.find_result("a") is None
        assert "damaged and was dropped" in caplog.text
        assert cache.find_result("b") == RESULT
        assert cache.keep_result("a", RESULT)
        assert cache.find_result("a") == RESULT

    def test_an_entry_under_the_key_of_another_is_noticed(self, folder):
        cache = Cache(folder)
        cache.keep_result("a", RESULT)
        connection = sqlite3.connect(folder / "entries-1.db")
        with connection:
            connection.execute("UPDATE entries SET key = 'result b'")
        connection.close()
        assert cache.find_result("b") is None

    def test_an_entry_of_another_form_is_dropped(self, folder, caplog):
        cache = Cache(folder)
        cache._entries.keep("result a", b"neither packed nor JSON")
        assert cache.find_result("a") is None
        assert "can't be understood" in caplog.text
        assert cache._entries.find("result a") is None

    @pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + bytes(500)], ids=len)
    @pytest.mark.parametrize("name", ["entries-1.db", "jobs-1.db"])
    def test_of_a_whole_file_is_mended(self, folder, name, content):
        cache = Cache(folder)
        (folder / name).write_bytes(content)
        assert cache.keep_result("a", RESULT)
        assert cache.find_result("a") == RESULT
        cache.job("a").write(trace := cache.job("a").read())
        assert cache.job("a").read() == trace
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600

    def test_of_the_traces_of_jobs_is_put_aside_and_told(self, folder, caplog):
        cache = Cache(folder)
        (folder / "jobs-1.db").write_bytes(b"no database")
        assert cache.job("a").read().job_id is None
        assert (folder / "jobs-1.db.damaged").read_bytes() == b"no database"
        assert "can't be taken up" in caplog.text

    def test_a_folder_that_was_deleted_meanwhile_is_made_again(self, folder):
        cache = Cache(folder)
        shutil.rmtree(folder)
        assert cache.keep_result("a", RESULT)
        assert cache.find_result("a") == RESULT
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    @pytest.mark.slow
    @pytest.mark.parametrize("seed", range(6))
    def test_at_any_place_changes_no_result_and_stops_no_load(self, tmp_path, folder, seed):
        chance = random.Random(seed)
        packets = [make_pdf([f"INVOICE {number}", "AGREEMENT"]) for number in range(3)]

        def seen(reader):
            loaded = reader.lazy_packets(packets)
            return [(packet.result, [document.text for document in packet.documents]) for packet in loaded]

        expected = seen(SplitReader(["invoice", "contract"], workers=1))
        reader = SplitReader(["invoice", "contract"], cache=folder, workers=1)
        for turn in range(2):
            assert seen(reader) == expected
            path = folder / "entries-1.db"
            if turn == 0 and seed % 3 == 0:
                os.truncate(path, chance.randrange(path.stat().st_size))
            else:
                flip(path, chance, 1 + 40 * (seed % 2))
        assert seen(reader) == expected


class TestTheDisk:
    def test_that_can_not_be_written_is_an_error_at_construction(self, folder, monkeypatch):
        Cache(folder)
        monkeypatch.setattr(os, "access", lambda path, mode: False)
        with pytest.raises(CacheError, match="no permission"):
            Cache(folder)

    def test_that_is_full_later_is_logged_and_the_load_goes_on(self, tmp_path, folder, monkeypatch, caplog):
        reader = SplitReader(["invoice"], cache=folder)
        real = _database.sqlite3.connect

        def full(*args, **options):
            connection = real(*args, **options)
            connection.execute("PRAGMA max_page_count = 1")  # no page more than there are: SQLITE_FULL
            return connection

        monkeypatch.setattr(_database.sqlite3, "connect", full)
        packet = make_pdf(["INVOICE", *("\n".join(wrap(texts_of(page, 3000).texts[0].text)) for page in range(8))])
        caplog.set_level(logging.WARNING)
        assert len(reader.load(packet)) >= 1
        assert "goes on without keeping" in caplog.text
        assert "full" in caplog.text

    def test_that_is_gone_later_is_logged_and_the_load_goes_on(self, folder, caplog):
        reader = SplitReader(["invoice"], cache=folder)
        shutil.rmtree(folder)
        folder.touch()
        assert len(reader.load(make_pdf(["INVOICE"]))) == 1
        assert "goes on without" in caplog.text


def test_a_folder_of_bytes_or_text_is_one(tmp_path):
    assert Cache(str(tmp_path / "a")).folder == Path(tmp_path / "a")
