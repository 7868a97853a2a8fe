import threading

import pytest

from splitreader import EngineAnswer, EngineError, ProposedSegment, SplitReader
from splitreader.testing import ScriptedEngine


async def test_a_function_script_blocks_a_thread_and_not_the_event_loop(sample):
    threads = []

    def script(packet):
        threads.append(threading.current_thread())
        pages = range(1, packet.page_count + 1)
        return EngineAnswer(segments=[ProposedSegment(category="a", pages=pages, confidence="high")])

    engine = ScriptedEngine(script)
    result = await SplitReader(["a"], engine=engine).asplit(sample)
    assert [segment.pages for segment in result.segments] == [tuple(range(1, 15))]
    assert threads[0] is not threading.main_thread()
    assert engine.calls == 1


async def test_what_a_function_script_raises_comes_through(sample):
    def script(packet):
        raise EngineError("busy")

    with pytest.raises(EngineError, match="busy"):
        await SplitReader(["a"], engine=ScriptedEngine(script)).asplit(sample)


async def test_a_list_is_answered_with_the_job_id(sample):
    engine = ScriptedEngine([("a", range(1, 15))], job_id="job-7")
    assert (await SplitReader(["a"], engine=engine).asplit(sample)).job_id == "job-7"
