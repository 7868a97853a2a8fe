"""What is refused before a run, and the columns. No Ray is started."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from splitreader import Category, Failure, InvalidConfiguration, LlamaCloudEngine, Source, SourceNotFound, SplitReader
from splitreader.sources import one_source
from splitreader.testing import ScriptedEngine
from support.doc_pages import ROOT
from support.pdfs import make_pdf

pytestmark = [pytest.mark.usefixtures("ray_installed"), pytest.mark.xdist_group("ray")]


def split_dataset(*args, **options):
    from splitreader.ray import split_dataset

    return split_dataset(*args, **options)


class TestRefused:
    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"password": "hush"}, "can't be sent to Ray's actors: .*password= a function of Source"),
            ({"packet_id": "claim-1"}, "packet_id='claim-1' is one id for many packets"),
            ({"metadata": {"error": "x"}}, "may not have the key 'error'"),
            ({"metadata": {"access": []}}, "'access' is an empty list"),
        ],
    )
    def test_a_reader(self, sample, options, words):
        with pytest.raises(InvalidConfiguration, match=words) as caught:
            split_dataset(sample, SplitReader(["a"], **options))
        assert "hush" not in str(caught.value)

    def test_a_reader_whose_engine_has_its_key_as_text(self, sample):
        engine = LlamaCloudEngine(api_key="hush")
        with pytest.raises(InvalidConfiguration, match="keep an API key in the environment"):
            split_dataset(sample, SplitReader(["a"], engine=engine))

    def test_a_limiter_beside_a_limit(self):
        from splitreader.client import Limiter

        with pytest.raises(InvalidConfiguration, match="limiter and requests_per_minute both say"):
            LlamaCloudEngine(api_key="key", requests_per_minute=5, limiter=Limiter(5))

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"concurrency": 0}, "concurrency is 0; it must be"),
            ({"concurrency": (3, 2)}, r"concurrency is \(3, 2\)"),
            ({"batch_size": 0}, "batch_size is 0"),
            ({"metadata_columns": {"n": dict}}, "metadata_columns has .*dict"),
            ({"metadata_columns": {"category": str}}, "may not have the key 'category'"),
        ],
    )
    def test_an_option(self, sample, options, words):
        with pytest.raises(InvalidConfiguration, match=words):
            split_dataset(sample, SplitReader(["a"]), **options)

    def test_a_reader_that_is_none(self, sample):
        with pytest.raises(InvalidConfiguration, match="give a SplitReader"):
            split_dataset(sample, Category(name="a"))

    def test_packets_that_are_no_paths(self):
        with pytest.raises(InvalidConfiguration, match="takes paths and URLs"):
            split_dataset([b"%PDF-"], SplitReader(["a"]))

    def test_nothing_there(self, tmp_path):
        with pytest.raises(SourceNotFound, match="holds no file"):
            split_dataset(tmp_path, SplitReader(["a"]))


class TestColumns:
    def schema(self, metadata=None, declared=None):
        from splitreader.ray._columns import segment_schema

        return segment_schema(metadata or {}, declared or {}, page_list=False)

    def test_types_are_seen_or_declared(self):
        import pyarrow as pa

        schema = self.schema({"n": 1, "yes": True, "half": 0.5, "access": ["a"]}, {"tenant": str, "at": pa.date32()})
        types = {name: str(schema.field(name).type) for name in ("n", "yes", "half", "access", "tenant", "at", "score")}
        assert types == {
            "n": "int64",
            "yes": "bool",
            "half": "double",
            "access": "list<item: string>",
            "tenant": "string",
            "at": "date32[day]",
            "score": "double",
        }
        assert schema.names[0] == "text"
        assert schema.names[-2:] == ["error", "error_type"]
        assert len(set(schema.names)) == len(schema.names)

    def test_rows_hold_what_arrow_can_not_encode(self):
        from splitreader.ray._columns import packet_rows

        failure = Failure("b\udcff.pdf", SourceNotFound("b\udcff.pdf is not there"))
        (row,) = packet_rows(failure, self.schema()).to_pylist()
        assert (row["source"], row["error"]) == ("b\ufffd.pdf", "b\ufffd.pdf is not there")

    def test_a_value_of_another_type_says_so(self, sample):
        from splitreader import SplitPacket
        from splitreader.ray._columns import packet_rows

        documents = SplitReader(["a"], metadata={"n": "seven"}).from_pages(["text"])
        packet = SplitPacket(source=one_source(sample), result=None, documents=documents)
        with pytest.raises(InvalidConfiguration, match="does not fit its columns"):
            packet_rows(packet, self.schema(declared={"n": int}))

    def test_failures_and_segments_have_the_same_columns(self):
        from splitreader.ray._columns import packet_rows

        failure = Failure("x.pdf", SourceNotFound("x.pdf is not there"))
        table = packet_rows(failure, self.schema())
        assert table.schema == self.schema()
        assert table.select(["source", "error", "error_type", "text"]).to_pylist() == [
            {"source": "x.pdf", "error": "x.pdf is not there", "error_type": "SourceNotFound", "text": None}
        ]


class Hosted(ScriptedEngine):
    is_remote = True


class TestWhatABatchMayCost:
    @pytest.fixture
    def asked(self, monkeypatch):
        """What Ray is asked for; no Ray is started."""
        import ray.data

        class Dataset(ray.data.Dataset):
            def __init__(self):
                self.asked = {}

            def __del__(self):
                pass

            def map_batches(self, fn, **options):
                self.asked = options
                return self

        return Dataset()

    def test_a_hosted_engine_is_asked_for_one_packet_at_a_time_and_not_without_end(self, asked):
        split_dataset(asked, SplitReader(["a"], engine=Hosted([])))
        assert (asked.asked["batch_size"], asked.asked["max_task_retries"]) == (1, 2)

    def test_what_was_said_counts(self, asked):
        split_dataset(asked, SplitReader(["a"], engine=Hosted([])), batch_size=3, max_task_retries=7)
        assert (asked.asked["batch_size"], asked.asked["max_task_retries"]) == (3, 7)

    def test_an_engine_that_works_here_is_begun_again_as_often_as_ray_does(self, asked):
        split_dataset(asked, SplitReader(["a"]))
        assert asked.asked["batch_size"] == 4
        assert "max_task_retries" not in asked.asked

    def test_where_ray_has_no_such_option_it_is_logged(self, asked, caplog):
        def map_batches(fn, *, fn_constructor_args, batch_size, batch_format, compute, num_cpus):
            return "a Dataset"

        asked.map_batches = map_batches
        assert split_dataset(asked, SplitReader(["a"], engine=Hosted([]))) == "a Dataset"
        assert "how often to begin a batch again" in caplog.text


class TestActor:
    def rows(self, column, name_column=None, *, is_found=False, **columns):
        import pyarrow as pa

        from splitreader.ray._actor import PacketSplitter
        from splitreader.ray._columns import segment_schema

        schema = segment_schema({}, {}, page_list=False)
        splitter = PacketSplitter(SplitReader(["a"])._pipeline, schema, column, name_column, is_found)
        try:
            return [row for table in splitter(pa.table(columns)) for row in table.to_pylist()]
        finally:
            splitter._tools.worker.close()

    @pytest.mark.parametrize("value", [None, 7, 1.5, True])
    def test_a_value_that_is_no_path_is_a_row(self, sample, value):
        (row,) = self.rows("path", path=[value])
        assert row["error_type"] == "SourceUnreadable"
        assert row["error"] == f"the column 'path' holds {value}; it must hold paths and URLs, or bytes"
        assert row["source"] == "a row without a packet"

    def test_and_the_others_are_read(self, sample):
        rows = self.rows("path", path=[None, str(sample)])
        assert [row["error"] is None for row in rows][:2] == [False, True]

    def test_a_name_that_is_none(self, sample):
        (row,) = self.rows("path", "name", path=[str(sample)], name=[7])
        assert row["error"] == "the column 'name' holds 7; it must hold text"

    def test_a_store_whose_library_is_missing(self, sample, monkeypatch):
        monkeypatch.setitem(sys.modules, "gcsfs", None)
        rows = self.rows("path", path=["gs://bucket/a.pdf", str(sample)])
        assert (rows[0]["source"], rows[0]["error_type"]) == ("gs://bucket/a.pdf", "InvalidConfiguration")
        assert "gcsfs" in rows[0]["error"]
        assert rows[1]["error"] is None

    def test_what_was_found_is_not_looked_for_again(self):
        import fsspec

        store = fsspec.filesystem("memory")
        names = [f"memory://found/{name}.pdf" for name in ("scan[1]", "scan1", "scan*")]
        for name in names:
            store.pipe(name, make_pdf([f"INVOICE of {name}"]))
        rows = self.rows("path", "name", is_found=True, path=names, name=names)
        assert [row["error"] for row in rows] == [None] * 3
        assert [row["text"].split()[-1] for row in rows] == names

    def test_what_was_found_and_is_gone(self, tmp_path):
        gone = str(tmp_path / "gone.pdf")
        (row,) = self.rows("path", "name", is_found=True, path=[gone], name=["gone.pdf"])
        assert (row["source"], row["error_type"]) == ("gone.pdf", "SourceGone")

    def test_what_was_found_in_a_store_whose_library_is_missing_here(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "gcsfs", None)
        url = "gs://bucket/a.pdf"
        (row,) = self.rows("path", "name", is_found=True, path=[url], name=[url])
        assert (row["source"], row["error_type"]) == (url, "InvalidConfiguration")


@pytest.mark.parametrize(("is_paid", "blocks"), [(True, 40_001), (False, 13_334)])
def test_what_may_be_paid_for_again_is_one_packet_however_many_there_are(monkeypatch, is_paid, blocks):
    import ray.data

    from splitreader.ray._packets import as_dataset

    monkeypatch.setattr(ray.data, "from_arrow", list)
    sources = [Source(name=str(number), path=Path("/packets", str(number))) for number in range(40_001)]
    tables = as_dataset(sources, 1, is_paid=is_paid)
    assert len(tables) == blocks
    assert sum(table.num_rows for table in tables) == 40_001


def test_the_job_in_the_docs_is_one_of_kuberay():
    page = (ROOT / "docs" / "scale_ray.md").read_text(encoding="utf-8")
    ((job, cluster),) = [
        (job, job["spec"]["rayClusterSpec"])
        for job in yaml.safe_load_all(re.search(r"```yml\n(.*?)```", page, re.DOTALL)[1])
    ]
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    assert job["spec"]["entrypoint"].startswith("python ")
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    assert {group["template"]["spec"]["containers"][0]["image"] for group in groups} == {
        "registry.example/split-packets:1"
    }


def test_without_ray(tmp_path):
    code = (
        "import sys; sys.modules['ray'] = None\n"
        "from splitreader import SplitReader\n"
        "from splitreader.ray import split_dataset\n"
        "try: split_dataset('x', SplitReader(['a']))\n"
        "except ValueError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "Ray Data is not installed; pip install 'splitreader[ray]'\n"


def test_ray_is_not_loaded_by_anything_else():
    code = "import sys, splitreader; assert not {'ray', 'pyarrow', 'splitreader.ray'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ})
