"""Type-checked, never run: what users keep, and where."""

from os import PathLike
from pathlib import Path
from typing import assert_type

from splitreader import SplitReader, SplitResult
from splitreader.cache import Cache, CacheLike
from splitreader.client import JobRecord


def reader_with(cache: CacheLike) -> SplitReader:
    return SplitReader(["invoice"], cache=cache)


class Folder(PathLike[str]):
    def __fspath__(self) -> str:
        return "cache"


cache = Cache(Path("cache"), max_bytes=1 << 30)
reader_with(cache)
reader_with("cache")
reader_with(Folder())
assert_type(Cache.of("cache"), Cache)
assert_type(cache.folder, Path)
assert_type(cache.find_result("key"), SplitResult | None)
assert_type(cache.job("key"), JobRecord)
