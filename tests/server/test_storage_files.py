"""Uploaded files and their bytes."""

import hashlib
import threading

import pytest

from splitreader import StorageError
from splitreader.server.storage import InvalidOrder, InvalidPageToken, Storage
from support.stored import PROJECT, SEGMENTS, blobs, create, upload


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def storage(folder):
    with Storage.open(folder) as storage:
        yield storage


def names(page):
    return [file.name for file in page.items]


def all_pages(ask):
    """Every page of a list, from the first to the last."""
    token, pages = None, []
    while token is not None or not pages:
        page = ask(token)
        pages.append(page)
        token = page.next_token
    return pages


class TestUploads:
    def test_kept_in_pieces(self, storage):
        with storage.files.incoming() as incoming:
            for piece in (b"one ", b"two ", b"three"):
                incoming.write(piece)
            assert incoming.size == 13
            file = incoming.keep(project_id=PROJECT, name="a.pdf", purpose="split", external_file_id="mine")
        assert storage.files.get(PROJECT, file.id) == file
        assert (file.size, file.sha256) == (13, hashlib.sha256(b"one two three").hexdigest())
        assert storage.files.path_of(file.sha256).read_bytes() == b"one two three"

    def test_an_empty_one(self, storage):
        file = upload(storage, b"")
        assert storage.files.path_of(file.sha256).read_bytes() == b""

    def test_given_up_it_leaves_nothing(self, storage, folder):
        def give_up():
            with storage.files.incoming() as incoming:
                incoming.write(b"half")
                raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            give_up()
        assert not list((folder / "incoming").iterdir())
        assert blobs(folder) == set()

    def test_a_disk_that_fails(self, storage, folder):
        (folder / "incoming").rmdir()
        with pytest.raises(StorageError, match="data folder failed"):
            storage.files.incoming()

    def test_other_projects_do_not_see_it(self, storage):
        file = upload(storage)
        assert storage.files.get("other", file.id) is None
        assert not storage.files.list("other").items
        assert not storage.files.delete("other", file.id)
        assert storage.files.get(PROJECT, file.id)

    @pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "A" * 64, "a" * 63])
    def test_only_hashes_lead_to_paths(self, storage, sha256):
        with pytest.raises(ValueError, match="sha256"):
            storage.files.path_of(sha256)


