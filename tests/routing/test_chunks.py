"""Chunks are found in their document, and their pages with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splitreader import format_pages
from splitreader.routing import ChunkLocator, narrow_pages
from support.routing import metadata_of

words = st.text(alphabet="ab c\n.äß🧾", max_size=12)


@st.composite
def documents(draw):
    """The texts of a document's pages, by page."""
    texts = draw(st.lists(words, min_size=1, max_size=6))
    pages = sorted(draw(st.sets(st.integers(1, 40), min_size=len(texts), max_size=len(texts))))
    return dict(zip(pages, texts, strict=True))


@given(page_texts=documents(), data=st.data())
def test_a_chunk_has_exactly_the_pages_that_it_touches(page_texts, data):
    text, metadata = metadata_of(page_texts, page_list=True)
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, len(text)))
    chunk = text[begin:end]
    span = ChunkLocator(text).locate(chunk, hint=begin)
    narrowed = narrow_pages(metadata, span)
    assert "page_offsets" not in narrowed
    if not chunk.strip():
        assert span is None
        assert narrowed == {key: value for key, value in metadata.items() if key != "page_offsets"}
        return
    start, stop = span
    assert text[start:stop] == chunk.strip()
    assert begin <= start <= stop <= end
    touched = []
    for page, page_text in page_texts.items():
        offset = dict(tuple(map(int, pair.split(":"))) for pair in metadata["page_offsets"].split(","))[page]
        if start < offset + len(page_text) and offset < stop:
            touched.append(page)
    named = narrowed["page_list"]
    assert (narrowed["page_start"], narrowed["page_end"]) == (touched[0], touched[-1]) == (named[0], named[-1])
    assert narrowed["pages"] == format_pages(named)
    blank_between = {page for page in page_texts if touched[0] < page < touched[-1]}
    assert set(named) == set(touched) | blank_between


@given(sizes=st.lists(st.integers(1, 8), min_size=1, max_size=12), same=st.booleans())
def test_chunks_in_their_order_are_found_without_hints(sizes, same):
    pieces = [("x" if same else chr(ord("a") + index)) * size for index, size in enumerate(sizes)]
    text = " ".join(pieces)
    locator, at = ChunkLocator(text), 0
    for piece in pieces:
        span = locator.locate(piece)
        if not same:
            assert span == (at, at + len(piece))
        assert text[slice(*span)] == piece
        at += len(piece) + 1


def test_the_same_text_again_and_again_is_found_one_after_the_other():
    locator = ChunkLocator("same. same. same.")
    assert [locator.locate("same.") for _ in range(3)] == [(0, 5), (6, 11), (12, 17)]


def test_chunks_that_overlap_are_found():
    locator = ChunkLocator("one two three four")
    assert [locator.locate(chunk) for chunk in ("one two", "two three", "three four")] == [(0, 7), (4, 13), (8, 18)]


def test_a_hint_counts_if_the_text_is_there():
    locator = ChunkLocator("same. same. same.")
    assert locator.locate("same.", hint=12) == (12, 17)
    assert ChunkLocator("same. same.").locate(" same.", hint=5) == (6, 11)
    assert ChunkLocator("other same.").locate("same.", hint=0) == (6, 11)
    assert ChunkLocator("same.").locate("same.", hint=99) == (0, 5)


def test_a_chunk_before_the_last_one_is_found_too():
    locator = ChunkLocator("one two")
    assert locator.locate("two") == (4, 7)
    assert locator.locate("one") == (0, 3)


@pytest.mark.parametrize("chunk", ["", "  \n", "three", "one  two"])
def test_what_is_not_there_is_not_found(chunk):
    assert ChunkLocator("one two").locate(chunk) is None


def test_a_chunk_that_is_not_there_does_not_disturb_the_next():
    locator = ChunkLocator("a a a")
    assert [locator.locate(chunk) for chunk in ("a", "b", "a")] == [(0, 1), None, (2, 3)]


