"""Packets split by many machines: on the actors of Ray Data, as a Dataset of segments. Needs the extra ``ray``."""

from splitreader.ray._dataset import split_dataset
from splitreader.ray._limiter import SharedLimiter

__all__ = ["SharedLimiter", "split_dataset"]
