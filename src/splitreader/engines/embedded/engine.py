"""The embedded engine: pages in, documents out, nothing leaves the machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from splitreader._config import SplitConfig
from splitreader._errors import InvalidConfiguration
from splitreader._pages import PageText
from splitreader._result import SplitResult
from splitreader._threads import in_thread
from splitreader.engines._conservation import conserve_pages
from splitreader.engines._protocol import EngineAnswer, Packet
from splitreader.engines.embedded.reading import PageReader
from splitreader.engines.embedded.segments import propose_segments


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
            InvalidConfiguration: custom_instructions is set, or there are no categories.
        """
        if not config.categories:
            raise InvalidConfiguration("the embedded engine needs categories; give their names")
        if config.custom_instructions is not None:
            raise InvalidConfiguration(
                "the embedded engine can't honour custom_instructions: it reads no instructions; "
                "describe the categories instead, or name an engine that does"
            )

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """Split one packet. Pages are read one after the other; their texts are not kept.

        Args:
            packet: may hold pages outside ``target_pages``; they are passed over.
            config: the categories and rules.

        Raises:
            InvalidConfiguration: an option it can't honour.
            PageNotFound: ``target_pages`` names a page that the packet does not have.
        """
        self.check(config)
        if config.target_pages is not None:
            config.selected_pages(packet.page_count)  # refused before anything is read
        reader = _read(packet.pages(), config)
        return EngineAnswer(segments=propose_segments(reader, config))

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """`split` in a thread, so that the event loop stays free."""
        return await in_thread(lambda: self.split(packet, config))


def split_pages(page_texts: Iterable[PageText | str], config: SplitConfig) -> SplitResult:
    """Split pages that are at hand as text.

    Args:
        page_texts: consumed once, page by page. Strings count from 1; `PageText` items say their own number, which must
            ascend. Numbers that are missing between them become `SplitResult.omitted_pages`, like those outside
            ``target_pages``.
        config: the categories and rules.

    Raises:
        InvalidConfiguration: an option the embedded engine can't honour.
        PageNotFound: a target page lies beyond the last one.
        ValueError: the page numbers do not ascend.
    """
    engine = EmbeddedEngine()
    engine.check(config)
    reader = _read(page_texts, config)
    given = set(reader.pages)
    missing = tuple(page for page in range(1, reader.last_page + 1) if page not in given)
    return conserve_pages(
        EngineAnswer(segments=propose_segments(reader, config), omitted_pages=missing),
        config,
        page_count=reader.last_page,
        engine=engine.name,
        source="the given packet",
    )


def _read(page_texts: Iterable[PageText | str], config: SplitConfig) -> PageReader:
    reader = PageReader(config)
    for position, item in enumerate(page_texts, start=1):
        if isinstance(item, PageText):
            reader.read(item.page, item.text)
        else:
            reader.read(position, item)
    return reader
