"""Packets side by side give what they give one after the other."""

import asyncio
import io
import threading
from contextlib import aclosing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from many.conftest import CATEGORIES, invoice, told
from splitreader import InvalidConfiguration, NotAPDF, SplitReader
from splitreader.sources import Source
from splitreader.testing import ScriptedEngine
from support.pdfs import make_pdf


async def of_async(reader, sources, **options):
    async with aclosing(reader.asplit_many(sources, **options)) as packets:
        return [packet async for packet in packets]


@pytest.fixture
def reader():
    return SplitReader(CATEGORIES, on_error="skip")


async def test_results_order_ids_and_errors_do_not_depend_on_the_number_of_workers(folder):
    def run(**options):
        failures = []
        reader = SplitReader(CATEGORIES, on_error=lambda failure: failures.append((failure.source, str(failure.error))))
        return told(reader.split_many(folder, **options)), failures

    expected = run(workers=1)
    names = [name for name, _, _ in expected[0]]
    assert names == [f"{number:02}.pdf" for number in (0, 1, 2, 4, 6, 7, 9)]
    assert [source for source, _ in expected[1]] == ["03.pdf", "05.pdf"]
    for workers in (2, 3):
        assert run(workers=workers) == expected
        anyhow = run(workers=workers, ordered=False)
        assert (sorted(anyhow[0]), sorted(anyhow[1])) == (sorted(expected[0]), sorted(expected[1]))
    failures = []
    reader = SplitReader(CATEGORIES, on_error=lambda failure: failures.append((failure.source, str(failure.error))))
    assert (told(await of_async(reader, folder, workers=2)), failures) == expected
    anyhow = await of_async(reader, folder, workers=3, ordered=False)
    assert sorted(told(anyhow)) == sorted(expected[0])


def test_lazy_load_and_load_use_it(folder, reader):
    expected = [document for packet in reader.split_many(folder, workers=1) for document in packet.documents]
    two = SplitReader(CATEGORIES, on_error="skip", workers=2)
    assert list(two.lazy_load(folder)) == two.load(folder) == expected


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    packets=st.lists(
        st.tuples(st.sampled_from(["one", "two", "no pdf"]), st.sampled_from(["id-1", "id-2", "id-3"])),
        min_size=2,
        max_size=6,
    ),
    duplicates=st.sampled_from(["drop", "keep"]),
    workers=st.sampled_from([2, 3]),
)
def test_who_of_two_is_refused_does_not_depend_on_timing(packets, duplicates, workers):
    """Packets with the same bytes, or the same packet id, or both, some of which can't be read."""
    data = {"one": make_pdf(["one"]), "two": make_pdf(["two", "more"]), "no pdf": b"none"}

    def outcome(count):
        sources = [io.BytesIO(data[kind]) for kind, _ in packets]
        ids = {data[kind]: packet_id for kind, packet_id in packets}
        failures = []
        reader = SplitReader(
            ["a"],
            engine=ScriptedEngine([]),
            duplicates=duplicates,
            packet_id=lambda source: ids[source.path.read_bytes()],
            on_error=failures.append,
        )
        seen = []
        try:
            seen.extend(told([packet]) for packet in reader.split_many(sources, workers=count))
        except InvalidConfiguration as error:
            seen.append(str(error))
        return seen, [(failure.source, str(failure.error)) for failure in failures]

    assert outcome(workers) == outcome(1)


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_packet_that_is_ready_earlier_waits_for_its_turn(is_async):
    ready = threading.Event()

    class First(io.BytesIO):
        def read(self, size=-1):
            assert ready.wait(60)
            return super().read(size)

    class Second(io.BytesIO):
        def read(self, size=-1):
            if not (data := super().read(size)):
                ready.set()
            return data

    data = make_pdf(["the same bytes"])
    sources = [Source(name="b", stream=First(data)), Source(name="a", stream=Second(data))]
    reader = SplitReader(CATEGORIES)
    packets = await of_async(reader, sources, workers=2) if is_async else list(reader.split_many(sources, workers=2))
    assert [packet.source.name for packet in packets] == ["b"]


@pytest.mark.parametrize("is_async", [False, True])
async def test_as_they_are_done_no_packet_waits_for_a_source_that_is_slow(is_async):
    """The first one goes on when all others have been taken."""
    ready = threading.Event()

    class First(io.BytesIO):
        def read(self, size=-1):
            assert ready.wait(20)
            return super().read(size)

    others = [Source(name=f"{number}", data=make_pdf([f"packet {number}"])) for number in range(5)]
    sources = [Source(name="slow", stream=First(make_pdf(["slow"]))), *others]
    names = []

    def take(packet):
        names.append(packet.source.name)
        if len(names) == len(others):
            ready.set()

    reader = SplitReader(CATEGORIES)
    if is_async:
        async with aclosing(reader.asplit_many(sources, workers=2, ordered=False)) as packets:
            async for packet in packets:
                take(packet)
    else:
        for packet in reader.split_many(sources, workers=2, ordered=False):
            take(packet)
    assert names == [*(source.name for source in others), "slow"]


