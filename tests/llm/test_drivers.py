"""Who runs the questions: what is left when a split ends early, and what the questions see of their caller."""

import threading
from contextvars import ContextVar

import pytest

from splitreader import OutputError, SplitConfig
from splitreader.engines.llm import LLMEngine
from support.told_model import Texts, ToldModel, row

LONG = 5
"""Seconds after which a question that nobody lets go ends by itself, so that a test fails and does not hang."""

PAGES = [f"INVOICE\nInvoice No: INV-{number}\nAmount due 610.00" for number in range(1001, 1009)]
CONFIG = SplitConfig.build(["invoice", "contract"])


class Interrupted(ToldModel):
    """Raises in the first question while the second one is out.

    Args:
        error: what it raises.
    """

    def __init__(self, error):
        super().__init__(lambda item: row(item["page"], "invoice", starts=True))
        self.error = error
        self.begun, self.let_go, self.ended = threading.Event(), threading.Event(), threading.Event()

    def complete(self, messages, schema):
        reply = super().complete(messages, schema)
        if reply.text.startswith('{"pages": [{"page": 1,'):
            self.begun.wait(LONG)
            raise self.error
        self.begun.set()
        self.let_go.wait(LONG)
        self.ended.set()
        return reply


def split(model):
    return LLMEngine(model, window=4, overlap=0, max_concurrent=2).split(Texts(PAGES), CONFIG)


def test_an_interrupt_does_not_wait_for_the_questions_that_are_out():
    model = Interrupted(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        split(model)
    waited = model.ended.is_set()
    model.let_go.set()
    assert not waited
    assert model.ended.wait(LONG)


def test_after_an_error_no_question_is_left_running():
    model = Interrupted(OutputError("no room"))
    threading.Timer(0.05, model.let_go.set).start()
    with pytest.raises(OutputError):
        split(model)
    assert model.ended.is_set()


def test_questions_see_the_context_of_the_caller():
    tracer = ContextVar("tracer", default="none")
    seen = []

    class Traced(ToldModel):
        def complete(self, messages, schema):
            seen.append(tracer.get())
            return super().complete(messages, schema)

    tracer.set("mine")
    split(Traced(lambda item: row(item["page"], "invoice", starts=True)))
    assert seen == ["mine", "mine"]
