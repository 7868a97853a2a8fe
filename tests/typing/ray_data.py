"""Type-checked, never run: how users split on Ray's actors."""

from typing import assert_type

import ray.data

from splitreader import LlamaCloudEngine, SplitReader
from splitreader.client import RequestLimiter
from splitreader.ray import SharedLimiter, split_dataset

limiter = SharedLimiter(60, name="llamacloud")
shared: RequestLimiter = limiter
assert_type(limiter.granted(), int)

reader = SplitReader(["invoice"], engine=LlamaCloudEngine(limiter=limiter))
assert_type(split_dataset(["a.pdf", "folder"], reader, concurrency=(1, 4), num_cpus=0.1), ray.data.Dataset)
packets = ray.data.from_items([{"data": b"%PDF", "called": "a.pdf"}])
assert_type(
    split_dataset(packets, reader, column="data", name_column="called", metadata_columns={"tenant": str}, memory=2**32),
    ray.data.Dataset,
)
