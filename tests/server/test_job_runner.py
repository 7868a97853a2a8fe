"""Workers that run the jobs."""

import asyncio
import contextlib
import logging
import threading

import pytest

from splitreader import EmbeddedEngine, InvalidConfiguration, SplitReader, StorageError
from splitreader.engines import EngineAnswer, ProposedSegment
from splitreader.server import ServerSettings
from splitreader.server.jobs import JobRunner, attempt, check_parameters, config_of, runner
from splitreader.server.storage import NotCancellable, Storage
from splitreader.testing import ScriptedEngine
from splitreader.wire import TERMINAL_STATUSES
from support.hostile import encrypted
from support.pdfs import make_pdf
from support.stored import PROJECT, SEGMENTS, create, upload

PATIENCE = 45
SECRET = "text of a page that nobody may log"


class Hanging(ScriptedEngine):
    """Never answers, and says when it was asked and when it was called off."""

    def __init__(self):
        super().__init__([])
        self.asked, self.called_off = asyncio.Event(), asyncio.Event()

    async def asplit(self, packet, config):
        self.calls += 1
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.called_off.set()


class Stubborn(Hanging):
    """Does not listen when it is called off, until it is let go."""

    def __init__(self):
        super().__init__()
        self.let_go = asyncio.Event()

    async def asplit(self, packet, config):
        self.asked.set()
        while not self.let_go.is_set():
            try:
                await self.let_go.wait()
            except asyncio.CancelledError:
                self.called_off.set()
        return EngineAnswer(segments=[])


@pytest.fixture
def storage(tmp_path):
    with Storage.open(tmp_path / "data") as storage:
        yield storage


@pytest.fixture
def run(storage, tmp_path):
    """Runs an engine on the storage as long as the block lasts."""

    @contextlib.asynccontextmanager
    async def run(engine=None, **settings):
        given = {"data": tmp_path / "data", "grace_seconds": PATIENCE, "ocr": "off", **settings}
        runner = JobRunner(storage, engine or EmbeddedEngine(), ServerSettings(**given))
        await runner.start()
        try:
            yield runner
        finally:
            await runner.stop()

    return run


@pytest.fixture
def pdf():
    return make_pdf(["Invoice No. 1", "page two of it"])


