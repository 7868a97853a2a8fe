import asyncio
import threading

import psutil
import pytest
from blockbuster import BlockBuster

from splitreader import DamagedPDF, EmbeddedEngine, SourceNotFound, SplitReader
from splitreader.testing import ScriptedEngine
from support.pdfs import make_pdf


@pytest.fixture
def no_blocking():
    """Any blocking call on the event loop raises."""
    guard = BlockBuster()
    guard.activate()
    yield
    guard.deactivate()


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "packets"
    folder.mkdir()
    for number in (1, 2, 3):
        (folder / f"{number}.pdf").write_bytes(make_pdf([f"Invoice {number} page {page}" for page in range(number)]))
    return folder


class ThreadNoting(EmbeddedEngine):
    threads: set[threading.Thread] = set()  # noqa: RUF012  # shared on purpose

    def split(self, packet, config):
        ThreadNoting.threads.add(threading.current_thread())
        return super().split(packet, config)


async def test_async_equals_sync_and_blocks_nothing(folder, sample, sample_categories, no_blocking):
    reader = SplitReader(sample_categories)
    expected = await asyncio.to_thread(lambda: (reader.load([sample, folder]), reader.split(sample)))
    assert (await reader.aload([sample, folder]), await reader.asplit(sample)) == expected


async def test_the_work_runs_in_other_threads(folder, no_blocking):
    seen = set()
    reader = SplitReader(
        ["invoice"],
        engine=ThreadNoting(),
        metadata=lambda source: seen.add(threading.current_thread()) or {},
        progress=lambda step: seen.add(threading.current_thread()),
    )
    await reader.aload(folder)
    assert threading.current_thread() not in seen | ThreadNoting.threads
    assert seen
    assert ThreadNoting.threads


async def test_the_loop_goes_on_while_a_packet_is_read(tmp_path):
    path = tmp_path / "long.pdf"
    path.write_bytes(make_pdf(["text " * 100] * 300))
    turns = 0

    async def count():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counter = asyncio.create_task(count())
    await SplitReader(["invoice"]).asplit(path)
    counter.cancel()
    assert turns > 100


async def test_errors_are_the_same_as_in_sync(folder):
    (folder / "2.pdf").write_bytes(make_pdf(["x"] * 3)[:900])
    documents = SplitReader(["invoice"]).alazy_load(folder)
    assert (await anext(documents)).metadata["source"] == "1.pdf"
    with pytest.raises(DamagedPDF, match=r"2\.pdf"):
        await anext(documents)
    with pytest.raises(SourceNotFound):
        await SplitReader(["invoice"]).aload("nowhere.pdf")


async def test_nothing_is_left_when_the_generator_is_dropped_half_way(folder, no_blocking):
    documents = SplitReader(["invoice"]).alazy_load(folder)
    await anext(documents)
    await documents.aclose()
    assert await asyncio.to_thread(lambda: psutil.Process().children(recursive=True)) == []


@pytest.mark.skipif(not hasattr(psutil.Process, "suspend"), reason="needs stopped processes")
async def test_a_cancelled_load_ends_at_once_and_leaves_no_process(tmp_path):
    path = tmp_path / "long.pdf"
    path.write_bytes(make_pdf(["text " * 100] * 300))
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop_the_worker(step):
        if step.page == 1:
            for process in psutil.Process().children():
                process.suspend()
            loop.call_soon_threadsafe(begun.set)

    task = asyncio.create_task(SplitReader(["invoice"], progress=stop_the_worker).aload(path))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert psutil.Process().children(recursive=True) == []


async def test_several_packets_side_by_side(folder):
    reader = SplitReader(["a"], engine=ScriptedEngine([]))
    results = await asyncio.gather(*(reader.asplit(folder / f"{number}.pdf") for number in (1, 2, 3)))
    assert [result.page_count for result in results] == [1, 2, 3]


async def test_a_native_engine_is_awaited_on_the_loop(folder):
    class Native(ScriptedEngine):
        async def asplit(self, packet, config):
            self.thread = threading.current_thread()
            return self.split(packet, config)

    engine = Native([])
    await SplitReader(["a"], engine=engine).asplit(folder / "1.pdf")
    assert engine.thread is threading.current_thread()


async def test_a_password_function_that_raises_stop_iteration_hangs_nothing(folder):
    with pytest.raises(RuntimeError, match="StopIteration"):
        await SplitReader(["a"], password=lambda source: next(iter(()))).aload(folder)


async def test_a_function_that_raises_stop_iteration_hangs_nothing(folder):
    reader = SplitReader(["a"], engine=ScriptedEngine([]), metadata=lambda source: {"x": next(iter(()))})
    with pytest.raises(RuntimeError, match="StopIteration"):
        await reader.aload(folder)