@pytest.mark.parametrize("is_async", [False, True])
async def test_as_they_are_done_one_of_two_twins_is_left_out(is_async):
    data = make_pdf(["the same bytes"])
    sources = [Source(name=name, data=data) for name in "abcdef"]
    reader = SplitReader(CATEGORIES)
    if is_async:
        packets = await of_async(reader, sources, workers=3, ordered=False)
    else:
        packets = list(reader.split_many(sources, workers=3, ordered=False))
    assert len(packets) == 1


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_packets_before_an_error_have_been_yielded(folder, workers):
    packets = SplitReader(CATEGORIES).split_many(folder, workers=workers)
    assert [next(packets).source.name for _ in range(3)] == ["00.pdf", "01.pdf", "02.pdf"]
    with pytest.raises(NotAPDF, match=r"03\.pdf"):
        next(packets)


def test_on_error_of_the_call_counts(folder):
    seen = []
    reader = SplitReader(CATEGORIES)
    assert len(list(reader.split_many(folder, workers=2, on_error=seen.append))) == 7
    assert [failure.source for failure in seen] == ["03.pdf", "05.pdf"]
    assert len(list(reader.split_many(folder, workers=2, on_error="skip"))) == 7
    with pytest.raises(NotAPDF):
        list(reader.split_many(folder, workers=2))


def test_functions_are_called_by_who_asks_for_packets_and_in_order(folder):
    threads, order = set(), []

    def note(failure):
        threads.add(threading.current_thread())
        order.append(failure.source)

    packets = SplitReader(CATEGORIES, on_error=note).split_many(folder, workers=3)
    order.extend(packet.source.name for packet in packets)
    assert threads == {threading.current_thread()}
    assert order == [f"{number:02}.pdf" for number in (0, 1, 2, 3, 4, 5, 6, 7, 9)]


def test_progress_and_password_are_asked_one_at_a_time(folder):
    busy, another, clashes = threading.Lock(), threading.Event(), []

    def alone(*_):
        if not busy.acquire(blocking=False):
            clashes.append("two at once")
            another.set()
            return
        if not clashes:
            another.wait(0.05)
        busy.release()

    reader = SplitReader(CATEGORIES, on_error="skip", progress=alone, password=alone)
    assert len(list(reader.split_many(folder, workers=3))) == 7
    assert not clashes


class Counting(ScriptedEngine):
    """The first call waits for a second one, but not for ever."""

    def __init__(self, *, is_remote, seconds):
        super().__init__([])
        self.is_remote = is_remote
        self.asked, self._seconds = [], seconds
        self._second = threading.Event()

    def split(self, packet, config):
        self.asked.append(packet.name)
        if len(self.asked) > 1:
            self._second.set()
        self._second.wait(self._seconds)
        return super().split(packet, config)

    async def asplit(self, packet, config):
        return await asyncio.to_thread(self.split, packet, config)


@pytest.mark.parametrize("is_remote", [True, False])
@pytest.mark.parametrize("is_async", [True, False])
async def test_who_does_not_expect_it_is_not_asked_for_two_packets_at_once(folder, is_remote, is_async):
    engine = Counting(is_remote=is_remote, seconds=0.5)
    reader = SplitReader(["a"], engine=engine)
    sources = [folder / "00.pdf", folder / "01.pdf"]
    packets = reader.asplit_many(sources) if is_async else reader.split_many(sources)
    await anext(packets) if is_async else next(packets)
    assert engine.asked == [sources[0].as_posix()]  # nothing is sent before it is wanted
    await packets.aclose() if is_async else packets.close()


@pytest.mark.parametrize("is_remote", [True, False])
@pytest.mark.parametrize("is_async", [True, False])
async def test_a_number_of_workers_counts_for_them_too(folder, is_remote, is_async):
    engine = Counting(is_remote=is_remote, seconds=60)
    reader = SplitReader(["a"], engine=engine, workers=2)
    sources = [folder / "00.pdf", folder / "01.pdf"]
    packets = await of_async(reader, sources) if is_async else list(reader.split_many(sources))
    assert len(packets) == len(engine.asked) == 2


def test_no_more_packets_are_ahead_than_two_a_worker(tmp_path):
    for number in range(20):
        (tmp_path / f"{number:02}.pdf").write_bytes(make_pdf(invoice(number)))
    seen = set()
    reader = SplitReader(CATEGORIES, progress=lambda step: seen.add(step.source))
    for taken, _ in enumerate(reader.split_many(tmp_path, workers=2), start=1):
        assert len(seen) <= taken + 4
    assert len(seen) == 20


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "2"])
def test_other_numbers_of_workers_are_refused(folder, workers):
    with pytest.raises(InvalidConfiguration, match="workers"):
        SplitReader(CATEGORIES, workers=workers)
    with pytest.raises(InvalidConfiguration, match="workers"):
        SplitReader(CATEGORIES).split_many(folder, workers=workers)


def test_no_packet_at_all(tmp_path):
    assert list(SplitReader(CATEGORIES, on_error="skip").split_many([tmp_path / "none.pdf"], workers=2)) == []
