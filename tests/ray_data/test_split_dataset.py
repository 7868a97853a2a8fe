"""Real runs on Ray's actors."""

import json
import os
import signal

import psutil
import pytest

from splitreader import (
    EngineAnswer,
    InvalidConfiguration,
    LlamaCloudEngine,
    ProposedSegment,
    SplitReader,
)
from splitreader.testing import ScriptedEngine, ScriptedSplitAPI

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("ray"),
    pytest.mark.filterwarnings("ignore:::ray"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # Ray's own sockets and files
    pytest.mark.usefixtures("cluster"),
]


@pytest.fixture
def packets(sample, tmp_path):
    """Five packets of different bytes."""
    folder = tmp_path / "packets"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.pdf").write_bytes(sample.read_bytes() + b"\n" * number)
    return folder


def split_dataset(*args, **options):
    from splitreader.ray import split_dataset

    return split_dataset(*args, **options)


def seen(rows):
    return sorted((row["source"], row["segment_id"], row["text"]) for row in rows)


def of_documents(documents):
    return sorted((one.metadata["source"], one.id, one.text) for one in documents)


def test_rows_are_the_segments_that_load_gives_also_from_parquet(packets, sample_categories, tmp_path):
    import pyarrow.parquet

    documents = SplitReader(sample_categories).load(packets)
    (packets / "bad.pdf").write_bytes(b"hello")
    reader = SplitReader(sample_categories, metadata={"tenant": "north", "access": ["a", "b"]}, page_list=True)

    rows = split_dataset([packets, tmp_path / "none.pdf"], reader, concurrency=2, batch_size=1)
    rows.write_parquet(str(tmp_path / "out"))

    schemas = {pyarrow.parquet.read_schema(file).remove_metadata().to_string() for file in (tmp_path / "out").iterdir()}
    assert len(schemas) == 1  # also of files that hold failures only
    read = pyarrow.parquet.read_table(tmp_path / "out").to_pylist()
    failed = sorted((row for row in read if row["error"]), key=lambda row: row["source"])
    good = [row for row in read if not row["error"]]
    assert seen(good) == of_documents(documents)
    metadata = {one.id: one.metadata for one in documents}
    for row in good:
        own = {key: row[key] for key in metadata[row["segment_id"]]}
        assert own == metadata[row["segment_id"]]
        assert (row["tenant"], row["access"], row["error"], row["error_type"]) == ("north", ["a", "b"], None, None)
        assert row["page_list"][0] == row["page_start"]
    assert [(row["source"], row["error_type"]) for row in failed] == [
        (str(tmp_path / "none.pdf"), "SourceNotFound"),
        ("bad.pdf", "NotAPDF"),
    ]
    for row in failed:
        assert {key for key in row if row[key] is not None} == {"source", "error", "error_type"}
        assert row["error"].startswith(("there is no file", "bad.pdf is not a PDF"))


def test_a_dataset_of_bytes(packets, sample_categories, cluster):
    dataset = cluster.data.read_binary_files(str(packets), include_paths=True)
    rows = split_dataset(
        dataset, SplitReader(sample_categories), column="bytes", name_column="path", concurrency=1
    ).take_all()
    expected = SplitReader(sample_categories).load(packets)
    assert sorted(row["segment_id"] for row in rows) == sorted(one.id for one in expected)
    assert {row["file_name"] for row in rows} == {f"{number}.pdf" for number in range(5)}


def test_a_wrong_configuration_ends_the_run(packets, sample_categories):
    reader = SplitReader(sample_categories, metadata=lambda source: {"tenant": source.file_name})
    with pytest.raises(InvalidConfiguration, match=r"has the key 'tenant'.*metadata_columns=\{\"tenant\": str\}"):
        split_dataset(packets / "0.pdf", reader, concurrency=1).take_all()
    rows = split_dataset(packets / "0.pdf", reader, concurrency=1, metadata_columns={"tenant": str}).take_all()
    assert {row["tenant"] for row in rows} == {"0.pdf"}


def test_an_actor_killed_in_the_middle(packets, tmp_path):
    """It kills itself at its second packet, half way through; its process for PDFs ends with it."""
    killed = tmp_path / "killed.json"

    def script(packet):
        answer = [ProposedSegment(category="a", pages=range(1, packet.page_count + 1), confidence="high")]
        if packet.name == "3.pdf" and not killed.exists():
            ours = [(child.pid, child.create_time()) for child in psutil.Process().children()]
            killed.write_text(json.dumps(ours))
            os.kill(os.getpid(), signal.SIGKILL)
        return EngineAnswer(segments=answer)

    reader = SplitReader(["a"], engine=ScriptedEngine(script))
    rows = split_dataset(packets, reader, concurrency=2, batch_size=2).take_all()

    assert [row["source"] for row in sorted(rows, key=lambda row: row["source"])] == [f"{n}.pdf" for n in range(5)]
    ours = json.loads(killed.read_text())
    assert len(ours) == 1
    assert not [pid for pid, begun in ours if is_running(pid, begun)]


def is_running(pid, begun):
    try:
        process = psutil.Process(pid)
        if process.create_time() != begun:
            return False
        process.wait(10)  # it looks at its parent every second
    except psutil.NoSuchProcess:
        return False
    except psutil.TimeoutExpired:
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def test_all_requests_to_a_service_are_let_through_by_one_limiter(packets, monkeypatch):
    from splitreader.ray import SharedLimiter

    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-test")
    with ScriptedSplitAPI([("invoice", range(1, 15))]) as api:
        limiter = SharedLimiter(10_000)
        engine = LlamaCloudEngine(base_url=api.url, limiter=limiter)
        rows = split_dataset(packets, SplitReader(["invoice"], engine=engine), concurrency=2, batch_size=1).take_all()
        assert [row["error"] for row in rows] == [None] * 5
        assert len(api.jobs) == 5
        assert limiter.granted() == len(api.requests) > 15


def test_requests_per_minute_is_for_all_actors_together(monkeypatch):
    from splitreader.ray._dataset import _with_one_limit

    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-test")
    reader = SplitReader(["invoice"], engine=LlamaCloudEngine(requests_per_minute=2))
    first = _with_one_limit(reader._pipeline).engine._limiter
    from ray import cloudpickle

    second = cloudpickle.loads(cloudpickle.dumps(first))
    assert [first.reserve(0.0), second.reserve(5.0)] == [0.0, 0.0]
    assert first.reserve(0.0, until=30.0) is None
    assert 0 < second.reserve(0.0) <= 60
    assert first.granted() == 3


def test_a_limiter_with_a_name_is_found_again(cluster):
    from splitreader.ray import SharedLimiter

    SharedLimiter(7, name="ours").reserve(0.0)
    assert SharedLimiter(7, name="ours").granted() == 1
    cluster.kill(cluster.get_actor("ours", namespace="splitreader"))
