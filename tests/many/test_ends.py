"""However a call ends, nothing of it is left."""

import asyncio
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import CancelledError, Future
from contextlib import aclosing
from functools import partial

import httpx
import psutil
import pytest
from blockbuster import BlockBuster

from many.conftest import CATEGORIES
from splitreader import InvalidConfiguration, LlamaCloudEngine, SplitReader
from splitreader._many import _in_threads
from splitreader.testing import ScriptedEngine

needs_suspend = pytest.mark.skipif(not hasattr(psutil.Process, "suspend"), reason="needs stopped processes")


@pytest.fixture
def no_blocking():
    guard = BlockBuster()
    guard.activate()
    yield
    guard.deactivate()


def hanging(folder):
    """A call that has given a packet, and whose worker processes do nothing any more."""
    packets = SplitReader(CATEGORIES, on_error="skip").split_many(folder, workers=3)
    next(packets)
    workers = psutil.Process().children(recursive=True)
    assert workers
    for worker in workers:
        worker.suspend()
    return packets


@needs_suspend
def test_closing_the_generator(folder, nothing_is_left):
    hanging(folder).close()
    nothing_is_left()


@needs_suspend
def test_dropping_the_generator(folder, nothing_is_left):
    packets = hanging(folder)
    del packets
    nothing_is_left()


def test_an_error_of_who_takes_the_packets(folder, nothing_is_left):
    def take():
        for packet in SplitReader(CATEGORIES).split_many(folder, workers=2):
            raise KeyError(packet.source.name)

    with pytest.raises(KeyError):
        take()
    nothing_is_left()


def test_an_error_of_a_packet(folder, nothing_is_left):
    def stop(failure):
        raise ZeroDivisionError(failure.source)

    with pytest.raises(ZeroDivisionError):
        list(SplitReader(CATEGORIES, on_error=stop).split_many(folder, workers=2))
    nothing_is_left()


def test_a_bug_of_an_engine_comes_out_at_its_packet(folder, nothing_is_left):
    def bug(packet):
        raise ZeroDivisionError(packet.name)

    with pytest.raises(ZeroDivisionError, match=r"00\.pdf"):
        list(SplitReader(["a"], engine=ScriptedEngine(bug), on_error="skip").split_many(folder, workers=2))
    nothing_is_left()


def test_the_end(folder, nothing_is_left):
    assert len(list(SplitReader(CATEGORIES, on_error="skip").split_many(folder, workers=3))) == 7
    nothing_is_left()


@needs_suspend
@pytest.mark.parametrize("ordered", [True, False])
async def test_cancelling_the_task(folder, nothing_is_left, ordered):
    begun = asyncio.Event()

    async def take():
        async with aclosing(
            SplitReader(CATEGORIES, on_error="skip").asplit_many(folder, workers=3, ordered=ordered)
        ) as packets:
            await anext(packets)
            for worker in psutil.Process().children(recursive=True):
                worker.suspend()
            begun.set()
            async for _ in packets:
                pass

    task = asyncio.create_task(take())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.to_thread(nothing_is_left)


async def test_cancelling_while_the_packets_are_looked_up():
    begun, go_on, told = asyncio.Event(), threading.Event(), []
    loop = asyncio.get_running_loop()

    def sources():
        loop.call_soon_threadsafe(begun.set)
        told.append(go_on.wait(20))
        yield "nowhere.pdf"

    task = asyncio.create_task(anext(SplitReader(CATEGORIES, on_error="skip").asplit_many(sources())))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert told == []
    go_on.set()


async def test_the_loop_is_never_blocked(folder, nothing_is_left, no_blocking):
    reader = SplitReader(CATEGORIES, on_error="skip")
    packets = reader.asplit_many(folder, workers=2)
    assert len([await anext(packets) for _ in range(2)]) == 2
    await packets.aclose()
    assert len([packet async for packet in reader.asplit_many(folder, workers=2)]) == 7
    await asyncio.to_thread(nothing_is_left)


def test_a_remote_engine_that_waits_is_called_off(folder, nothing_is_left):
    class Service(ScriptedEngine):
        is_remote = True

        def __init__(self):
            super().__init__([])
            self.cancelled, self.waits = [], threading.Event()

        async def asplit(self, packet, config):
            if packet.name == "00.pdf":
                return self.split(packet, config)
            self.waits.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled.append(packet.name)
                raise

    engine = Service()
    packets = SplitReader(["a"], engine=engine).split_many(folder, workers=2)
    next(packets)
    assert engine.waits.wait(60)
    packets.close()
    assert engine.cancelled
    nothing_is_left()


