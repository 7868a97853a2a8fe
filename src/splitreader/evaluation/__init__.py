"""How well an engine splits packets whose truth is known: metrics with intervals, calibration, speed."""

from splitreader.evaluation._calibration import Automation, Bin, Calibration
from splitreader.evaluation._html import as_html
from splitreader.evaluation._metrics import METRICS, Estimate, Metrics
from splitreader.evaluation._running import Evaluation, evaluate
from splitreader.evaluation._scores import PacketScore, score_packet
from splitreader.evaluation._tables import as_data, as_text
from splitreader.evaluation._truth import TruePacket, TrueSegment, load_truth

__all__ = [
    "METRICS",
    "Automation",
    "Bin",
    "Calibration",
    "Estimate",
    "Evaluation",
    "Metrics",
    "PacketScore",
    "TruePacket",
    "TrueSegment",
    "as_data",
    "as_html",
    "as_text",
    "evaluate",
    "load_truth",
    "score_packet",
]
