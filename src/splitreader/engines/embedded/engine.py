"""The embedded engine: pages in, documents out, nothing leaves the machine."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from splitreader._config import SplitConfig, quoted
from splitreader._errors import InvalidConfiguration
from splitreader._fingerprints import code_digest, fingerprint_of, name_of
from splitreader._pages import PageText
from splitreader._result import SplitResult
from splitreader._threads import in_thread
from splitreader.engines._conservation import conserve_pages
from splitreader.engines._protocol import EngineAnswer, Packet
from splitreader.engines.embedded.examples import Example
from splitreader.engines.embedded.learned import Learned, learn, load_learned, save_learned
from splitreader.engines.embedded.page_vectors import Embedding, with_nearness
from splitreader.engines.embedded.reading import PageReader
from splitreader.engines.embedded.segments import propose_segments

logger = logging.getLogger("splitreader.engines")

MOST_EXAMPLES = 5_000
"""More are refused: a few of each category say what there is to learn here."""


@dataclass(frozen=True, repr=False)
class EmbeddedEngine:
    """Splits packets on this machine, from their text alone. The default engine.

    It needs no key, no model and no network, and gives the same result for the same pages on every machine. `fit` makes
    one that knows a user's own documents from a few examples.

    Args:
        embedding: an embedding model of yours as a function from a list of texts to a vector for each, such as
            LlamaIndex's ``embed_model.get_text_embedding_batch`` or LangChain's ``embeddings.embed_documents``. It gets
            the categories once a packet, and the first words of pages, 32 at a time; where it sends them, and whether
            it can be pickled, is its own affair.
        learned: what `fit` and `load` fill in.
    """

    embedding: Embedding | None = field(default=None, hash=False)
    learned: Learned | None = field(default=None, hash=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.embedding is not None and not callable(self.embedding):
            raise InvalidConfiguration(
                f"embedding is {type(self.embedding).__name__}; give a function that takes a list of texts and returns "
                "a vector for each"
            )

    def __repr__(self) -> str:
        if self.learned is None:
            return "EmbeddedEngine()"
        documents = sum(prototype.documents for prototype in self.learned.prototypes)
        return f"EmbeddedEngine(fitted to {documents} documents of {len(self.learned.prototypes)} categories)"

    @property
    def name(self) -> str:
        """``"embedded"``."""
        return "embedded"

    @property
    def is_remote(self) -> bool:
        """False: the engine itself sends nothing. What an `embedding` does with texts it does not know."""
        return False

    @property
    def runs_in_worker(self) -> bool:
        """Whether it can split in the process that reads: not with an `embedding`, which is there only here."""
        return type(self) is EmbeddedEngine and self.embedding is None

    @property
    def fingerprint(self) -> str:
        """What results depend on beside the packet and the config: code, what was learned, and the embedding's name.

        Raises:
            InvalidConfiguration: there is an `embedding` without an attribute ``fingerprint``.
        """
        return fingerprint_of(
            code=code_digest("splitreader.engines.embedded"),
            learned=self.learned,
            embedding=None if self.embedding is None else name_of("embedding", self.embedding),
        )

    def fit(self, examples: Iterable[Example]) -> Self:
        """An engine that also knows these examples; this one stays as it is.

        Three to fifty documents a category are enough. What a category's documents have in common and the others have
        not adds to its score, the less the fewer examples there are; categories without an example keep the scores
        they had. Packets of several documents also move the weights of the boundary cues a little. An engine that was
        fitted before forgets what it had learned: give all examples at once.

        Of the examples' texts are kept only telling words and word pairs, at most 300 a category, and first lines of at
        most 80 characters with their digits masked; from three documents of a category on, only what stands in at least
        two of them.

        Args:
            examples: packets, single documents and corrected results, in any order: the result is the same.

        Raises:
            InvalidConfiguration: no document of a category with text is among them, or there are more than 5,000.
        """
        given = list(examples)
        if strangers := [type(item).__name__ for item in given if not isinstance(item, Example)]:
            raise InvalidConfiguration(f"an example is {strangers[0]}; give Example.document, .packet or .corrected")
        if len(given) > MOST_EXAMPLES:
            raise InvalidConfiguration(
                f"{len(given):,} examples are more than {MOST_EXAMPLES:,}; give a few a category"
            )
        return replace(self, learned=learn(given))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what `fit` learned to a JSON file that only its owner may read; one that is there is replaced.

        The `embedding` is not in it.

        Raises:
            InvalidConfiguration: the engine was not fitted.
            OutputError: the system refuses.
        """
        if self.learned is None:
            raise InvalidConfiguration("this engine has learned nothing that could be saved; call fit first")
        save_learned(self.learned, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, embedding: Embedding | None = None) -> Self:
        """The engine that was saved. It splits as the one that wrote the file did.

        Raises:
            InvalidConfiguration: the file can't be read, is something else, was changed, or has a version that this
                splitreader does not know.
        """
        return cls(embedding, learned=load_learned(path))

    def check(self, config: SplitConfig) -> None:
        """Refuse the options this engine can't honour.

        Raises:
            InvalidConfiguration: custom_instructions is set, or there are no categories.
        """
        if not config.categories:
            raise InvalidConfiguration("the embedded engine needs categories; give their names")
        if config.custom_instructions is not None:
            raise InvalidConfiguration(
                "the embedded engine can't honour custom_instructions: it reads no instructions; "
                "describe the categories instead, or name an engine that does"
            )
        if self.learned is not None:
            known = sorted(prototype.category for prototype in self.learned.prototypes)
            if known and not set(known).intersection(config.category_names):
                logger.warning(
                    "this engine was fitted to %s, and none of that is a category here, so it splits as one that was "
                    "not fitted; name categories as the examples do",
                    quoted(", ".join(known)),
                )

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """Split one packet. Pages are read one after the other; their texts are not kept.

        Args:
            packet: may hold pages outside ``target_pages``; they are passed over.
            config: the categories and rules.

        Raises:
            InvalidConfiguration: an option it can't honour.
            PageNotFound: ``target_pages`` names a page that the packet does not have.
            EngineError: the embedding model failed.
        """
        self.check(config)
        if config.target_pages is not None:
            config.selected_pages(packet.page_count)  # refused before anything is read
        reader = _read(self, packet.pages(), config)
        return EngineAnswer(segments=propose_segments(reader, config))

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """`split` in a thread, so that the event loop stays free; the same errors."""
        return await in_thread(lambda: self.split(packet, config))


