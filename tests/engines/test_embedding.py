import math
import pickle

import pytest

from splitreader import (
    EmbeddedEngine,
    EngineError,
    Example,
    InvalidConfiguration,
    PageText,
    SplitConfig,
    SplitReader,
    split_pages,
)
from splitreader.engines.embedded.page_vectors import BATCH, MOST_DEVIATIONS, WORDS, with_nearness
from support.pdfs import make_pdf

CONFIG = SplitConfig.build({"marine": "ships and harbours", "farming": "orchards and fields", "invoice": None})
SHIP = "The vessel lay at the quay until the tide"
TREE = "Blossom had come early to the slope"


class Meaning:
    """Knows what the words of these tests mean; counts its calls."""

    SENSES = (("ship", "vessel", "quay"), ("orchard", "blossom", "slope"), ("invoice", "amount"))

    def __init__(self):
        self.calls = []

    def embed(self, texts):
        self.calls.append(list(texts))
        return [[sum(word in text.lower() for word in sense) + 0.1 for sense in self.SENSES] for text in texts]


def near(texts, embedding, config=CONFIG):
    pages = [PageText(page=number, text=text) for number, text in enumerate(texts, start=1)]
    return list(with_nearness(pages, config, embedding))


def test_the_model_decides_where_words_do_not():
    def categories(engine):
        config = CONFIG.model_copy(update={"allow_uncategorized": "forbid"})
        return [
            segment.category for text in (SHIP, TREE) for segment in split_pages([text], config, engine=engine).segments
        ]

    assert categories(EmbeddedEngine()) == ["marine", "marine"]
    assert categories(EmbeddedEngine(embedding=Meaning().embed)) == ["marine", "farming"]


def test_alone_it_gives_no_page_a_category_that_could_have_none():
    (segment,) = split_pages([TREE], CONFIG, engine=EmbeddedEngine(Meaning().embed)).segments
    assert segment.category == "uncategorized"


def test_the_categories_are_embedded_once_and_pages_in_batches_in_order():
    meaning = Meaning()
    texts = [f"page {number} vessel" for number in range(1, 2 * BATCH + 6)]
    result = split_pages(texts, CONFIG, engine=EmbeddedEngine(meaning.embed))
    assert meaning.calls[0] == ["marine: ships and harbours", "farming: orchards and fields", "invoice"]
    assert [len(call) for call in meaning.calls[1:]] == [BATCH, BATCH, 5]
    assert [text for call in meaning.calls[1:] for text in call] == texts
    assert sum(len(segment.pages) for segment in result.segments) == len(texts)


def test_no_more_than_a_batch_of_pages_is_held():
    read = []

    def pages():
        for number in range(200):
            read.append(number)
            yield f"page {number}"

    held = []

    def embed(texts):
        held.append(len(read) - sum(held))
        return [[1.0, 0.0]] * len(texts)

    split_pages(pages(), CONFIG, engine=EmbeddedEngine(embed))
    assert max(held) <= BATCH


def test_blank_and_unselected_pages_are_not_embedded():
    meaning = Meaning()
    config = CONFIG.model_copy(update={"target_pages": "1-3"})
    split_pages([SHIP, "  ", TREE, "secret"], config, engine=EmbeddedEngine(meaning.embed))
    assert meaning.calls[1:] == [[SHIP, TREE]]


def test_a_packet_of_blank_pages_asks_for_no_page():
    meaning = Meaning()
    split_pages(["", " "], CONFIG, engine=EmbeddedEngine(meaning.embed))
    assert len(meaning.calls) == 1


def test_only_the_first_words_are_sent():
    meaning = Meaning()
    split_pages(["word " * 1_000], CONFIG, engine=EmbeddedEngine(meaning.embed))
    assert meaning.calls[1][0].split() == ["word"] * WORDS


def test_nearness_is_standardised_and_bounded():
    ((_, values),) = near([SHIP], Meaning().embed)
    assert values[0] > 0 > values[1]
    assert math.isclose(sum(values), 0, abs_tol=1e-9)
    many = SplitConfig.build([f"kind {number}" for number in range(30)])
    ((_, values),) = near(["kind 3"], lambda texts: [[1.0, float(text == "kind 3")] for text in texts], many)
    assert max(values) == MOST_DEVIATIONS


def test_two_categories_that_are_all_but_the_same_are_told_apart_hardly():
    config = SplitConfig.build(["a", "b"])
    vectors = {"a": [1.0, 0.0], "b": [1.0, 0.01], "page": [1.0, 0.0]}
    ((_, values),) = near(["page"], lambda texts: [vectors[text] for text in texts], config)
    assert 0 < values[0] < 0.01


