"""Packets side by side: who reads them, in which order they come, and an end to it all at once."""

from splitreader._many._common import check_bar
from splitreader._many._crew import Crew
from splitreader._many._how import How, Size, check_workers, size_of
from splitreader._many._in_tasks import asplit_all
from splitreader._many._in_threads import split_all

__all__ = ["Crew", "How", "Size", "asplit_all", "check_bar", "check_workers", "size_of", "split_all"]
