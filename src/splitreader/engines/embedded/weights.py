"""The numbers that turn cues and looks into the log-odds of a new document.

They stand in ``weights.json``, a file a person can read; ``benchmarks/fit_weights.py`` writes it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from splitreader.engines.embedded.page_pair import Cue


class CueWeight(BaseModel):
    """How much a cue counts where it speaks for a new document, and where it speaks against one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: FiniteFloat = Field(default=1.0, ge=0)
    go_on: FiniteFloat = Field(default=1.0, ge=0)


class Calibration(BaseModel):
    """From the probabilities of a segment's parts to how often such segments are right.

    A logistic regression on their logarithms: sigmoid(shift + begins log p_begins + ... + category log p_category); see
    `SegmentParts`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shift: FiniteFloat = 2.5
    begins: FiniteFloat = Field(default=2.0, ge=0)
    ends: FiniteFloat = Field(default=2.0, ge=0)
    together: FiniteFloat = Field(default=2.0, ge=0)
    category: FiniteFloat = Field(default=2.0, ge=0)

    def of(self, *, begins: float, ends: float, together: float, category: float) -> float:
        """The calibrated score, 0 to 1, of probabilities from 0 to 1."""
        weighed = (
            (self.begins, begins),
            (self.ends, ends),
            (self.together, together),
            (self.category, category),
        )
        log_odds = self.shift + math.fsum(weight * math.log(max(part, _LEAST)) for weight, part in weighed)
        return 1.0 / (1.0 + math.exp(min(-log_odds, _MOST)))


_LEAST = 1e-4
_MOST = 50.0


class Weights(BaseModel):
    """All weights of the embedded engine's boundary model.

    Args:
        prior: log-odds of a start where nothing speaks.
        cues: by the name of the cue; 1 for those that are not named.
        looks: added where the look is seen; 0 for those that are not named.
        calibration: of segments' scores.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prior: FiniteFloat
    cues: Mapping[str, CueWeight] = Field(default_factory=dict)
    looks: Mapping[str, FiniteFloat] = Field(default_factory=dict)
    calibration: Calibration = Calibration()

    def log_odds(self, cues: Iterable[Cue], looks: Iterable[str]) -> float:
        """The log-odds that a document starts, of everything that was seen at a page break."""
        terms = [self.prior, *(self.of_cue(cue) for cue in cues), *(self.looks.get(look, 0.0) for look in looks)]
        return math.fsum(terms)  # exact, so that the order of a set doesn't matter

    def of_cue(self, cue: Cue) -> float:
        """What a cue counts."""
        weight = self.cues.get(cue.name, _PLAIN)
        return cue.log_odds * (weight.start if cue.log_odds > 0 else weight.go_on)


_PLAIN = CueWeight()


@cache
def built_in_weights() -> Weights:
    """The weights of the package."""
    text = files(__package__).joinpath("weights.json").read_text(encoding="utf-8")
    return Weights.model_validate_json(text)
