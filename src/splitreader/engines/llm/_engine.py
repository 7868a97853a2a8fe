"""The LLM engine: the user's own model is asked, one decoder weighs what it says."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from splitreader._config import SplitConfig, quoted
from splitreader._errors import InvalidConfiguration
from splitreader._fingerprints import code_digest, fingerprint_of
from splitreader._threads import in_thread
from splitreader.engines._protocol import EngineAnswer, Packet, ShowsPages
from splitreader.engines.embedded.examples import Example
from splitreader.engines.embedded.learned import Learned
from splitreader.engines.llm._answering import Answering
from splitreader.engines.llm._asking import Asking, ask_all
from splitreader.engines.llm._cache import AnswerCache
from splitreader.engines.llm._drawing import Drawer
from splitreader.engines.llm._drivers import arun, run
from splitreader.engines.llm._job import Job
from splitreader.engines.llm._model import Model, aconnected, connected
from splitreader.engines.llm._prompt import Trim, build_frame
from splitreader.engines.llm._reading import Asks, Mode, read_job
from splitreader.engines.llm._usage import Budget

logger = logging.getLogger("splitreader.engines")

MOST_WINDOW = 50
MOST_CONCURRENT = 64


@dataclass(frozen=True, kw_only=True, repr=False)
class LLMEngine:
    """Splits packets with a language model of the user's choice.

    The model is asked about windows of pages: for each page its category, whether it starts or continues a document,
    and why. Its answers are votes. They are added as log-odds to what the embedded engine reads from the same pages,
    and that engine's decoder cuts the packet. A window without a usable answer falls back to the embedded scores, and
    the evidence says so.

    Nothing of a packet leaves this machine unless the model sends it somewhere; see its ``is_remote``.

    Args:
        model: whom to ask: `OpenAIModel`, a wrapper of the LlamaIndex or LangChain package, or any `Model`.
        mode: ``"full"`` asks about every page; ``"uncertain"`` only about pages of which the embedded engine is unsure.
        window: pages of a question; 2 to 50.
        overlap: pages that neighbouring windows share; at most half of a window.
        max_concurrent: questions that may be out at once; 1 to 64.
        vision: send a small picture of each page that is asked about, too, and ask about pages without text, such as
            scans that no OCR has read. Needs a model that sees, and the PDF itself: pages handed in as texts have no
            pictures.
        examples: documents whose category is known, shown to the model: a few of what is hard to tell apart. Their
            texts are part of every question.
        max_tokens_per_packet: no question is asked that would pass it, as far as that can be estimated; what was not
            asked is left to the embedded scores, and the evidence and `SplitResult.usage` say where.
        max_cost: the same in money; needs `price_per_million`.
        price_per_million: of a million input tokens and a million output tokens, in any currency.
        cache: a folder in which answers are kept, so that the same question to the same model is paid once. None: none.
            Answers about packets that need a password are not kept.
        head, tail: characters of the beginning and of the end of a page that are sent; the cut is marked.
        learned: what `EmbeddedEngine.fit` has learned, as in ``fitted.learned``.

    Raises:
        InvalidConfiguration: a value is out of range.
    """

    model: Model = field(kw_only=False)
    mode: Mode = "full"
    window: int = 10
    overlap: int = 2
    max_concurrent: int = 4
    vision: bool = False
    examples: Sequence[Example] = ()
    max_tokens_per_packet: int | None = None
    max_cost: float | None = None
    price_per_million: tuple[float, float] | None = None
    cache: str | os.PathLike[str] | None = None
    head: int = 1200
    tail: int = 400
    learned: Learned | None = field(default=None, hash=False)

    def __post_init__(self) -> None:
        if not isinstance(self.model, Model):
            raise InvalidConfiguration(
                f"model is {type(self.model).__name__}; give an OpenAIModel, or an object with name, is_remote, "
                "complete and acomplete"
            )
        if self.mode not in ("full", "uncertain"):
            raise InvalidConfiguration(f'mode is {quoted(self.mode)}; it must be "full" or "uncertain"')
        _check_whole("window", self.window, 2, MOST_WINDOW)
        _check_whole("overlap", self.overlap, 0, self.window // 2)
        _check_whole("max_concurrent", self.max_concurrent, 1, MOST_CONCURRENT)
        if not isinstance(self.vision, bool):
            raise InvalidConfiguration(f"vision is {quoted(self.vision)}; it must be True or False")
        _check_whole("head", self.head, 100, 100_000)
        _check_whole("tail", self.tail, 0, 100_000)
        self._check_budget()
        if self.cache is not None and not isinstance(self.cache, (str, os.PathLike)):
            raise InvalidConfiguration(f"cache is {type(self.cache).__name__}; give the path of a folder")
        object.__setattr__(self, "examples", tuple(self.examples))
        if strangers := [type(item).__name__ for item in self.examples if not isinstance(item, Example)]:
            raise InvalidConfiguration(f"an example is {strangers[0]}; give Example.document, .packet or .corrected")

    def _check_budget(self) -> None:
        if self.max_tokens_per_packet is not None:
            _check_whole("max_tokens_per_packet", self.max_tokens_per_packet, 1, 10**12)
        if self.price_per_million is not None:
            _check_prices(self.price_per_million)
            object.__setattr__(self, "price_per_million", tuple(self.price_per_million))
        if self.max_cost is not None:
            if not _is_amount(self.max_cost) or self.max_cost == 0:
                raise InvalidConfiguration(f"max_cost is {quoted(self.max_cost)}; it must be a number above 0")
            if self.price_per_million is None:
                raise InvalidConfiguration("max_cost needs price_per_million: what input and output tokens cost")

    def __repr__(self) -> str:
        return f"LLMEngine({quoted(self.model.name)}, mode={self.mode!r})"

    @property
    def name(self) -> str:
        """``"llm"``."""
        return "llm"

    @property
    def is_remote(self) -> bool:
        """What the model says of itself."""
        return self.model.is_remote

    @property
    def fingerprint(self) -> str:
        """What results depend on beside the packet and the config: code, prompts with it, the model's name, options."""
        options = [item.name for item in fields(self) if item.name not in ("model", "cache", "max_concurrent")]
        return fingerprint_of(
            code=[code_digest("splitreader.engines.llm"), code_digest("splitreader.engines.embedded")],
            model=self.model.name,
            options={name: getattr(self, name) for name in options},
        )

    def check(self, config: SplitConfig) -> None:
        """Refuse what this engine can't honour.

        Raises:
            InvalidConfiguration: there are no categories, or an example is of a category that is not declared.
        """
        if not config.categories:
            raise InvalidConfiguration("the LLM engine needs categories; give their names")
        known = {*config.category_names, "uncategorized"}
        for example in self.examples:
            for category, _ in example.segments:
                if category not in known:
                    raise InvalidConfiguration(
                        f"an example is of the category {quoted(category)}, which is not declared; "
                        "declare it, or leave the example out"
                    )

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """Split one packet; blocks while the model answers.

        Args:
            packet: may hold pages outside ``target_pages``; they are passed over.
            config: the categories and rules.

        Raises:
            InvalidConfiguration: an option it can't honour; ``vision`` is one for a packet without a PDF.
            PageNotFound: ``target_pages`` names a page that the packet does not have.
            ModelError: the model was asked and did not answer once.
            OutputError: answers can't be kept in the cache.
        """
        self.check(config)
        job = self._read(packet, config)
        drawer = self._drawer(packet)
        with connected(self.model) as model:
            answering = self._answering(model, packet, drawer)
            asked = run(self._asking(job), answering, in_threads=self.max_concurrent > 1)
        return job.answer(asked, self._own_usage(), {} if drawer is None else drawer.undrawn)

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """`split` without blocking the event loop; the same errors."""
        self.check(config)
        job = await in_thread(lambda: self._read(packet, config))
        drawer = self._drawer(packet)
        async with aconnected(self.model) as model:
            asked = await arun(self._asking(job), self._answering(model, packet, drawer).acall)
        undrawn = {} if drawer is None else drawer.undrawn
        return await in_thread(lambda: job.answer(asked, self._own_usage(), undrawn))

    def _read(self, packet: Packet, config: SplitConfig) -> Job:
        if self.vision and not isinstance(packet, ShowsPages):
            raise InvalidConfiguration(
                f"vision=True needs the PDF itself, and of {packet.name} only texts are known; "
                "load the file, or leave vision out"
            )
        if config.target_pages is not None:
            config.selected_pages(packet.page_count, source=packet.name)  # refused before anything is read
        if self.cache is not None:
            AnswerCache(Path(self.cache)).prepare()
        trim = Trim(self.head, self.tail)
        frame = build_frame(config, self.examples, trim, has_pictures=self.vision)
        asks = Asks(self.mode, self.window, self.overlap, trim, frame, shows_pages=self.vision)
        return read_job(packet.name, packet.pages(), config, asks, self.learned)

    def _asking(self, job: Job) -> Asking:
        budget = Budget(self.max_tokens_per_packet, self.max_cost, self.price_per_million)
        return ask_all(job.questions, budget=budget, most_out=self.max_concurrent)

    def _drawer(self, packet: Packet) -> Drawer | None:
        return Drawer(packet) if self.vision and isinstance(packet, ShowsPages) else None

    def _answering(self, model: Model, packet: Packet, drawer: Drawer | None = None) -> Answering:
        """Who answers; of a packet that needed a password, which has been read by now, nothing is kept in clear."""
        if self.cache is not None and getattr(packet, "is_secret", False):
            logger.info("%s is encrypted; no answer about it is kept", packet.name)
            return Answering(model, None, drawer)
        return Answering(model, None if self.cache is None else AnswerCache(Path(self.cache)), drawer)

    def _own_usage(self) -> dict[str, str]:
        return {"model": self.model.name, "mode": self.mode}


def _check_whole(name: str, value: object, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidConfiguration(f"{name} is {quoted(value)}; it must be a whole number from {least} to {most:,}")


def _check_prices(prices: object) -> None:
    if not isinstance(prices, (tuple, list)) or len(prices) != 2 or not all(map(_is_amount, prices)):
        raise InvalidConfiguration(
            f"price_per_million is {quoted(prices)}; give two numbers: what a million input tokens cost, "
            "and a million output tokens"
        )


def _is_amount(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
