"""What must not change the cut, and what may change it only a little."""

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splitreader import PageText, SplitConfig, split_pages
from support.made import config_of, cut, made_module, pages_of, truth_of

quickly = settings(max_examples=12, deadline=None, derandomize=True)  # the same made packets in every run
packets = st.integers(0, 2_000)

COVER = (
    "Harbor Freight Forwarding\n4 Quay Road\nBristol BS1 4ST\n2 March 2021\nCover letter no. CL-77120\n"
    "Dear colleagues,\nplease find enclosed the papers that we promised on the telephone last week.\n"
    "They are complete as far as we can tell; do ring if anything should be missing.\nYours sincerely,\n"
    "Anna Whitfield\nPage 1 of 1"
)
LEAST_IN_LOWER_CASE = 0.7
LEAST_WITH_OCR_ERRORS = 0.7

WHITE_SPACE = {
    "trailing spaces": lambda page: page.replace("\n", "  \n") + "   ",
    "blank lines before": lambda page: "\n\n" + page,
    "blank lines after": lambda page: page + "\n\n\n",
    "doubled newlines": lambda page: page.replace("\n", "\n\n"),
    "Windows newlines": lambda page: page.replace("\n", "\r\n"),
    "spaces before lines": lambda page: page.replace("\n", "\n   "),
}


@cache
def pool():
    made = made_module("pools").make_pool(11, 160)
    return [doc for doc in made["docs"] if doc["lang"] == "en" and len(doc["pages"]) <= 5]


def packet(number: int):
    """Two to five made documents, and eight or more categories, theirs included."""
    chance = Random(number)
    documents = chance.sample(pool(), chance.randint(2, 5))
    own = {document["cat"] for document in documents}
    others = sorted({document["cat"] for document in pool()} - own)
    return documents, config_of(sorted(own.union(chance.sample(others, 5))))


def right_documents(change):
    """How many documents of thirty packets come out with their own pages and category, of how many."""
    right = count = 0
    for number in range(30):
        documents, config = packet(number)
        truth = truth_of(documents)
        pages = [change(page, Random(f"{number} {at}")) for at, page in enumerate(pages_of(documents))]
        right += len(set(truth).intersection(cut(pages, config)))
        count += len(truth)
    return right, count


def letters_misread(page: str, chance: Random) -> str:
    """One letter or digit in a hundred is another one, as after OCR."""
    confused = {"0": "O", "1": "l", "5": "S", "8": "B", "e": "c", "a": "o", "l": "1", "O": "0", "i": "j", "m": "rn"}
    return "".join(confused.get(letter, letter) if chance.random() < 0.01 else letter for letter in page)


class TestPages:
    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.one_of(
                st.sampled_from(["", " \n ", COVER, "Invoice No: 17", "Page 1 of 2", "Page 2 of 2", "2", "- 3 -"]),
                st.text(max_size=300),
            ),
            min_size=1,
            max_size=12,
        ),
        st.sampled_from(["include", "forbid"]),
    )
    def test_each_stays_once_and_in_order(self, texts, allow):
        config = SplitConfig.build({"invoice": None, "letter": "To a person"}, allow_uncategorized=allow)
        result = split_pages(texts, config)
        assert [page for segment in result.segments for page in segment.pages] == list(range(1, len(texts) + 1))

    @quickly
    @given(packets)
    def test_of_documents_too(self, number):
        documents, config = packet(number)
        pages = pages_of(documents)
        assert [page for _, run in cut(pages, config) for page in run] == list(range(1, len(pages) + 1))

    @quickly
    @given(packets)
    def test_that_are_passed_over_are_omitted_and_the_others_stay(self, number):
        documents, config = packet(number)
        texts = [PageText(page=2 * at, text=text) for at, text in enumerate(pages_of(documents), start=1)]
        result = split_pages(texts, config)
        assert [page for segment in result.segments for page in segment.pages] == [text.page for text in texts]
        assert result.omitted_pages == tuple(text.page - 1 for text in texts)


class TestTheSameCut:
    @pytest.mark.parametrize("change", WHITE_SPACE)
    @quickly
    @given(packets)
    def test_with_other_white_space(self, change, number):
        documents, config = packet(number)
        pages = pages_of(documents)
        assert cut(map(WHITE_SPACE[change], pages), config) == cut(pages, config)

    @quickly
    @given(packets, st.randoms(use_true_random=False))
    def test_whatever_the_order_of_the_categories(self, number, chance):
        documents, config = packet(number)
        categories = list(config.categories)
        chance.shuffle(categories)
        result = split_pages(pages_of(documents), config)
        other = split_pages(pages_of(documents), SplitConfig.build(categories))
        assert [(s.category, s.pages, s.score, s.evidence) for s in other.segments] == [
            (s.category, s.pages, s.score, s.evidence) for s in result.segments
        ]

    @quickly
    @given(packets)
    def test_twice(self, number):
        documents, config = packet(number)
        assert split_pages(pages_of(documents), config) == split_pages(pages_of(documents), config)

    @quickly
    @given(packets)
    def test_behind_a_cover_letter(self, number):
        documents, config = packet(number)
        first, *others = cut([COVER, *pages_of(documents)], config)
        assert first[1] == (1,)
        assert [(name, tuple(page - 1 for page in pages)) for name, pages in others] == cut(pages_of(documents), config)


class TestTheSamePagesTwice:
    @pytest.mark.parametrize("total", [2, 3, 5])
    @pytest.mark.parametrize("form", ["Page {} of {}", "{}/{}", "Page {}"])
    def test_are_two_documents_where_the_numbers_begin_again(self, total, form):
        pages = [
            f"SERVICE AGREEMENT\nThe contractor delivers overview {letter} on request.\n{form.format(number, total)}"
            for number, letter in zip(range(1, total + 1), "ABCDE", strict=False)
        ]
        found = [run for _, run in cut(pages * 2, config_of(["service_agreement", "invoice"]))]
        assert found == [tuple(range(1, total + 1)), tuple(range(total + 1, 2 * total + 1))]

    @pytest.mark.parametrize("seed", range(1, 6))
    def test_of_a_lease_with_numbers_are_two_leases(self, seed):
        texts = made_module("special_cases").lease(seed=seed)["pages"]
        pages = [f"{text}\nPage {number} of {len(texts)}" for number, text in enumerate(texts, start=1)]
        twice = [{"cat": "lease", "pages": pages}] * 2
        assert cut(pages_of(twice), config_of(["lease", "service_agreement", "invoice", "letter"])) == truth_of(twice)


class TestWornPages:
    def test_in_lower_case_come_out_right_for_the_most_part(self):
        right, count = right_documents(lambda page, _: page.lower())
        assert right >= LEAST_IN_LOWER_CASE * count

    def test_with_misread_letters_come_out_right_for_the_most_part(self):
        right, count = right_documents(letters_misread)
        assert right >= LEAST_WITH_OCR_ERRORS * count