@needs_suspend
@pytest.mark.usefixtures("hears_ctrl_c")
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process")
@pytest.mark.parametrize("keeps_a_reference", [True, False])
def test_ctrl_c(folder, keeps_a_reference):
    """In a process of its own, whose workers hang."""
    code = f"""
        import psutil
        from splitreader import SplitReader

        packets = SplitReader({CATEGORIES!r}, on_error="skip").split_many({str(folder)!r}, workers=2)
        next(packets)
        workers = psutil.Process().children(recursive=True)
        for worker in workers:
            worker.suspend()
        print(*(worker.pid for worker in workers), flush=True)
        {"list(packets)" if keeps_a_reference else "for packet in packets: pass"}
        """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        workers = [psutil.Process(int(pid)) for pid in program.stdout.readline().split()]
        program.send_signal(signal.SIGINT)
        _, said = program.communicate(timeout=60)
    assert said.strip().endswith("KeyboardInterrupt")
    assert workers
    assert psutil.wait_procs(workers, timeout=10)[1] == []


def test_a_program_may_end_in_the_middle_of_a_call(folder):
    code = f"""
        import psutil
        from splitreader import SplitReader

        packets = SplitReader({CATEGORIES!r}, on_error="skip").split_many({str(folder)!r}, workers=2)
        next(packets)
        workers = psutil.Process().children(recursive=True)
        for worker in workers:
            worker.suspend()
        print(*(worker.pid for worker in workers), flush=True)
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""
    workers = [psutil.Process(int(pid)) for pid in done.stdout.split() if psutil.pid_exists(int(pid))]
    assert psutil.wait_procs(workers, timeout=10)[1] == []


@pytest.mark.parametrize("closes_turns", [True, False])
def test_what_has_begun_waits_for_nothing_that_never_begins(monkeypatch, closes_turns):
    """A call ends while the waiting ones are cancelled: the thread that gets free takes the next that is left."""
    turns, go, begun = _in_threads._Turns(), threading.Event(), threading.Semaphore(0)
    freed = threading.Semaphore(0)

    def work(number):
        try:
            with turns.turn(number):
                pass
            if number in (1, 2, 3):
                begun.release()
                assert go.wait(60)
            return number
        finally:
            turns.end(number)
            freed.release()

    cancel = Future.cancel

    def slow_cancel(future):
        cancelled = cancel(future)
        if cancelled and not go.is_set():
            while freed.acquire(blocking=False):
                pass
            go.set()
            assert freed.acquire(timeout=60)
            for _ in range(3):
                freed.acquire(timeout=0.1)  # time to take up another, which may be one that waits for ever
        return cancelled

    monkeypatch.setattr(Future, "cancel", slow_cancel)
    calls = (partial(work, number) for number in range(10))
    abort = turns.close if closes_turns else lambda: None
    packets = _in_threads._ahead(calls, threads=3, ordered=True, abort=abort)
    assert next(packets) == 0
    for _ in range(3):
        assert begun.acquire(timeout=60)
    closing = threading.Thread(target=packets.close, daemon=True)
    closing.start()
    closing.join(20)
    assert not closing.is_alive()


def test_nobody_waits_for_a_turn_after_the_close():
    turns, ended = _in_threads._Turns(), []

    def wait():
        try:
            with turns.turn(1):
                ended.append("turn")
        except CancelledError:
            ended.append("closed")

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    turns.close()
    waiting.join(20)
    wait()
    assert ended == ["closed", "closed"]


@pytest.mark.parametrize("is_async", [True, False])
async def test_an_engine_that_lacks_a_client_is_refused_before_anything_begins(folder, is_async):
    with httpx.Client() as client:
        engine = LlamaCloudEngine(api_key="llx-test", http_client=client)
        reader = SplitReader(CATEGORIES, engine=engine, on_error="skip")
        first = (
            anext(reader.asplit_many(folder, workers=2))
            if is_async
            else asyncio.to_thread(list, reader.split_many(folder, workers=2))
        )
        with pytest.raises(InvalidConfiguration, match="give it, too, or split one at a time"):
            await first
    assert psutil.Process().children() == []
