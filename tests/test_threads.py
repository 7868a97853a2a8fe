import asyncio
import gc
import threading

import pytest

from splitreader._threads import in_thread


@pytest.mark.parametrize("is_aborted", [True, False])
async def test_the_loop_does_not_complain_of_what_nobody_waits_for_any_more(is_aborted):
    complaints = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["message"]))
    begun, called_off = threading.Event(), threading.Event()

    def fail():
        begun.set()
        called_off.wait(10)
        raise OSError("the process died")

    task = asyncio.create_task(in_thread(fail, abort=called_off.set if is_aborted else None))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    called_off.set()
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)
    await asyncio.sleep(0)
    del task
    gc.collect()
    assert not complaints
