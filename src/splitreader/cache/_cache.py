"""A cache: a folder of results, page texts and hosted jobs in flight."""

from __future__ import annotations

import logging
import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from splitreader._config import quoted
from splitreader._errors import CacheError, CacheNotInstalled, InvalidConfiguration
from splitreader._pages import PageText
from splitreader._result import SplitResult
from splitreader.pdf._kept import ReadTexts

if TYPE_CHECKING:
    from splitreader.cache._locks import Lock
    from splitreader.client._record import JobRecord

logger = logging.getLogger("splitreader.cache")

MEGABYTE = 1 << 20
GIGABYTE = 1 << 30

CacheLike: TypeAlias = "str | os.PathLike[str] | Cache"

M = TypeVar("M", bound=BaseModel)


class Cache:
    """A folder that keeps results and page texts, and the traces of hosted jobs in flight.

    Several readers, threads and processes can use it at once. The folder and its files are private to the user, since
    page texts lie in it in clear.

    Args:
        folder: made if it is not there; must hold nothing else.
        max_bytes: of results and page texts on the disk, at least a megabyte. Texts go first, and of them what was
            not used for the longest time. Traces of jobs are a few hundred bytes each and don't count.

    Raises:
        InvalidConfiguration: an option is wrong.
        CacheNotInstalled: the packages of the extra ``cache`` are missing.
        CacheError: the folder can't be used.
    """

    def __init__(self, folder: str | os.PathLike[str], *, max_bytes: int = 2 * GIGABYTE) -> None:
        if not isinstance(folder, (str, os.PathLike)) or not os.fspath(folder):
            raise InvalidConfiguration(f"cache is {quoted(folder)}; give the path of a folder")
        if not isinstance(max_bytes, int) or isinstance(max_bytes, bool) or max_bytes < MEGABYTE:
            raise InvalidConfiguration(f"max_bytes is {quoted(max_bytes)}; it must be {MEGABYTE:,} (1 MB) or more")
        try:
            from splitreader.cache._database import Database
            from splitreader.cache._folder import prepare_folder
        except ImportError as error:
            raise CacheNotInstalled(
                f"a cache needs packages that are not installed ({error.name}); pip install 'splitreader[cache]'"
            ) from error
        self.folder = Path(folder).absolute()
        self.max_bytes = max_bytes
        prepare_folder(self.folder)
        self._entries = Database(self.folder / "entries-1.db", is_durable=False, max_bytes=max_bytes, first="texts ")
        self._jobs = Database(self.folder / "jobs-1.db", is_durable=True)
        self._entries.prepare()
        self._jobs.prepare()

    @classmethod
    def of(cls, cache: CacheLike) -> Cache:
        """The cache itself, or that of a folder."""
        return cache if isinstance(cache, Cache) else cls(cache)

    def __repr__(self) -> str:
        return f"Cache({str(self.folder)!r}, max_bytes={self.max_bytes})"

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _unpickled, (self.folder, self.max_bytes)

    def find_result(self, key: str) -> SplitResult | None:
        """The result that was kept; None if there is none. A cache that fails is logged.

        What the result used then stands under ``cached`` in its `usage`: nothing was used now.
        """
        kept = self._find("result", key, SplitResult)
        if kept is None or not kept.usage:
            return kept
        return kept.model_copy(update={"usage": {"cached": kept.usage}})

    def keep_result(self, key: str, result: SplitResult) -> bool:
        """Keep a result. False: it is not kept, and the log says why."""
        return self._keep("result", key, result)

    def find_texts(self, key: str) -> ReadTexts | None:
        """The page texts that were kept; None if there are none. A cache that fails is logged."""
        kept = self._find("texts", key, _Texts)
        return None if kept is None else ReadTexts(kept.page_count, kept.pages)

    def keep_texts(self, key: str, read: ReadTexts) -> bool:
        """Keep page texts. False: they are not kept, and the log says why."""
        return self._keep("texts", key, _Texts(page_count=read.page_count, pages=read.texts))

    def job(self, key: str) -> JobRecord:
        """The record of a hosted job.

        Raises:
            CacheError: by its methods, if the folder can't be read or written.
        """
        from splitreader.cache._job_records import KeptJob

        return KeptJob(self._jobs, key)

    def lock(self, key: str) -> Lock:
        """Keeps all others, threads and processes, from what is done for this key meanwhile, once it is taken.

        Raises:
            CacheError: by ``take``, if the folder can't be written.
        """
        from splitreader.cache._locks import Lock

        return Lock(self.folder / "locks" / f"{key}.lock")

    def _find(self, kind: str, key: str, model: type[M]) -> M | None:
        try:
            data = self._entries.find(f"{kind} {key}")
            if data is None:
                return None
            return model.model_validate_json(zlib.decompress(data))
        except CacheError as error:
            logger.warning("goes on without what may be kept: %s", error)
        except (ValidationError, zlib.error) as error:
            logger.warning("an entry of the cache can't be understood (%s); it is made anew", type(error).__name__)
            with suppress(CacheError):
                self._entries.drop(f"{kind} {key}")
        return None

    def _keep(self, kind: str, key: str, content: BaseModel) -> bool:
        try:
            data = zlib.compress(content.model_dump_json().encode())
        except ValueError as error:  # an engine's usage may hold anything
            logger.warning("a %s can't be kept: it is no JSON (%s)", kind, type(error).__name__)
            return False
        try:
            is_kept = self._entries.keep(f"{kind} {key}", data)
        except CacheError as error:
            logger.warning("goes on without keeping: %s", error)
            return False
        if not is_kept:
            logger.warning("%s of %d bytes can't be kept: the cache may hold %d", kind, len(data), self.max_bytes)
        return is_kept


class _Texts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    page_count: int
    pages: tuple[PageText, ...]


def _unpickled(folder: Path, max_bytes: int) -> Cache:
    return Cache(folder, max_bytes=max_bytes)
