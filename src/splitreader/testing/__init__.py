"""For users' own tests: an engine, a Split API and a language model that answer what they were told to."""

from splitreader.testing._chat_api import ChatAnswer, ScriptedChatAPI
from splitreader.testing._engine import Script, ScriptedEngine
from splitreader.testing._faults import Fault
from splitreader.testing._files import ScriptedUpload
from splitreader.testing._jobs import APIScript, ScriptedSegment
from splitreader.testing._recorded import Recorded
from splitreader.testing._routes import Operation
from splitreader.testing._split_api import ScriptedSplitAPI

__all__ = [
    "APIScript",
    "ChatAnswer",
    "Fault",
    "Operation",
    "Recorded",
    "Script",
    "ScriptedChatAPI",
    "ScriptedEngine",
    "ScriptedSegment",
    "ScriptedSplitAPI",
    "ScriptedUpload",
]
