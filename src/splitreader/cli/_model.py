"""The language model that ``--engine llm`` asks: from options to an engine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import typer

from splitreader._errors import InvalidConfiguration
from splitreader.engines import EmbeddedEngine, Engine, LLMEngine, OpenAIModel

MODEL_OPTIONS = (
    *("model", "base_url", "llm_mode", "llm_timeout", "llm_cache", "window", "max_concurrent", "vision"),
    *("price_per_million", "max_cost", "max_tokens"),
)

WINDOW, OVERLAP = 10, 2
"""As in `LLMEngine`; smaller windows share less."""

ModelOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="NAME", help="The model that --engine llm asks.", show_default=False)
]
ModelUrlOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--base-url",
        metavar="URL",
        help="Of the model's OpenAI-compatible server, mostly ending in /v1; default: OPENAI_BASE_URL, or OpenAI.",
        show_default=False,
    ),
]
LLMModeOption: TypeAlias = Annotated[
    Literal["full", "uncertain"] | None,
    typer.Option(help="Ask the model about all pages, or where embedded is unsure; default: full.", show_default=False),
]
LLMTimeoutOption: TypeAlias = Annotated[
    float | None,
    typer.Option(metavar="N", help="Seconds a model may take for an answer; default: 60.", show_default=False),
]
LLMCacheOption: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where to keep the model's answers.", show_default=False)
]
WindowOption: TypeAlias = Annotated[
    int | None, typer.Option(metavar="N", help="Pages of a question to a model; default: 10.", show_default=False)
]
ConcurrentOption: TypeAlias = Annotated[
    int | None,
    typer.Option(metavar="N", help="Questions to a model that may be out at once; default: 4.", show_default=False),
]
VisionOption: TypeAlias = Annotated[
    bool, typer.Option("--vision", help="Send a model that sees a small picture of each page, too.")
]
PriceOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="IN,OUT", help="What a million input and output tokens cost.", show_default=False),
]
MaxCostOption: TypeAlias = Annotated[
    float | None,
    typer.Option(metavar="N", help="What a packet may cost; needs --price-per-million.", show_default=False),
]
MaxTokensOption: TypeAlias = Annotated[
    int | None,
    typer.Option(metavar="N", help="How many tokens of a model a packet may take.", show_default=False),
]


def model_options(
    model: ModelOption = None,
    llm_mode: LLMModeOption = None,
    llm_timeout: LLMTimeoutOption = None,
    llm_cache: LLMCacheOption = None,
    window: WindowOption = None,
    max_concurrent: ConcurrentOption = None,
    vision: VisionOption = False,
    price_per_million: PriceOption = None,
    max_cost: MaxCostOption = None,
    max_tokens: MaxTokensOption = None,
) -> None:
    """What to ask, and how, for commands with ``--engine llm``; ``--base-url`` is theirs."""


def llm_engine(
    *,
    model: str | None = None,
    base_url: str | None = None,
    llm_mode: Literal["full", "uncertain"] = "full",
    llm_timeout: float = 60.0,
    llm_cache: Path | None = None,
    window: int = WINDOW,
    max_concurrent: int = 4,
    vision: bool = False,
    price_per_million: str | None = None,
    max_cost: float | None = None,
    max_tokens: int | None = None,
    engine_file: Path | None = None,
) -> Engine:
    """The engine that asks a model. Its key comes from the environment.

    Raises:
        InvalidConfiguration: there is no model, or an option is wrong.
    """
    if model is None:
        raise InvalidConfiguration("--engine llm needs --model NAME: the model to ask, as its server calls it")
    options: dict[str, Any] = {} if engine_file is None else {"learned": EmbeddedEngine.load(engine_file).learned}
    return LLMEngine(
        OpenAIModel(model, base_url=base_url, timeout=llm_timeout),
        mode=llm_mode,
        cache=llm_cache,
        window=window,
        overlap=min(OVERLAP, window // 2),
        max_concurrent=max_concurrent,
        vision=vision,
        price_per_million=None if price_per_million is None else _prices(price_per_million),
        max_cost=max_cost,
        max_tokens_per_packet=max_tokens,
        **options,
    )


def _prices(text: str) -> tuple[float, float]:
    try:
        of_input, of_output = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidConfiguration(
            "--price-per-million takes two numbers, like 0.15,0.60: of a million input and of a million output tokens"
        ) from None
    return of_input, of_output
