"""Run as a program: takes a data folder, says so or why not, and holds it until its input ends."""

import sys
from pathlib import Path

from splitreader import StorageError
from splitreader.server.storage import Storage

try:
    storage = Storage.open(Path(sys.argv[1]))
except StorageError as error:
    print(type(error).__name__, flush=True)
else:
    print("open", flush=True)
    sys.stdin.read()
