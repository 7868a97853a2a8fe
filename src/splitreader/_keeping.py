"""What was made of a packet before, and need not be made again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splitreader._config import SplitConfig
from splitreader._errors import CacheError, InvalidConfiguration, SplitReaderError
from splitreader._fingerprints import LONGEST_NAME, code_digest, fingerprint_of, name_of, version_of
from splitreader._flow import Blocking, Flow, Pause
from splitreader._limits import Limits
from splitreader._result import SplitResult
from splitreader.cache import Cache
from splitreader.engines._protocol import Engine, Packet, TakesUpJobs
from splitreader.pdf._kept import ReadTexts
from splitreader.pdf._packet import PDFPacket
from splitreader.pdf._reading import Reading
from splitreader.sources import Source

if TYPE_CHECKING:
    from splitreader.client._record import JobRecord

logger = logging.getLogger("splitreader.cache")

RESULT_FORM = 1
"""Of what a kept result means; counted up where an older one would say something false."""

LOOK_AGAIN = 0.2
"""Seconds after which somebody who waits for another one with the same packet looks again."""

_ENGINES = "splitreader.engines."
_TEXT_LIBRARIES = ("pypdf", "pypdfium2")
_OCR_LIBRARIES = ("numpy", "onnxruntime", "opencv-python", "opencv-python-headless", "rapidocr")


@dataclass(frozen=True)
class Made:
    """What an engine made of a packet.

    Args:
        result: that is.
        is_final: see `EngineAnswer`; only then it is kept.
    """

    result: SplitResult
    is_final: bool = True


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """A reader's cache, and what its results and page texts depend on beside the packet.

    Args:
        cache: where they are kept.
        results: the fingerprint of engine and configuration.
        texts: the fingerprint of how pages are read.
        has_password: the reader has one, so a file may be encrypted.
    """

    cache: Cache
    results: str
    texts: str
    has_password: bool

    @classmethod
    def of(cls, cache: Cache, engine: Engine, reading: Reading, config: SplitConfig) -> Keeping:
        """For one reader.

        Raises:
            InvalidConfiguration: the engine, or a function of the user's, does not say what its answers depend on.
        """
        texts = _reading_fingerprint(reading)
        results = fingerprint_of(
            form=RESULT_FORM,
            engine=_engine_fingerprint(engine),
            config=config,
            reading=texts if getattr(engine, "reads_pages", True) else None,
        )
        return cls(cache=cache, results=results, texts=texts, has_password=reading.password is not None)

    def shelf(self, source: Source, wanted: Sequence[int] | None, limits: Limits) -> Shelf:
        """Where the texts of a packet are kept."""
        return Shelf(keeping=self, source=source, wanted=None if wanted is None else tuple(wanted), limits=limits)

    def ask(  # noqa: PLR0913  # options, by name
        self,
        packet: Packet,
        engine: Engine,
        ask_engine: Callable[[Engine], Flow[Made]],
        *,
        opens: bool,
        limits: Limits,
        is_called_off: Callable[[], bool],
    ) -> Flow[SplitResult]:
        """The result that was kept, or the engine's, which is kept then.

        Args:
            packet: local.
            engine: that is to be asked.
            ask_engine: asks it.
            opens: the packet's pages are needed anyway, so a kept result is compared with their number.
            limits: what may be read; of a packet with more pages no kept result counts, and asking tells why.
            is_called_off: ends the waiting for another process.

        Raises:
            CacheError: the waiting was called off, or the trace of a job can't be kept.
            SplitReaderError: the engine's.
        """
        most_pages = limits.max_pages if isinstance(packet, PDFPacket) else None
        key: str = yield Blocking(lambda: self._key(packet))

        def find() -> SplitResult | None:
            found = self.cache.find_result(key)
            if found is None or (most_pages is not None and found.page_count > most_pages):
                return None
            return None if opens and packet.page_count != found.page_count else found

        found: SplitResult | None = yield Blocking(find)
        if found is not None:
            return found
        if not isinstance(engine, TakesUpJobs):
            made = yield from ask_engine(engine)
            yield Blocking(lambda: self._keep(key, made, packet))
            return made.result
        with ExitStack() as held:
            lock = self.cache.lock(key)
            held.callback(lock.give_back)
            while not (yield Blocking(lock.take)):
                if is_called_off():
                    raise CacheError("waiting for another one that splits the same packet was called off")
                yield Pause(LOOK_AGAIN)
            try:
                found = yield Blocking(find)  # whoever was waited for may have made it
                if found is None:
                    found = yield from self._take_up(key, packet, engine, ask_engine)
            except Exception:
                yield Blocking(held.close)
                raise
            yield Blocking(held.close)
            return found

    def _take_up(
        self, key: str, packet: Packet, engine: TakesUpJobs, ask_engine: Callable[[Engine], Flow[Made]]
    ) -> Flow[SplitResult]:
        """The result of the job whose trace is kept, or of a new one.

        The trace of one whose answer can't be used stays: it was paid for, and would be again at each run.
        """
        record = self.cache.job(key)
        made = yield from ask_engine(engine.recorded(record))
        yield Blocking(lambda: self._settle(key, made, packet, record))
        return made.result

    def _key(self, packet: Packet) -> str:
        source = None if packet.source is None else packet.source.sha256
        pages = None
        if not isinstance(packet, PDFPacket):
            pages = fingerprint_of(page_count=packet.page_count, pages=tuple(packet.pages()))
        return fingerprint_of(source=source, pages=pages, results=self.results)

    def _settle(self, key: str, made: Made, packet: Packet, record: JobRecord) -> None:
        """Keep a job's result; where that can't be, the job's trace stays, and leads to the result once more."""
        if not self._keep(key, made, packet):
            return
        try:
            record.drop()
        except SplitReaderError as error:
            logger.warning("the trace of a hosted job can't be dropped: %s", error)

    def _keep(self, key: str, made: Made, packet: Packet) -> bool:
        """Keep a result that is final; of a packet that needed a password nothing is kept in clear."""
        if not made.is_final:
            logger.info("the result for %s is not final; it is not kept", packet.name)
            return False
        if isinstance(packet, PDFPacket) and packet.is_secret:
            logger.info("%s is encrypted; nothing of it is kept", packet.name)
            return False
        if not isinstance(packet, PDFPacket) and packet.source is not None and self.has_password:
            logger.info("%s may be encrypted, and was not opened; nothing of it is kept", packet.name)
            return False
        return self.cache.keep_result(key, made.result)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Where the texts of one packet are kept; see `splitreader.pdf._kept.TextShelf`.

    Args:
        keeping: how they are kept.
        source: the packet; local.
        wanted: pages, ascending; None for all.
        limits: what may be read.
    """

    keeping: Keeping
    source: Source
    wanted: tuple[int, ...] | None
    limits: Limits

    def find(self) -> ReadTexts | None:
        """What was read before, of these pages or of all."""
        found = self._found()
        if found is None or not self._is_allowed(found):
            return None
        return found

    def keep(self, read: ReadTexts) -> None:
        """Keep what was read."""
        is_whole = len(read.texts) == read.page_count
        self.keeping.cache.keep_texts(self._key(None if is_whole else self.wanted), read)

    def _found(self) -> ReadTexts | None:
        cache = self.keeping.cache
        if self.wanted is None:
            return cache.find_texts(self._key(None))
        whole = cache.find_texts(self._key(None))
        if whole is None:
            return cache.find_texts(self._key(self.wanted))
        if self.wanted and self.wanted[-1] > whole.page_count:
            return None  # reading tells what is wrong
        return ReadTexts(whole.page_count, tuple(whole.texts[page - 1] for page in self.wanted))

    def _is_allowed(self, read: ReadTexts) -> bool:
        """Whether reading it now would not be refused; if it would be, reading says so best."""
        most_pages, most_text = self.limits.max_pages, self.limits.max_text
        if most_pages is not None and read.page_count > most_pages:
            return False
        return most_text is None or sum(len(page.text.encode()) for page in read.texts) <= most_text

    def _key(self, wanted: tuple[int, ...] | None) -> str:
        return fingerprint_of(source=self.source.sha256, wanted=wanted, texts=self.keeping.texts)


def _engine_fingerprint(engine: Engine) -> str:
    fingerprint = getattr(engine, "fingerprint", None) if _speaks_for_itself(type(engine)) else None
    if not isinstance(fingerprint, str) or not 0 < len(fingerprint) <= LONGEST_NAME:
        raise InvalidConfiguration(
            f"results of the engine {engine.name} can't be kept: its class {type(engine).__name__} does not say what "
            "they depend on; give it an attribute fingerprint, text that changes with the engine's version and "
            "options, or leave the cache out"
        )
    return f"{engine.name} {fingerprint}"


def _speaks_for_itself(kind: type) -> bool:
    """Whether a fingerprint is that of this class: one of ours says nothing of what a class made from it does."""
    if "fingerprint" in vars(kind):
        return True
    return not any(base.__module__.startswith(_ENGINES) and "fingerprint" in vars(base) for base in kind.__mro__)


def _reading_fingerprint(reading: Reading) -> str:
    libraries = _TEXT_LIBRARIES + (_OCR_LIBRARIES if reading.scans == "read" else ())
    return fingerprint_of(
        scans=reading.scans,
        ocr=name_of("ocr", reading.ocr) if callable(reading.ocr) else None,
        libraries={name: version_of(name) for name in libraries},
        code=code_digest("splitreader.pdf"),
    )