def split_pages(
    page_texts: Iterable[PageText | str], config: SplitConfig, *, engine: EmbeddedEngine | None = None
) -> SplitResult:
    """Split pages that are at hand as text.

    Args:
        page_texts: consumed once, page by page. Strings count from 1; `PageText` items say their own number, which must
            ascend. Numbers that are missing between them become `SplitResult.omitted_pages`, like those outside
            ``target_pages``.
        config: the categories and rules.
        engine: one that was fitted, or has an embedding model; None for the plain one.

    Raises:
        InvalidConfiguration: an option the embedded engine can't honour.
        PageNotFound: a target page lies beyond the last one.
        EngineError: the engine's embedding model failed.
        ValueError: the page numbers do not ascend.
    """
    engine = EmbeddedEngine() if engine is None else engine
    engine.check(config)
    reader = _read(engine, page_texts, config)
    given = set(reader.pages)
    missing = tuple(page for page in range(1, reader.last_page + 1) if page not in given)
    return conserve_pages(
        EngineAnswer(segments=propose_segments(reader, config), omitted_pages=missing),
        config,
        page_count=reader.last_page,
        engine=engine.name,
        source="the given packet",
    )


def _read(engine: EmbeddedEngine, page_texts: Iterable[PageText | str], config: SplitConfig) -> PageReader:
    learned = engine.learned
    reader = PageReader(config) if learned is None else PageReader(config, learned.weights, learned.prototypes)
    pages = (
        item if isinstance(item, PageText) else PageText(page=position, text=item)
        for position, item in enumerate(page_texts, start=1)
    )
    if engine.embedding is None:
        for page in pages:
            reader.read(page)
    else:
        for page, nearness in with_nearness(pages, config, engine.embedding):
            reader.read(page, nearness)
    return reader