async def until(check):
    """What `check` gives, once that is something."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await asyncio.to_thread(check)):  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(0.01)
    return found


async def ended(storage, job):
    def check():
        now = storage.jobs.get(PROJECT, job.id)
        return now if now.status in TERMINAL_STATUSES else None

    return await until(check)


class TestJobsThatSucceed:
    @pytest.mark.parametrize("strategy", [None, {"allow_uncategorized": "forbid"}, {"allow_uncategorized": "omit"}])
    async def test_segments_are_those_of_the_reader(self, storage, run, sample, sample_categories, strategy):
        parameters = {"categories": sample_categories, "splitting_strategy": strategy, "target_pages": "1-9"}
        expected = SplitReader(sample_categories, target_pages="1-9", ocr="off", **(strategy or {})).split(sample)
        job = create(storage, upload(storage, sample.read_bytes()), parameters=parameters)
        async with run():
            job = await ended(storage, job)
        assert job.status == "completed"
        assert job.segments == tuple(
            {"category": item.category, "confidence_category": item.confidence, "pages": list(item.pages)}
            for item in expected.segments
        )

    @pytest.mark.slow
    async def test_with_ocr(self, storage, run, sample_packet, sample_categories, sample_truth):
        async with run(ocr="auto") as runner:
            file = upload(storage, sample_packet.read_bytes())
            job = create(storage, file, parameters={"categories": sample_categories})
            runner.wake()
            job = await ended(storage, job)
        assert [(item["category"], item["pages"]) for item in job.segments] == [
            (item["category"], item["pages"]) for item in sample_truth
        ]

    async def test_what_waits_already_is_begun(self, storage, run, pdf):
        job = create(storage, upload(storage, pdf))
        async with run():
            assert (await ended(storage, job)).status == "completed"

    async def test_many_from_many_threads(self, storage, run, pdf):
        engine = ScriptedEngine([("invoice", [1, 2])])
        file = upload(storage, pdf)
        async with run(engine, workers=3) as runner:

            def make(number):
                job = create(storage, file)
                runner.wake()
                return job

            jobs = await asyncio.gather(*[asyncio.to_thread(make, number) for number in range(6)])
            assert {(await ended(storage, job)).status for job in jobs} == {"completed"}
        assert engine.calls == 6

    async def test_one_that_comes_just_when_nothing_was_found(self, storage, run, pdf, monkeypatch):
        file, made, claim = upload(storage, pdf), [], storage.jobs.claim

        def claim_too_early():
            found = claim()
            if found is None and not made:
                made.append(create(storage, file))
                running.wake()
            return found

        monkeypatch.setattr(storage.jobs, "claim", claim_too_early)
        async with run(ScriptedEngine([("invoice", [1, 2])]), workers=1) as running:
            await until(lambda: made)
            assert (await ended(storage, made[0])).status == "completed"

    async def test_side_by_side(self, storage, run, pdf):
        both = threading.Barrier(2)

        def meet(packet):
            both.wait(PATIENCE)
            return EngineAnswer(segments=[ProposedSegment(category="invoice", pages=[1, 2], confidence="high")])

        jobs = [create(storage, upload(storage, pdf)) for _ in range(2)]
        async with run(ScriptedEngine(meet), workers=2):
            assert [(await ended(storage, job)).status for job in jobs] == ["completed"] * 2

    async def test_the_log_has_ids_and_figures_and_no_text(self, storage, run, caplog):
        caplog.set_level(logging.DEBUG, logger="splitreader")
        job = create(storage, upload(storage, make_pdf([SECRET] * 3), name="secret.pdf"))
        async with run():
            await ended(storage, job)
        [record] = [record for record in caplog.records if getattr(record, "status", None) == "completed"]
        assert (record.name, record.job_id, record.pages) == ("splitreader.server", job.id, 3)
        assert record.seconds >= 0
        assert "secret" not in caplog.text
        assert SECRET not in caplog.text


class TestJobsThatFail:
    async def test_the_next_one_works_and_no_message_has_a_path(self, storage, run, pdf, tmp_path):
        cases = {
            b"no pdf": "is not a PDF",
            pdf[:300]: "packet.pdf",
            encrypted(): "wants a password, which this server can't be given",
            make_pdf(["x"] * 4): "packet.pdf",
        }
        made = [(create(storage, upload(storage, data)), words) for data, words in cases.items()]
        good = create(storage, upload(storage, pdf))
        async with run(max_pages=3, workers=1):
            for created, words in made:
                job = await ended(storage, created)
                assert job.status == "failed"
                assert words in job.error_message
                assert "packet.pdf" in job.error_message
                assert str(tmp_path) not in job.error_message
            assert (await ended(storage, good)).status == "completed"

    async def test_an_engine_that_raises(self, storage, run, pdf, caplog):
        def fail(packet):
            try:
                raise KeyError(SECRET)
            except KeyError as error:
                raise RuntimeError(SECRET) from error

        job = create(storage, upload(storage, pdf))
        async with run(ScriptedEngine(fail)):
            job = await ended(storage, job)
        assert job.status == "failed"
        assert job.error_message == f"internal error; the server's log says more about {job.id}"
        assert "RuntimeError" in caplog.text
        assert "KeyError" in caplog.text
        assert "in fail" in caplog.text
        assert SECRET not in caplog.text

    async def test_an_error_of_ours_that_names_a_path(self, storage, run, pdf, tmp_path):
        def fail(packet):
            raise StorageError(f"can't read {packet.source.path} and {tmp_path / 'data'}/other")

        job = create(storage, upload(storage, pdf, name="mine.pdf"))
        async with run(ScriptedEngine(fail)):
            job = await ended(storage, job)
        assert job.error_message == "can't read mine.pdf and the server's data folder/other"

    async def test_an_engine_that_hangs(self, storage, run, pdf):
        engine = Hanging()
        jobs = [create(storage, upload(storage, pdf)) for _ in range(2)]
        async with run(engine, job_seconds=0.05, workers=1):
            for created in jobs:
                job = await ended(storage, created)
                assert job.status == "failed"
                assert "not split within 0.05 seconds" in job.error_message
        assert engine.called_off.is_set()

    async def test_an_engine_that_does_not_listen(self, storage, run, pdf, monkeypatch, caplog):
        monkeypatch.setattr(attempt, "LETTING_GO_SECONDS", 0.05)
        engine = Stubborn()
        jobs = [create(storage, upload(storage, pdf)) for _ in range(2)]
        async with run(engine, job_seconds=0.05, workers=1):
            assert {(await ended(storage, job)).status for job in jobs} == {"failed"}
            engine.let_go.set()
        assert "left to itself" in caplog.text

    async def test_an_engine_that_gives_itself_up(self, storage, run, pdf):
        class GivingUp(ScriptedEngine):
            async def asplit(self, packet, config):
                raise asyncio.CancelledError

        job = create(storage, upload(storage, pdf))
        async with run(GivingUp([])):
            assert (await ended(storage, job)).status == "failed"

    async def test_bytes_that_are_gone(self, storage, run, pdf):
        file = upload(storage, pdf)
        job = create(storage, file)
        storage.files.path_of(file.sha256).unlink()
        async with run():
            job = await ended(storage, job)
        assert job.status == "failed"
        assert "the bytes of packet.pdf are not on this server any more; upload" in job.error_message


class TestCancelling:
    async def test_ends_the_work(self, storage, run, pdf):
        engine = Hanging()
        job = create(storage, upload(storage, pdf))
        async with run(engine) as runner, asyncio.timeout(PATIENCE):
            await engine.asked.wait()
            await asyncio.to_thread(storage.jobs.cancel, PROJECT, job.id)
            await asyncio.to_thread(runner.cancel, job.id)
            await engine.called_off.wait()
        assert storage.jobs.get(PROJECT, job.id).status == "cancelled"

    async def test_before_it_can_be_called_off(self, storage, run, pdf, monkeypatch):
        """The row is cancelled right after its claim, when the runner does not know the job yet."""
        engine = Hanging()
        job = create(storage, upload(storage, pdf))
        claim, claimed = storage.jobs.claim, asyncio.Event()
        loop = asyncio.get_running_loop()

        def claim_and_cancel():
            found = claim()
            if found is not None:
                storage.jobs.cancel(PROJECT, found.id)
                loop.call_soon_threadsafe(claimed.set)
            return found

        monkeypatch.setattr(storage.jobs, "claim", claim_and_cancel)
        async with run(engine, workers=1), asyncio.timeout(PATIENCE):
            await claimed.wait()
        assert engine.calls == 0
        assert storage.jobs.get(PROJECT, job.id).status == "cancelled"

    async def test_against_the_end_of_the_work(self, storage, run, pdf):
        file = upload(storage, pdf)
        async with run(ScriptedEngine([("invoice", [1, 2])])) as runner:
            for _ in range(10):
                job = create(storage, file)
                runner.wake()
                await until(lambda job=job: storage.jobs.get(PROJECT, job.id).status != "pending")
                with contextlib.suppress(NotCancellable):  # when it was too late, which is as good
                    await asyncio.to_thread(storage.jobs.cancel, PROJECT, job.id)
                runner.cancel(job.id)
                first = await ended(storage, job)
                assert first.status in {"completed", "cancelled"}
                assert (first.segments is None) == (first.status == "cancelled")

    async def test_of_jobs_that_do_not_run(self, storage, run):
        async with run() as runner:
            runner.cancel("spl-none")
        runner.cancel("spl-none")
        runner.wake()


class TestStopping:
    async def test_what_runs_is_handed_back(self, storage, run, pdf):
        engine = Hanging()
        jobs = [create(storage, upload(storage, pdf)) for _ in range(2)]
        async with run(engine, workers=1, grace_seconds=0), asyncio.timeout(PATIENCE):
            await engine.asked.wait()
        assert engine.called_off.is_set()
        now = [storage.jobs.get(PROJECT, job.id) for job in jobs]
        assert [(job.status, job.attempts) for job in now] == [("pending", 0)] * 2
        async with run(ScriptedEngine([("invoice", [1, 2])])):
            assert {(await ended(storage, job)).status for job in jobs} == {"completed"}

    async def test_an_engine_that_answers_the_call_with_an_error(self, storage, run, pdf):
        class Breaking(Hanging):
            async def asplit(self, packet, config):
                try:
                    return await super().asplit(packet, config)
                except asyncio.CancelledError:
                    raise RuntimeError from None

        engine = Breaking()
        job = create(storage, upload(storage, pdf))
        async with run(engine, grace_seconds=0), asyncio.timeout(PATIENCE):
            await engine.asked.wait()
        assert storage.jobs.get(PROJECT, job.id).status == "pending"

    async def test_what_ends_in_time_is_finished_and_nothing_new_begun(self, storage, run, pdf):
        asked, go = asyncio.Event(), asyncio.Event()

        class Waiting(ScriptedEngine):
            async def asplit(self, packet, config):
                asked.set()
                await go.wait()
                return self.split(packet, config)

        jobs = [create(storage, upload(storage, pdf)) for _ in range(2)]
        async with run(Waiting([("invoice", [1, 2])]), workers=1) as runner, asyncio.timeout(PATIENCE):
            await asked.wait()
            stopping = asyncio.create_task(runner.stop())
            await asyncio.sleep(0)
            go.set()
            await stopping
        assert [storage.jobs.get(PROJECT, job.id).status for job in jobs] == ["completed", "pending"]

    async def test_nothing_runs(self, run):
        async with run() as runner:
            await runner.stop()


async def test_a_storage_that_fails_for_a_while(storage, run, pdf, monkeypatch, caplog):
    monkeypatch.setattr(runner, "RETRY_SECONDS", 0.01)
    fails = iter([True, True, False])
    finish = storage.jobs.finish

    def failing(job_id, segments):
        if next(fails):
            raise StorageError("the disk is full")
        return finish(job_id, segments)

    monkeypatch.setattr(storage.jobs, "finish", failing)
    job = create(storage, upload(storage, pdf))
    async with run(ScriptedEngine([("invoice", [1, 2])])):
        assert (await ended(storage, job)).segments == (SEGMENTS[0],)
    assert caplog.text.count("the disk is full") == 2


class TestParameters:
    def test_all_of_them(self):
        config = config_of(
            {
                "categories": [{"name": "a", "description": None}, {"name": "b", "description": "B"}],
                "splitting_strategy": {
                    "allow_uncategorized": "omit",
                    "min_pages_per_split": 2,
                    "custom_instructions": "so",
                },
                "target_pages": "1,3-4",
                "parse_tier": "fast",
                "product_type": "split_v1",
                "configuration_id": None,
            }
        )
        assert config.category_names == ("a", "b")
        assert (config.allow_uncategorized, config.min_pages_per_split) == ("omit", 2)
        assert (config.custom_instructions, config.target_pages) == ("so", "1,3-4")

    @pytest.mark.parametrize(
        ("parameters", "words"),
        [
            ({}, "no categories"),
            ({"categories": []}, "categories"),
            ({"categories": [{"name": "a"}, {"name": "a"}]}, "two categories"),
            ({"categories": [{"name": "a"}], "target_pages": "3-1"}, "target_pages"),
            ({"categories": [{"name": "a"}], "splitting_strategy": {"magic": 1}}, "magic"),
            ({"categories": [{"name": "a"}], "parse_config_id": "x"}, "parse_config_id"),
            (
                {"categories": [{"name": "a"}], "splitting_strategy": {"custom_instructions": "x"}},
                "custom_instructions",
            ),
        ],
    )
    def test_what_cannot_be_honoured_is_refused(self, parameters, words):
        with pytest.raises(InvalidConfiguration, match=words):
            check_parameters(EmbeddedEngine(), parameters)
