"""The LLM engine's cases through a LlamaIndex LLM."""

import pytest
from llama_index.core.llms import ChatResponse, CompletionResponse, CustomLLM, LLMMetadata, MockLLM
from pydantic import PrivateAttr, create_model

from llama_index.readers.splitreader import LlamaIndexModel, LLMEngine, SplitPDFReader
from splitreader import InvalidConfiguration, SplitReader
from splitreader.engines.llm import Message, Model
from support.llm_cases import CASES, CONFIG, FAILING, TRUTH, Brain, Case, check_through, text_of
from support.pdfs import make_pdf, make_scan


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
@pytest.mark.parametrize("name", CASES | FAILING)
def test_outcome_and_calls(name, kind):
    check_through(name, kind, lambda brain: LlamaIndexModel(ScriptedLLM(brain)))


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
    assert LlamaIndexModel(MockLLM(), name="mine").is_remote
    with pytest.raises(InvalidConfiguration, match="llm is str; give an LLM of LlamaIndex"):
        LlamaIndexModel("gpt")


def test_its_name_tells_what_answers_depend_on():
    class Served(ScriptedLLM):
        api_base: str = "http://user:secret@localhost:11434/v1?key=secret"
        temperature: float = 0.5

    assert LlamaIndexModel(Served(Brain(Case()))).name == "custom_llm scripted at localhost:11434/v1 temperature 0.5"


def test_an_llm_that_does_not_tell_its_model_needs_a_name():
    with pytest.raises(InvalidConfiguration, match="MockLLM does not say which model it asks; give name="):
        LlamaIndexModel(MockLLM())


@pytest.mark.parametrize(
    "field", ["model", "model_name", "model_id", "deployment_name", "azure_deployment", "engine", "repo_id"]
)
def test_llms_of_different_names_have_different_names(field):
    names = []
    for model in ("claude", "llama"):
        kind = create_model("Hosted", __base__=MockLLM, **{field: (str, model)})
        names.append(LlamaIndexModel(kind()).name)
    assert names == ["MockLLM claude", "MockLLM llama"]


def test_a_deployment_is_named_beside_its_model():
    class Azure(ScriptedLLM):
        model: str = "scripted"
        engine: str = "mine"
        azure_endpoint: str = "https://me.openai.azure.com/"

    assert LlamaIndexModel(Azure(Brain(Case()))).name == "custom_llm scripted mine at me.openai.azure.com/"


def test_llms_that_count_no_tokens():
    reply = LlamaIndexModel(MockLLM(), name="mine").complete([Message(role="user", text="hello")], {})
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
    assert image.image_mimetype == "image/png"


def test_pages_are_shown_through_it():
    seen = []

    class Looking(ScriptedLLM):
        def chat(self, messages, **kwargs):
            seen.append([[block.block_type for block in message.blocks] for message in messages[1:]])
            return super().chat(messages, **kwargs)

    categories = {category.name: category.description for category in CONFIG.categories}
    engine = LLMEngine(LlamaIndexModel(Looking(Brain(Case()))), vision=True)
    documents = SplitReader(categories, engine=engine, ocr="off").load(make_scan(["one"] * 8))
    assert seen == [[["text", *["image"] * 8]]]
    assert [document.metadata["category"] for document in documents] == [category for category, _ in TRUTH[:2]]