class TestBlobs:
    def test_the_same_bytes_are_there_once_until_the_last_file_goes(self, storage, folder):
        first, second = upload(storage, b"same"), upload(storage, b"same", project_id="other")
        assert blobs(folder) == {first.sha256}
        assert storage.files.delete(PROJECT, first.id)
        assert blobs(folder) == {second.sha256}
        assert storage.files.delete("other", second.id)
        assert blobs(folder) == set()
        assert not storage.files.delete("other", second.id)

    @pytest.mark.parametrize("ending", ["finish", "fail", "cancel"])
    def test_they_stay_for_a_job_until_it_ends(self, storage, folder, ending):
        file = upload(storage)
        job = create(storage, file)
        storage.files.delete(PROJECT, file.id)
        assert blobs(folder) == {file.sha256}
        assert storage.jobs.claim().id == job.id
        assert blobs(folder) == {file.sha256}
        storage.jobs.hand_back(job.id)
        assert storage.jobs.claim().id == job.id
        match ending:
            case "finish":
                assert storage.jobs.finish(job.id, SEGMENTS)
            case "fail":
                assert storage.jobs.fail(job.id, "no")
            case _:
                assert storage.jobs.cancel(PROJECT, job.id)
        assert blobs(folder) == set()

    def test_an_end_leaves_the_bytes_of_a_file_and_of_another_job(self, storage, folder):
        kept, gone = upload(storage, b"kept"), upload(storage, b"gone")
        jobs = [create(storage, file) for file in (kept, gone, gone)]
        storage.files.delete(PROJECT, gone.id)
        storage.jobs.cancel(PROJECT, jobs[0].id)
        storage.jobs.cancel(PROJECT, jobs[1].id)
        assert blobs(folder) == {kept.sha256, gone.sha256}

    def test_uploading_and_deleting_at_once(self, storage, folder):
        """A file that is there has its bytes, whatever others delete meanwhile."""
        missing = []

        def go():
            for _ in range(8):
                file = upload(storage, b"the same for all")
                if not storage.files.path_of(file.sha256).is_file():
                    missing.append(file.id)
                storage.files.delete(PROJECT, file.id)

        threads = [threading.Thread(target=go) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert missing == []
        assert blobs(folder) == set()


class TestLists:
    def test_filters(self, storage):
        a = upload(storage, name="a.pdf", external_file_id="x")
        b = upload(storage, name="b.pdf")
        ask = storage.files.list
        assert names(ask(PROJECT)) == ["b.pdf", "a.pdf"]
        assert names(ask(PROJECT, name="a.pdf")) == ["a.pdf"]
        assert names(ask(PROJECT, external_file_id="x")) == ["a.pdf"]
        assert names(ask(PROJECT, file_ids=[b.id, "dfl-none"])) == ["b.pdf"]
        assert names(ask(PROJECT, file_ids=[])) == []
        assert names(ask(PROJECT, file_ids=[a.id] * 100_000)) == ["a.pdf"]

    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            (None, "dcba"),
            ("created_at", "abcd"),
            ("last_modified_at desc", "dcba"),
            ("name desc", "dcba"),
            ("external_file_id, name desc", "dbca"),
            (" purpose desc ,created_at asc", "abcd"),
        ],
    )
    def test_orders(self, storage, order, expected):
        for name, external in (("a", "2"), ("b", "1"), ("c", "2"), ("d", None)):
            upload(storage, name=name, **({"external_file_id": external} if external else {}))
        pages = all_pages(lambda token: storage.files.list(PROJECT, order_by=order, page_size=1, page_token=token))
        assert "".join(name for page in pages for name in names(page)) == expected

    @pytest.mark.parametrize(
        "order", ["size_of_moon", "name sideways", "name,", "name, name", "name desc asc", "id;--"]
    )
    def test_orders_that_are_none(self, storage, order):
        with pytest.raises(InvalidOrder, match="order_by"):
            storage.files.list(PROJECT, order_by=order)

    def test_pages_stay_while_files_come_and_go(self, storage):
        old = [upload(storage, name=str(number)) for number in range(7)]
        seen = []

        def ask(token):
            page = storage.files.list(PROJECT, page_size=2, page_token=token)
            seen.extend(names(page))
            upload(storage, name="new")
            if page.items:
                storage.files.delete(PROJECT, page.items[-1].id)  # where the next page begins
            return page

        all_pages(ask)
        assert seen == [file.name for file in reversed(old)]

    def test_the_last_page_has_no_token(self, storage):
        for _ in range(4):
            upload(storage)
        pages = all_pages(lambda token: storage.files.list(PROJECT, page_size=2, page_token=token))
        assert [len(page.items) for page in pages] == [2, 2]

    @pytest.mark.parametrize(
        "token",
        [
            "",
            "x",
            "é",
            "bm9uZQ",
            "W10",
            "e30",
            "WzFd",
            "W" * 5000,
            "bnVsbA",
            "WyJjcmVhdGVkX2F0IGRlc2Msc2VxIGRlc2MiLDEsdHJ1ZV0",
            "WyJjcmVhdGVkX2F0IGRlc2Msc2VxIGRlc2MiLDEsMWU5OV0",
            "WyJjcmVhdGVkX2F0IGRlc2Msc2VxIGRlc2MiLDEsOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTldXQ",
        ],
    )
    def test_tokens_that_are_none(self, storage, token):
        upload(storage)
        with pytest.raises(InvalidPageToken, match="page_token"):
            storage.files.list(PROJECT, page_token=token)

    def test_a_token_of_another_order(self, storage):
        for _ in range(2):
            upload(storage)
        token = storage.files.list(PROJECT, page_size=1).next_token
        with pytest.raises(InvalidPageToken, match="in the same order"):
            storage.files.list(PROJECT, order_by="name", page_token=token)
