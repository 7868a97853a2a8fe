"""From packets to a Dataset of segments."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from splitreader._config import quoted
from splitreader._errors import InvalidConfiguration
from splitreader._failures import Failure
from splitreader._pipeline import Pipeline
from splitreader._reader import SplitReader
from splitreader.engines import LlamaCloudEngine
from splitreader.ray._limiter import SharedLimiter, check_ray
from splitreader.ray._packets import NAME, PATH, PathsLike, as_dataset, found_packets

if TYPE_CHECKING:
    import ray.data

    from splitreader.ray._columns import ColumnType


logger = logging.getLogger(__name__)

PAID_RETRIES = 2
"""How often a batch is begun again that a hosted engine may be paid for, when its actor dies."""


def split_dataset(  # noqa: PLR0913  # options, all by name
    packets: PathsLike | ray.data.Dataset,
    reader: SplitReader,
    *,
    column: str = PATH,
    name_column: str | None = None,
    metadata_columns: Mapping[str, ColumnType] | None = None,
    concurrency: int | tuple[int, int] | None = None,
    num_cpus: float = 1.0,
    batch_size: int | None = None,
    **ray_options: Any,
) -> ray.data.Dataset:
    """Split packets on the actors of Ray Data. Lazy: nothing is read before the Dataset is consumed.

    **Each time it is consumed, all packets are split again**, and paid for again with a hosted engine; to look at its
    ``schema()``, ``count()`` or first rows splits, too. Write it once and read that, or ``materialize()`` it.

    A row is a segment: ``text`` and the metadata of its Document as columns, each of one type whatever a block holds.
    A packet that fails is a row of its own, where only ``source``, ``error`` and ``error_type`` are not null. The
    reader's ``on_error`` has no part in it. `InvalidConfiguration` and what is no `SplitReaderError` end the run.

    Each actor has the reader and one process that reads PDFs, which it keeps. A batch whose actor dies is begun again,
    as often as it takes, and its rows come once; a packet that crashes its reader does not crash its actor. With a
    hosted engine it is begun again at most twice, since each time may be paid for; then the run ends. Ids are
    those that `SplitReader.load` gives, so rows of identical packets, which no actor sees side by side, have the same
    ``segment_id``; and that two packets were given one ``packet_id`` is not noticed.

    Args:
        packets: what is found before the run starts: paths, folders, globs and URLs, of cloud stores, too, that every
            machine can read; or a Dataset, of which `column` is taken.
        reader: can be pickled: password and API key are no text in it.
        column: of a Dataset: holds paths and URLs, or the bytes of packets.
        name_column: of a Dataset: what the packets are called in ``source``.
        metadata_columns: the types of the reader's own metadata, by key, where they can't be seen from a dict: ``str``,
            ``int``, ``float``, ``bool``, or a type of pyarrow.
        concurrency: how many actors, or from how many to how many; None for as many as Ray has CPUs for.
        num_cpus: of each actor. For a hosted engine, whose actors only wait, 0.1.
        batch_size: packets of a batch; None is 4, and 1 for an engine that is remote. Blocks of a Dataset of yours that
            are larger are one task, too.
        ray_options: for `ray.data.Dataset.map_batches`, such as ``memory=4 * 2**30``, ``resources`` or ``runtime_env``.

    Returns:
        The Dataset of segments. Downstream tasks need CPUs that the actors don't hold.

    Raises:
        InvalidConfiguration: an option can't be used, the reader can't be pickled, or Ray is not installed.
        SourceError: nothing that was named is there.
    """
    check_ray()
    import ray.data

    from splitreader.ray._actor import PacketSplitter
    from splitreader.ray._columns import failure_rows, segment_schema

    if batch_size is not None and (isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1):
        raise InvalidConfiguration(f"batch_size is {quoted(batch_size)}; it must be 1 or more, or None")
    pool = _pool(concurrency)
    pipeline = _pipeline(reader)
    is_remote = pipeline.engine.is_remote
    if batch_size is None:
        batch_size = 1 if is_remote else 4
    metadata = pipeline.labels.metadata
    schema = segment_schema(
        {} if metadata is None or callable(metadata) else dict(metadata),
        metadata_columns or {},
        page_list=pipeline.page_list,
    )
    failures: list[Failure] = []
    is_found = not isinstance(packets, ray.data.Dataset)
    if isinstance(packets, ray.data.Dataset):
        dataset = packets
    else:
        sources, failures = found_packets(packets)
        dataset, column, name_column = as_dataset(sources, batch_size, is_paid=is_remote), PATH, NAME
    with _finite_retries(dataset, ray_options) if is_remote else nullcontext(ray_options) as options:
        segments = dataset.map_batches(
            PacketSplitter,
            fn_constructor_args=(_with_one_limit(pipeline), schema, column, name_column, is_found),
            batch_size=batch_size,
            batch_format="pyarrow",
            compute=pool,
            num_cpus=num_cpus,
            **options,
        )
    if failures:
        segments = segments.union(ray.data.from_arrow(failure_rows(failures, schema)))
    return segments


@contextmanager
def _finite_retries(dataset: ray.data.Dataset, given: Mapping[str, Any]) -> Generator[dict[str, Any]]:
    """The options for actors that may spend money: Ray's own default is to begin a batch again without end.

    Ray 2.60 announces that the only way to say so goes with 2.64 and names no other: where it is gone, this is logged.
    """
    takes = signature(dataset.map_batches).parameters
    if "max_task_retries" in given or not (
        "max_task_retries" in takes or any(one.kind is Parameter.VAR_KEYWORD for one in takes.values())
    ):
        if "max_task_retries" not in given:
            logger.warning("this version of Ray can't be told how often to begin a batch again that may be paid for")
        yield dict(given)
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*ray_remote_args.*deprecated")
        yield {**given, "max_task_retries": PAID_RETRIES}


def _pipeline(reader: SplitReader) -> Pipeline:
    """The reader's options, if actors can work with them.

    Raises:
        InvalidConfiguration: they can't.
    """
    from ray import cloudpickle

    if not isinstance(reader, SplitReader):
        raise InvalidConfiguration(f"reader is {type(reader).__name__}; give a SplitReader")
    pipeline = reader._pipeline  # noqa: SLF001  # the reader itself would start processes for each packet
    if isinstance(pipeline.labels.packet_id, str):
        raise InvalidConfiguration(
            f"packet_id={quoted(pipeline.labels.packet_id)} is one id for many packets, so their segments would have "
            "the same ids; give it as a function of Source"
        )
    try:
        cloudpickle.dumps(pipeline)  # type: ignore[no-untyped-call]  # Ray's own copy has no types
    except Exception as error:  # pickling fails in many ways
        raise InvalidConfiguration(f"the reader can't be sent to Ray's actors: {str(error)[:300]}") from error
    return pipeline


def _with_one_limit(pipeline: Pipeline) -> Pipeline:
    """The same, with a limit of requests a minute that holds for all actors together."""
    engine = pipeline.engine
    if not isinstance(engine, LlamaCloudEngine) or engine.requests_per_minute is None:
        return pipeline
    return replace(pipeline, engine=engine.limited_by(SharedLimiter(engine.requests_per_minute)))


def _pool(concurrency: int | tuple[int, int] | None) -> ray.data.ActorPoolStrategy:
    import ray.data

    match concurrency:
        case None:
            return ray.data.ActorPoolStrategy(min_size=1)
        case bool():
            pass
        case int() if concurrency > 0:
            return ray.data.ActorPoolStrategy(size=concurrency)
        case (int(fewest), int(most)) if 0 < fewest <= most:
            return ray.data.ActorPoolStrategy(min_size=fewest, max_size=most)
    raise InvalidConfiguration(
        f"concurrency is {quoted(concurrency)}; it must be a number of actors, a pair of numbers, or None"
    )