def test_a_vector_of_zeros_says_nothing():
    ((_, values),) = near([SHIP], lambda texts: [[0.0, 0.0]] * len(texts))
    assert values == (0.0, 0.0, 0.0)


def test_arrays_are_vectors():
    numpy = pytest.importorskip("numpy")
    ((_, values),) = near([SHIP], lambda texts: numpy.array(Meaning().embed(texts), dtype="float32"))
    assert values[0] > 0


def fails(texts):
    raise RuntimeError("out of memory")


@pytest.mark.parametrize(
    ("embedding", "said"),
    [
        (fails, r"failed on the categories \(RuntimeError, see its cause\); try it"),
        (lambda texts: [[1.0]], r"gave 1 vectors for 3 texts"),
        (lambda texts: None, r"failed on the categories \(TypeError"),
        (lambda texts: ["abc"] * len(texts), r"failed on the categories \(ValueError"),
        (lambda texts: [[math.nan]] * len(texts), r"not finite"),
        (lambda texts: [[]] * len(texts), r"an empty vector"),
        (lambda texts: [[1.0] * len(texts)] * len(texts), r"another length for pages 1 to 1"),
    ],
)
def test_what_goes_wrong_is_an_engine_error_that_says_what_to_do(embedding, said):
    with pytest.raises(EngineError, match=said):
        split_pages([SHIP], CONFIG, engine=EmbeddedEngine(embedding))


@pytest.mark.parametrize("given", ["all-MiniLM-L6-v2", object(), 3], ids=["a name", "an object", "a number"])
def test_what_is_no_function_is_refused_at_once(given, tmp_path):
    said = rf"embedding is {type(given).__name__}; give a function that takes a list of texts"
    with pytest.raises(InvalidConfiguration, match=said):
        EmbeddedEngine(embedding=given)
    EmbeddedEngine().fit([Example.document("marine", [SHIP])]).save(tmp_path / "model.json")
    with pytest.raises(InvalidConfiguration, match=said):
        EmbeddedEngine.load(tmp_path / "model.json", embedding=given)


def test_an_embedding_model_of_langchain_fits():
    model = pytest.importorskip("langchain_core.embeddings").DeterministicFakeEmbedding(size=16)
    ((_, values),) = near(["invoice"], model.embed_documents)
    assert max(range(3), key=values.__getitem__) == 2  # the third category's text is this very word
    result = split_pages([SHIP, TREE], CONFIG, engine=EmbeddedEngine(model.embed_documents))
    assert [page for segment in result.segments for page in segment.pages] == [1, 2]


def test_an_embedding_model_of_llama_index_fits():
    model = pytest.importorskip("llama_index.core").MockEmbedding(embed_dim=8)
    ((_, values),) = near([SHIP], model.get_text_embedding_batch)
    assert values == pytest.approx((0, 0, 0), abs=1e-6)  # it sees all texts alike
    engine = EmbeddedEngine(model.get_text_embedding_batch)
    assert split_pages([SHIP, TREE], CONFIG, engine=engine) == split_pages([SHIP, TREE], CONFIG)


async def test_a_reader_takes_it_in_a_loop_as_well(tmp_path):
    (tmp_path / "a.pdf").write_bytes(make_pdf([SHIP, TREE]))
    reader = SplitReader(["marine", "farming"], engine=EmbeddedEngine(Meaning().embed))
    assert await reader.asplit(tmp_path / "a.pdf") == reader.split(tmp_path / "a.pdf")


def test_repr_and_name_do_not_show_it():
    engine = EmbeddedEngine(embedding=Meaning().embed)
    assert (repr(engine), engine.name) == ("EmbeddedEngine()", "embedded")
    assert isinstance(hash(engine), int)
    assert engine != EmbeddedEngine()


def test_fitting_keeps_it_and_the_file_does_not(tmp_path):
    embed = Meaning().embed
    engine = EmbeddedEngine(embed).fit([Example.document("marine", [SHIP])])
    assert engine.embedding == embed
    engine.save(tmp_path / "model.json")
    assert EmbeddedEngine.load(tmp_path / "model.json").embedding is None
    assert EmbeddedEngine.load(tmp_path / "model.json", embedding=embed) == engine


def test_pickling_it_is_the_functions_affair():
    assert pickle.loads(pickle.dumps(EmbeddedEngine(math.sqrt))).embedding is math.sqrt
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(EmbeddedEngine(lambda texts: []))
