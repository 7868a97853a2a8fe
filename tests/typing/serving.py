"""Type-checked, never run: how users run a Split service of their own."""

from pathlib import Path
from typing import assert_type

from fastapi import FastAPI

from splitreader import EmbeddedEngine, Limits
from splitreader.server import LOOPBACK_HOSTS, KeyRing, ServerSettings, create_app

settings = ServerSettings(
    data=Path("data"), hosts=(*LOOPBACK_HOSTS, "split.example.org"), workers=4, ocr="off", limits=Limits(max_pages=500)
)
assert_type(settings.hosts, tuple[str, ...])
assert_type(settings.job_seconds, float)

keys = KeyRing.of({"a-long-key": "project"}).joined(KeyRing.from_file(Path("keys.json")))
assert_type(keys, KeyRing)
assert_type(KeyRing.from_environment({"SPLITREADER_SERVER_KEYS": "a-long-key"}), KeyRing | None)

assert_type(create_app(settings, engine=EmbeddedEngine(), keys=keys), FastAPI)
