"""The LLM engine's cases through a LangChain chat model."""

import pytest
from langchain_core.language_models import BaseChatModel, FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage, convert_to_openai_messages
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr, create_model

from langchain_splitreader import LangChainModel, LLMEngine, SplitLoader
from splitreader import InvalidConfiguration, SplitReader
from splitreader.engines.llm import Message, Model
from support.llm_cases import CASES, CONFIG, FAILING, TRUTH, Brain, Case, check_through, text_of
from support.pdfs import make_pdf, make_scan

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
@pytest.mark.parametrize("name", CASES | FAILING)
def test_outcome_and_calls(name, kind):
    check_through(name, kind, lambda brain: LangChainModel(ScriptedChat(brain)))


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
    assert LangChainModel(FakeListChatModel(responses=["{}"]), name="mine").name == "mine"
    assert LangChainModel(FakeListChatModel(responses=["{}"]), name="mine").is_remote
    with pytest.raises(InvalidConfiguration, match="chat_model is str; give a chat model of LangChain"):
        LangChainModel("gpt")


def test_its_name_tells_what_answers_depend_on():
    class Served(ScriptedChat):
        base_url: str = "http://user:secret@localhost:11434/v1?key=secret"
        temperature: float = 0.5

    assert LangChainModel(Served(Brain(Case()))).name == "Served scripted at localhost:11434/v1 temperature 0.5"


def test_a_chat_model_that_does_not_tell_its_model_needs_a_name():
    with pytest.raises(InvalidConfiguration, match="FakeListChatModel does not say which model it asks; give name="):
        LangChainModel(FakeListChatModel(responses=["{}"]))


@pytest.mark.parametrize(
    "field", ["model", "model_name", "model_id", "deployment_name", "azure_deployment", "engine", "repo_id"]
)
def test_models_of_different_names_have_different_names(field):
    kind = create_model("Hosted", __base__=FakeListChatModel, **{field: (str | None, None)})
    names = [LangChainModel(kind(responses=["{}"], **{field: model})).name for model in ("claude", "llama")]
    assert names == ["Hosted claude", "Hosted llama"]
    with pytest.raises(InvalidConfiguration, match="give name="):
        LangChainModel(kind(responses=["{}"]))


def test_a_deployment_is_named_beside_its_model():
    class Azure(FakeListChatModel):
        model_name: str = "gpt-4o"
        deployment_name: str = "mine"
        azure_endpoint: str = "https://me.openai.azure.com/"

    assert LangChainModel(Azure(responses=["{}"])).name == "Azure gpt-4o mine at me.openai.azure.com/"


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
    (said,) = convert_to_openai_messages([asked])
    assert said["content"][1]["image_url"]["url"] == "data:image/png;base64,iVBORw0KGgo="


def test_pages_are_shown_through_it():
    seen = []

    class Looking(ScriptedChat):
        def _generate(self, messages, stop=None, run_manager=None, **kwargs):
            seen.append([[block["type"] for block in message.content] for message in messages[1:]])
            messages = [messages[0], HumanMessage(messages[1].content[0]["text"])]
            return super()._generate(messages, stop, run_manager, **kwargs)

    categories = {category.name: category.description for category in CONFIG.categories}
    engine = LLMEngine(LangChainModel(Looking(Brain(Case()))), vision=True)
    documents = SplitReader(categories, engine=engine, ocr="off").load(make_scan(["one"] * 8))
    assert seen == [[["text", *["image"] * 8]]]
    assert [document.metadata["category"] for document in documents] == [category for category, _ in TRUTH[:2]]
