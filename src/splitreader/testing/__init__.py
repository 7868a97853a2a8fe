"""For users' own tests: an engine and a Split API that answer what they were told to."""

from splitreader.testing._engine import Script, ScriptedEngine
from splitreader.testing._faults import Fault
from splitreader.testing._files import ScriptedUpload
from splitreader.testing._jobs import APIScript, ScriptedSegment
from splitreader.testing._recorded import Recorded
from splitreader.testing._routes import Operation
from splitreader.testing._split_api import ScriptedSplitAPI

__all__ = [
    "APIScript",
    "Fault",
    "Operation",
    "Recorded",
    "Script",
    "ScriptedEngine",
    "ScriptedSegment",
    "ScriptedSplitAPI",
    "ScriptedUpload",
]
