"""The LLM engine's cases through a LlamaIndex LLM."""

import pytest
from llama_index.core.llms import ChatResponse, CompletionResponse, CustomLLM, LLMMetadata, MockLLM
from pydantic import PrivateAttr

from llama_index.readers.splitreader import LlamaIndexModel, LLMEngine, SplitPDFReader
from splitreader import InvalidConfiguration, ModelError, SplitReader
from splitreader.engines.llm import Message, Model
from support.llm_cases import CASES, CONFIG, FAILING, TRUTH, Brain, Case, check, engine_of, split, text_of
from support.pdfs import make_pdf

ALL = CASES | FAILING


class ScriptedLLM(CustomLLM):
    """Says what a case says."""

    _brain: Brain = PrivateAttr()

    def __init__(self, brain):
        super().__init__()
        self._brain = brain

    @property
    def metadata(self):
        return LLMMetadata(model_name="scripted")

    def chat(self, messages, **kwargs):
        answer = self._brain.say([(message.role.value, message.content) for message in messages])
        counts = {"prompt_tokens": answer.input_tokens, "completion_tokens": answer.output_tokens}
        return ChatResponse(message={"role": "assistant", "content": text_of(answer)}, additional_kwargs=counts)

    def complete(self, prompt, **kwargs):
        return CompletionResponse(text="never asked")

    def stream_complete(self, prompt, **kwargs):
        yield self.complete(prompt)


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("name", ALL)
def test_outcome_and_calls(name, kind):
    brain = Brain(ALL[name])
    answer = split(engine_of(LlamaIndexModel(ScriptedLLM(brain))), kind)
    assert brain.calls == ALL[name].calls
    check(ALL[name], answer)
    if ALL[name].outcome == "error":
        assert isinstance(answer, ModelError)
        assert isinstance(answer.__cause__, ConnectionError)
        assert "line went dead" not in str(answer)
    else:
        assert answer.usage["output_tokens"] == 10 * (brain.calls - (name in FAILING))


def test_a_reader_with_it():
    categories = {category.name: category.description for category in CONFIG.categories}
    engine = LLMEngine(LlamaIndexModel(ScriptedLLM(Brain(Case()))))
    reader = SplitPDFReader(reader=SplitReader(categories, engine=engine))
    documents = reader.load_data(make_pdf(["Copper kettles."] * 3 + ["Geese crossed the pond."] * 5))
    assert [document.metadata["category"] for document in documents] == [category for category, _ in TRUTH[:2]]


def test_what_it_is():
    model = LlamaIndexModel(ScriptedLLM(Brain(Case())), is_remote=False)
    assert isinstance(model, Model)
    assert (model.name, model.is_remote) == ("custom_llm scripted", False)
    assert repr(model) == "LlamaIndexModel('custom_llm scripted')"
    assert LlamaIndexModel(MockLLM(), name="mine").name == "mine"
    assert LlamaIndexModel(MockLLM()).is_remote
    with pytest.raises(InvalidConfiguration, match="llm is str; give an LLM of LlamaIndex"):
        LlamaIndexModel("gpt")


def test_llms_that_count_no_tokens():
    reply = LlamaIndexModel(MockLLM()).complete([Message(role="user", text="hello")], {})
    assert (reply.input_tokens, reply.output_tokens) == (None, None)
    assert "hello" in reply.text


def test_pictures_are_shown():
    seen = []

    class Looking(ScriptedLLM):
        def chat(self, messages, **kwargs):
            seen.extend(messages)
            return ChatResponse(message={"role": "assistant", "content": "{}"})

    picture = b"\x89PNG\r\n\x1a\n"
    LlamaIndexModel(Looking(Brain(Case()))).complete([Message(role="user", text="hello", images=(picture,))], {})
    text, image = seen[0].blocks
    assert text.text == "hello"
    assert image.resolve_image().read() == picture
