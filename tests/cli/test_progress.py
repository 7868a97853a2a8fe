import io
import threading

from rich.console import Console

from splitreader.cli._progress import PageBars
from splitreader.pdf._reading import Progress


def bars():
    return PageBars(Console(file=io.StringIO(), force_terminal=True, width=80))


def step(source, page, pages=3):
    return Progress(source=source, page=page, pages_read=page, pages_wanted=pages)


def shown(own):
    return own._bars.live.is_started, [task.description for task in own._bars.tasks]


def test_packets_read_side_by_side_have_a_bar_each():
    own = bars()
    own(step("a.pdf", 1))
    own(step("b.pdf", 1))
    own(step("a.pdf", 2))
    assert shown(own) == (True, ["a.pdf", "b.pdf"])
    own(step("a.pdf", 3))
    assert shown(own) == (True, ["b.pdf"])
    own(step("b.pdf", 3))
    assert shown(own) == (False, [])


def test_nothing_is_drawn_while_results_are_printed():
    own = bars()
    own(step("a.pdf", 1))
    reads = threading.Thread(target=own, args=[step("b.pdf", 1)])
    with own.apart():
        reads.start()
        assert shown(own) == (False, ["a.pdf"])
    reads.join()
    assert shown(own) == (True, ["a.pdf", "b.pdf"])
    with own.apart():
        pass


def test_a_packet_that_failed_half_way_loses_its_bar():
    own = bars()
    own(step("a.pdf", 1))
    with own.apart("a.pdf"):
        pass
    own(step("b.pdf", 1))
    assert shown(own) == (True, ["b.pdf"])
    with own.apart():
        pass