def test_where_the_place_is_not_known_the_range_stays():
    _, metadata = metadata_of({3: "one", 4: "two"}, page_list=True)
    narrowed = narrow_pages(metadata, None)
    assert narrowed == {"page_start": 3, "page_end": 4, "pages": "3-4", "page_list": [3, 4], "category": "a"}
    assert "page_offsets" in metadata


def test_page_list_comes_only_where_it_was():
    _, metadata = metadata_of({3: "one", 4: "two"})
    assert "page_list" not in narrow_pages(metadata, (0, 3))


@pytest.mark.parametrize("offsets", [None, 5, "", "x", "1", "1:2:3", "1:x", ["1:0"]])
def test_offsets_that_are_none_leave_the_range(offsets):
    metadata = {"page_start": 1, "page_end": 2, "pages": "1-2", "page_offsets": offsets}
    assert narrow_pages(metadata, (0, 5)) == {"page_start": 1, "page_end": 2, "pages": "1-2"}


def test_metadata_without_offsets_stays():
    assert narrow_pages({"title": "x"}, (0, 5)) == {"title": "x"}


@pytest.mark.parametrize(
    ("span", "pages"),
    [((0, 3), "1"), ((7, 10), "3"), ((0, 10), "1-3"), ((12, 13), "5"), ((7, 13), "3,5"), ((2, 13), "1-3,5")],
)
def test_blank_pages_belong_to_what_spans_them(span, pages):
    _, metadata = metadata_of({1: "one", 2: "", 3: "two", 5: "x"})
    assert metadata["page_offsets"] == "1:0,2:5,3:7,5:12"
    assert narrow_pages(metadata, span)["pages"] == pages


def located(pages, *chunks):
    """The pages of chunks that come in order, without hints."""
    text, metadata = metadata_of(dict(enumerate(pages, start=1)))
    locator = ChunkLocator(text)
    return [narrow_pages(metadata, locator.locate(chunk))["pages"] for chunk in chunks]


def test_a_chunk_is_not_found_inside_the_one_before_it():
    assert located(["Invoice total due: 100 EUR", "100 EUR"], "Invoice total due: 100 EUR", "100 EUR") == ["1", "2"]
    assert located(["Terms of 12 March", "12"], "Terms of 12 March", "12") == ["1", "2"]


def test_chunks_that_overlap_are_found_where_they_go_on():
    assert located(["one two three", "two three four"], "one two", "two three", "two three", "four") == [
        "1",
        "1",
        "2",
        "2",
    ]


def test_a_hint_that_goes_back_is_not_believed():
    pages = ["Acme Ltd\nfirst page", "Acme Ltd\nsecond page"]
    text, metadata = metadata_of(dict(enumerate(pages, start=1)))
    locator = ChunkLocator(text)
    hints = [("Acme Ltd", 0), ("first page", 9), ("Acme Ltd", 0), ("second page", 9)]
    assert [narrow_pages(metadata, locator.locate(*hint))["pages"] for hint in hints] == ["1", "1", "2", "2"]


@given(st.lists(st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=5), min_size=1, max_size=5), st.data())
def test_repeated_words_have_the_pages_of_words_that_are_not_repeated(pages, data):
    """The same document in which every letter is another one tells where each chunk really is."""
    text, metadata = metadata_of({number: " ".join(words) for number, words in enumerate(pages, start=1)})
    unique = "".join(letter if letter.isspace() else chr(0x4E00 + place) for place, letter in enumerate(text))
    cuts = sorted(data.draw(st.sets(st.sampled_from([i for i, c in enumerate(text) if c.isspace()] or [0]))))
    spans = list(zip([0, *cuts], [*cuts, len(text)], strict=True))
    locator, truth = ChunkLocator(text), ChunkLocator(unique)
    for begin, end in spans:
        seen = narrow_pages(metadata, locator.locate(text[begin:end]))
        assert seen == narrow_pages(metadata, truth.locate(unique[begin:end]))
