"""Who gets which workers, and how many there are."""

import os

import pytest

from splitreader import EmbeddedEngine, Limits, SplitReader
from splitreader._many import Crew, Size, size_of
from splitreader.testing import ScriptedEngine


@pytest.mark.parametrize(
    ("processes", "packets", "at_once", "helpers"),
    [
        (4, 1, 4, [3]),
        (4, 2, 4, [1, 1]),
        (4, 3, 4, [0, 0, 1]),
        (4, 9, 4, [0, 0, 0, 0]),
        (8, 3, 8, [1, 2, 2]),
        (4, 9, 1, [3]),
        (1, 9, 1, [0]),
    ],
)
def test_workers_that_no_other_packet_wants_are_helpers(processes, packets, at_once, helpers):
    with Crew(Limits(), Size(processes=processes, packets=at_once), packets=packets) as crew:
        assert [len(crew.lend().helpers) for _ in helpers] == helpers


def test_what_was_lent_comes_back():
    with Crew(Limits(), Size(processes=3, packets=2), packets=9) as crew:
        first, second = crew.lend(), crew.lend()
        assert (len(first.helpers), len(second.helpers)) == (0, 1)
        crew.take_back(second)
        assert crew.lend().worker is second.worker


@pytest.mark.parametrize(
    ("options", "packets"),
    [
        ({}, 3),
        ({"ocr": "off"}, 3),
        ({"ocr": lambda picture: ""}, 1),
        ({"engine": ScriptedEngine([])}, 1),
        ({"engine": EmbeddedEngine(embedding=lambda texts: [[0.0] for _ in texts])}, 1),
    ],
)
def test_none_is_a_process_for_each_cpu(options, packets, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 4, 7}, raising=False)
    pipeline = SplitReader(["a"], **options)._pipeline
    assert size_of(None, pipeline) == Size(processes=3, packets=packets)
    assert size_of(5, pipeline) == Size(processes=5, packets=5)
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert size_of(None, pipeline) == Size(processes=3, packets=packets)
