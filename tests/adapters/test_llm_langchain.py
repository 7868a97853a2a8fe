"""The LLM engine's cases through a LangChain chat model."""

import pytest
from langchain_core.language_models import BaseChatModel, FakeListChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from langchain_splitreader import LangChainModel, LLMEngine, SplitLoader
from splitreader import InvalidConfiguration, ModelError, SplitReader
from splitreader.engines.llm import Message, Model
from support.llm_cases import CASES, CONFIG, FAILING, TRUTH, Brain, Case, check, engine_of, split, text_of
from support.pdfs import make_pdf

ALL = CASES | FAILING
ROLES = {"system": "system", "human": "user", "ai": "assistant"}


class ScriptedChat(BaseChatModel):
    """Says what a case says."""

    model_name: str = "scripted"
    _brain: Brain = PrivateAttr()

    def __init__(self, brain):
        super().__init__()
        self._brain = brain

    @property
    def _llm_type(self):
        return "scripted"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        answer = self._brain.say([(ROLES[message.type], message.content) for message in messages])
        used = {
            "input_tokens": answer.input_tokens,
            "output_tokens": answer.output_tokens,
            "total_tokens": answer.input_tokens + answer.output_tokens,
        }
        said = AIMessage(
            text_of(answer), usage_metadata=used, response_metadata={"finish_reason": answer.finish_reason}
        )
        return ChatResult(generations=[ChatGeneration(message=said)])


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("name", ALL)
def test_outcome_and_calls(name, kind):
    brain = Brain(ALL[name])
    answer = split(engine_of(LangChainModel(ScriptedChat(brain))), kind)
    assert brain.calls == ALL[name].calls
    check(ALL[name], answer)
    if ALL[name].outcome == "error":
        assert isinstance(answer, ModelError)
        assert isinstance(answer.__cause__, ConnectionError)
        assert "line went dead" not in str(answer)
    else:
        assert answer.usage["output_tokens"] == 10 * (brain.calls - (name in FAILING))


def test_a_loader_with_it():
    categories = {category.name: category.description for category in CONFIG.categories}
    reader = SplitReader(categories, engine=LLMEngine(LangChainModel(ScriptedChat(Brain(Case())))))
    pages = ["Copper kettles."] * 3 + ["Geese crossed the pond."] * 5
    documents = SplitLoader(make_pdf(pages), reader=reader, name="packet.pdf").load()
    assert [document.metadata["category"] for document in documents] == [category for category, _ in TRUTH[:2]]


def test_what_it_is():
    model = LangChainModel(ScriptedChat(Brain(Case())), is_remote=False)
    assert isinstance(model, Model)
    assert (model.name, model.is_remote) == ("ScriptedChat scripted", False)
    assert repr(model) == "LangChainModel('ScriptedChat scripted')"
    assert LangChainModel(FakeListChatModel(responses=["{}"])).name == "FakeListChatModel"
    assert LangChainModel(FakeListChatModel(responses=["{}"]), name="mine").name == "mine"
    assert LangChainModel(FakeListChatModel(responses=["{}"])).is_remote
    with pytest.raises(InvalidConfiguration, match="chat_model is str; give a chat model of LangChain"):
        LangChainModel("gpt")


HELLO = Message(role="user", text="hello")


def reply_to(message, question=HELLO):
    """What the model makes of a chat model's message, and what that one was asked."""
    seen = []

    class Saying(ScriptedChat):
        def _generate(self, messages, stop=None, run_manager=None, **kwargs):
            seen.extend(messages)
            return ChatResult(generations=[ChatGeneration(message=message)])

    return LangChainModel(Saying(Brain(Case()))).complete([question], {}), seen


def test_answers_in_blocks_and_without_usage():
    reply, _ = reply_to(AIMessage([{"type": "text", "text": '{"a"'}, {"type": "text", "text": ": 1}"}]))
    assert reply.text == '{"a": 1}'
    assert (reply.input_tokens, reply.output_tokens, reply.problem) == (None, None, None)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"response_metadata": {"finish_reason": "length"}}, "cut off"),
        ({"response_metadata": {"stop_reason": "max_tokens"}}, "cut off"),
        ({"response_metadata": {"done_reason": "length"}}, "cut off"),
        ({"response_metadata": {"stop_reason": "refusal"}}, "refused"),
        ({"response_metadata": {"finish_reason": "content_filter"}}, "filter withheld"),
        ({"additional_kwargs": {"refusal": "no"}}, "refused"),
    ],
)
def test_what_the_provider_says_of_its_answer(more, problem):
    reply, _ = reply_to(AIMessage("{}", **more))
    assert problem in reply.problem


def test_pictures_are_shown():
    picture = b"\x89PNG\r\n\x1a\n"
    _, (asked,) = reply_to(AIMessage("{}"), Message(role="user", text="hello", images=(picture,)))
    assert asked.content == [
        {"type": "text", "text": "hello"},
        {"type": "image", "base64": "iVBORw0KGgo=", "mime_type": "image/png"},
    ]
