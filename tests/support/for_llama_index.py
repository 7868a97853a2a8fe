"""What the tests of the LlamaIndex package give to it. Processes that they start import it from here."""

import asyncio
import math
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import Field
from llama_index.core.extractors import BaseExtractor
from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import (
    BaseNode,
    Document,
    MetadataMode,
    NodeRelationship,
    TextNode,
    TransformComponent,
)

from llama_index.readers.splitreader import SplitPDFReader
from splitreader import SplitReader
from splitreader.testing import ScriptedEngine


def scripted(*segments: tuple[str, Sequence[int]], **options: Any) -> SplitReader:
    """A reader of the core that finds just these segments."""
    return SplitReader(list(dict.fromkeys(name for name, _ in segments)), engine=ScriptedEngine(segments), **options)


def split(texts: Sequence[str], *segments: tuple[str, Sequence[int]], **options: Any) -> list[Document]:
    """The Documents of a packet with these page texts, cut into these segments."""
    pages = [
        Document(text=text, metadata={"file_name": "packet.pdf", "page_label": str(number)})
        for number, text in enumerate(texts, start=1)
    ]
    return SplitPDFReader(reader=scripted(*segments, **options)).split_documents(pages)


class WordEmbedding(BaseEmbedding):
    """Counts words in so many buckets: the same text has the same vector on any machine."""

    buckets: int = 128

    def _get_text_embedding(self, text: str) -> list[float]:
        counts = [0.01] * self.buckets
        for word in text.lower().split():
            counts[zlib.crc32(word.strip(".,:;()").encode()) % self.buckets] += 1
        length = math.hypot(*counts)
        return [count / length for count in counts]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


class CountingEmbedding(WordEmbedding):
    """Knows which texts it has embedded."""

    texts: list[str] = Field(default_factory=list, exclude=True)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        self.texts += texts
        return super()._get_text_embeddings(texts)


class Words(BaseExtractor):
    """An extractor: the number of words."""

    def process_nodes(self, nodes: Sequence[BaseNode], *arguments: Any, **kwargs: Any) -> list[BaseNode]:
        # LlamaIndex's own way leaves event loops open
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, self.aprocess_nodes(nodes, *arguments, **kwargs)).result()

    async def aextract(self, nodes: Sequence[BaseNode]) -> list[dict[str, Any]]:
        texts = [node.get_content(metadata_mode=MetadataMode.NONE) for node in nodes]
        return [{"words": len(text.split())} for text in texts]


class Cut(TransformComponent):
    """Cuts each node into so many pieces of its words (0: into none), as node parsers do."""

    pieces: int = 2

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        return [piece for node in nodes for piece in self._pieces(node)]

    def _pieces(self, node: BaseNode) -> list[TextNode]:
        text = node.get_content(metadata_mode=MetadataMode.NONE)
        size = -(-len(text) // max(self.pieces, 1)) or 1
        source = node.source_node or node.as_related_node_info()
        return [
            TextNode(
                id_=f"{node.node_id}/{number}",
                text=text[number * size : (number + 1) * size],
                metadata=dict(node.metadata),
                relationships={NodeRelationship.SOURCE: source},
            )
            for number in range(self.pieces)
        ]


class FirstOnly(TransformComponent):
    """Gives back the first of what it gets."""

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        return list(nodes[:1])


class Nothing(TransformComponent):
    """Gives back None, as a step that forgot its return does."""

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> Any:
        return None


class Anonymous(TransformComponent):
    """Makes nodes of which nobody knows whose they are."""

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        return [TextNode(text=node.get_content(metadata_mode=MetadataMode.NONE)) for node in nodes]


class Rewritten(TransformComponent):
    """Makes a new Document of each, as a translation does; with the metadata, without a SOURCE."""

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        return [
            Document(text=node.get_content(metadata_mode=MetadataMode.NONE).upper(), metadata=dict(node.metadata))
            for node in nodes
        ]


class Mark(TransformComponent):
    """Writes a word into the metadata of what it gets."""

    word: str

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        for node in nodes:
            node.metadata["mark"] = node.metadata.get("mark", "") + self.word
        return list(nodes)


class Sleepless(TransformComponent):
    """Blocks, as a step that asks a server does. Guards of the event loop see it."""

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        import time

        time.sleep(0.001)
        return list(nodes)


class SleeplessEmbedding(WordEmbedding):
    """A local model that blocks while it computes."""

    def _get_text_embedding(self, text: str) -> list[float]:
        import time

        time.sleep(0.001)
        return super()._get_text_embedding(text)


class PageByPage(BaseReader):
    """A small reader that gives one Document a page, as LlamaIndex's PDFReader does.

    Args:
        key: the metadata key of the page number.
        first: the number of the first page.
    """

    def __init__(self, key: str = "page_label", first: int = 1) -> None:
        self.key, self.first, self.paths = key, first, []

    def load_data(self, file: Any, extra_info: dict[str, Any] | None = None) -> list[Document]:
        import pypdf

        self.paths.append(file)
        return [
            Document(
                text=page.extract_text(),
                metadata={
                    self.key: str(number) if self.key == "page_label" else number,
                    "file_name": file.name,
                    "file_path": str(file),
                    "parser": "page by page",
                },
            )
            for number, page in enumerate(pypdf.PdfReader(file).pages, start=self.first)
        ]


class NativeAsync(PageByPage):
    """The same with an async way of its own."""

    async def aload_data(self, file: Any, extra_info: dict[str, Any] | None = None) -> list[Document]:
        import asyncio

        return await asyncio.to_thread(self.load_data, file, extra_info)


class Silent(BaseReader):
    """Finds nothing in any file."""

    def load_data(self, file: Any, extra_info: dict[str, Any] | None = None) -> list[Document]:
        return []


class Failing(BaseReader):
    """Fails."""

    def load_data(self, file: Any, extra_info: dict[str, Any] | None = None) -> list[Document]:
        raise OSError("no luck")
