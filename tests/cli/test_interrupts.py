"""Ctrl-C in the middle of what is drawn."""

import signal
import threading

import pytest
from rich.console import Console

from splitreader.cli._interrupts import interrupts_held_back
from splitreader.cli._progress import job_line, progress_bar
from splitreader.pdf._reading import Progress
from splitreader.wire import SplitJob

pytestmark = pytest.mark.usefixtures("hears_ctrl_c")

SHOWN, HIDDEN = "\x1b[?25h", "\x1b[?25l"
"""What shows the cursor of a terminal, and hides it."""


@pytest.fixture
def _terminal(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")


def interrupts(monkeypatch, name):
    """Ctrl-C comes as soon as rich calls this method of its console."""
    original = getattr(Console, name)

    def interrupted(self, *arguments):
        monkeypatch.setattr(Console, name, original)
        signal.raise_signal(signal.SIGINT)
        return original(self, *arguments)

    monkeypatch.setattr(Console, name, interrupted)


def test_what_is_held_back_ends_first():
    done = []

    def work():
        with interrupts_held_back():
            signal.raise_signal(signal.SIGINT)
            done.append("the rest")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["the rest"]


def test_an_error_does_not_swallow_it():
    def fails():
        with interrupts_held_back():
            signal.raise_signal(signal.SIGINT)
            raise ValueError

    with pytest.raises(KeyboardInterrupt):
        fails()


def test_ctrl_c_is_heard_again_afterwards():
    with interrupts_held_back():
        pass
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_other_threads_leave_it_alone():
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def look():
        with interrupts_held_back():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [before]


@pytest.mark.usefixtures("_terminal")
@pytest.mark.parametrize("moment", ["push_render_hook", "pop_render_hook", "show_cursor"])
def test_a_bar_half_drawn_is_still_taken_away(moment, monkeypatch, capfd):
    def draw():
        with progress_bar() as show:
            interrupts(monkeypatch, moment)
            show(Progress(source="packet.pdf", page=1, pages_read=1, pages_wanted=2))

    with pytest.raises(KeyboardInterrupt):
        draw()
    assert_cursor_is_back(capfd)


@pytest.mark.usefixtures("_terminal")
@pytest.mark.parametrize("moment", ["push_render_hook", "pop_render_hook", "show_cursor"])
def test_so_is_the_line_of_a_job(moment, monkeypatch, capfd):
    job = SplitJob.model_construct(id="spl-1", status="processing")

    def draw():
        with job_line() as line:
            interrupts(monkeypatch, moment)
            line.show(job)

    with pytest.raises(KeyboardInterrupt):
        draw()
    assert_cursor_is_back(capfd)


def assert_cursor_is_back(capfd):
    drawn = capfd.readouterr().err
    assert drawn.rfind(SHOWN) > drawn.rfind(HIDDEN) >= 0
