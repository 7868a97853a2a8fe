"""The embedded engine: pages in, documents out, nothing leaves the machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from splitreader._config import SplitConfig
from splitreader._errors import InvalidConfiguration
from splitreader._pages import PageText
from splitreader._result import SplitResult
from splitreader.engines._conservation import conserve_pages
from splitreader.engines._protocol import EngineAnswer, Packet
from splitreader.engines.embedded.reading import PageReader
from splitreader.engines.embedded.segments import propose_segments

_REFUSALS = {
    "custom_instructions": "it reads no instructions; describe the categories instead, or name an engine that does",
    "min_pages_per_split": "it has no least number of pages; leave the option out and join segments afterwards",
    "target_pages": "it always splits the whole packet; leave the option out and choose from the segments",
}


@dataclass(frozen=True)
class EmbeddedEngine:
    """Splits packets on this machine, from their text alone. The default engine; it has no options.

    It needs no key, no model and no network, and gives the same result for the same pages on every machine.
    """

    @property
    def name(self) -> str:
        """``"embedded"``."""
        return "embedded"

    @property
    def is_remote(self) -> bool:
        """False: the packet stays on this machine."""
        return False

    def check(self, config: SplitConfig) -> None:
        """Refuse the options this engine can't honour.

        Raises:
            InvalidConfiguration: custom_instructions, min_pages_per_split or target_pages is set.
        """
        for option, advice in _REFUSALS.items():
            if getattr(config, option) is not None:
                raise InvalidConfiguration(f"the embedded engine can't honour {option}: {advice}")

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """Split one packet. Pages are read one after the other; their texts are not kept."""
        self.check(config)
        return _answer(packet.pages(), config)[0]

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """`split` in a thread, so that the event loop stays free."""
        import asyncio

        return await asyncio.to_thread(self.split, packet, config)


def split_pages(page_texts: Iterable[PageText | str], config: SplitConfig) -> SplitResult:
    """Split pages that are at hand as text.

    Args:
        page_texts: consumed once, page by page. Strings count from 1; `PageText` items say their own number, which must
            ascend. Numbers that are missing between them become `SplitResult.omitted_pages`.
        config: the categories and rules.

    Raises:
        InvalidConfiguration: an option the embedded engine can't honour.
        ValueError: the page numbers do not ascend.
    """
    engine = EmbeddedEngine()
    engine.check(config)
    answer, pages = _answer(page_texts, config)
    page_count = pages[-1] if pages else 0
    given = set(pages)
    missing = tuple(page for page in range(1, page_count + 1) if page not in given)
    return conserve_pages(
        EngineAnswer(segments=answer.segments, omitted_pages=missing),
        config,
        page_count=page_count,
        engine=engine.name,
        source="the given pages",
    )


def _answer(page_texts: Iterable[PageText | str], config: SplitConfig) -> tuple[EngineAnswer, list[int]]:
    reader = PageReader(config)
    for position, item in enumerate(page_texts, start=1):
        if isinstance(item, PageText):
            reader.read(item.page, item.text)
        else:
            reader.read(position, item)
    return EngineAnswer(segments=propose_segments(reader, config)), reader.pages
