"""Several packets at once, some of which can't be read; limits; passwords; every kind of source through the reader."""

import io
import logging
import pickle
import time

import pypdf
import pytest

from splitreader import (
    DamagedPDF,
    Failure,
    FileId,
    InvalidConfiguration,
    InvalidEngineResult,
    LimitExceeded,
    Limits,
    NotAPDF,
    OCRNotInstalled,
    PageNotFound,
    PasswordMissing,
    PasswordWrong,
    SourceNotFound,
    SplitReader,
    WorkerTimeout,
)
from splitreader.testing import ScriptedEngine
from support.pdfs import make_pdf, make_scan


def whole(packet):
    from splitreader import EngineAnswer, ProposedSegment

    pages = [page.page for page in packet.pages()]
    return EngineAnswer(segments=[ProposedSegment(category="a", pages=pages, confidence="high")])


def reader(**options):
    return SplitReader(["a"], engine=ScriptedEngine(whole), **options)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "packets"
    folder.mkdir()
    (folder / "1.pdf").write_bytes(make_pdf(["one"]))
    (folder / "2.pdf").write_bytes(b"no pdf")
    (folder / "3.pdf").write_bytes(make_pdf(["x"] * 3)[:900])
    (folder / "4.pdf").write_bytes(make_pdf(["four"]))
    return folder


class TestOnError:
    def test_skip_logs_each_failure_and_goes_on(self, folder, caplog):
        with caplog.at_level(logging.WARNING):
            documents = reader(on_error="skip").load([folder, folder / "nowhere.pdf"])
        assert [d.metadata["source"] for d in documents] == ["1.pdf", "4.pdf"]
        messages = [record.getMessage() for record in caplog.records if record.name == "splitreader._failures"]
        assert len(messages) == 3
        assert "nowhere.pdf" in messages[0]
        assert "2.pdf is left out: 2.pdf is not a PDF" in messages[1]
        assert "3.pdf" in messages[2]

    def test_a_function_gets_each_failure(self, folder):
        failures = []
        documents = reader(on_error=failures.append).load(folder)
        assert len(documents) == 2
        assert [(failure.source, type(failure.error)) for failure in failures] == [
            ("2.pdf", NotAPDF),
            ("3.pdf", DamagedPDF),
        ]
        assert all(isinstance(failure, Failure) for failure in failures)

    def test_a_function_that_raises_ends_the_load(self, folder):
        def stop(failure):
            raise KeyError(failure.source)

        with pytest.raises(KeyError, match=r"2\.pdf"):
            reader(on_error=stop).load(folder)

    async def test_async_does_the_same(self, folder):
        failures = []
        documents = await reader(on_error=failures.append).aload([folder, "nowhere.pdf"])
        assert len(documents) == 2
        assert [type(failure.error) for failure in failures] == [SourceNotFound, NotAPDF, DamagedPDF]

    def test_an_engine_that_answers_wrongly_is_a_failure_of_that_packet(self, folder):
        engine = ScriptedEngine([("a", [1, 99])])
        failures = []
        assert SplitReader(["a"], engine=engine, on_error=failures.append).load(folder / "1.pdf") == []
        assert [type(failure.error) for failure in failures] == [InvalidEngineResult]

    def test_a_wrong_configuration_is_raised_whatever_was_chosen(self, folder):
        with pytest.raises(InvalidConfiguration, match="same packet_id"):
            reader(on_error="skip", packet_id="same").load(folder)

    def test_an_engines_own_bug_is_not_swallowed(self, folder):
        def bug(packet):
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            SplitReader(["a"], engine=ScriptedEngine(bug), on_error="skip").load(folder)

    def test_an_async_function_is_refused(self):
        async def note(failure):
            pass

        with pytest.raises(InvalidConfiguration, match="async"):
            reader(on_error=note)

    def test_other_values_are_refused(self):
        with pytest.raises(InvalidConfiguration, match="on_error"):
            reader(on_error="ignore")


class TestLimits:
    def test_of_bytes_is_checked_before_the_file_is_read(self, tmp_path):
        path = tmp_path / "p.pdf"
        path.write_bytes(b"not even a pdf" * 100)
        with pytest.raises(LimitExceeded, match=r"p\.pdf.*1,400 bytes"):
            reader(limits=Limits(max_bytes=1000)).load(path)

    def test_of_pages(self):
        with pytest.raises(LimitExceeded, match="has 3 pages, more than the 2 allowed"):
            reader(limits=Limits(max_pages=2)).load(make_pdf(["one", "two", "three"]))
        assert len(reader(limits=Limits(max_pages=3)).load(make_pdf(["one", "two", "three"]))) == 1

    def test_of_seconds_for_the_whole_packet(self):
        with pytest.raises(WorkerTimeout, match=r"longer than 0\.01 s"):
            reader(limits=Limits(max_seconds=0.01)).load(make_pdf(["text " * 100] * 200))

    def test_of_seconds_count_a_slow_reader_too(self):
        def slow(picture):
            time.sleep(0.3)  # as a real OCR program would
            return "text"

        with pytest.raises(WorkerTimeout, match=r"longer than 1 s"):
            reader(ocr=slow, limits=Limits(max_seconds=1)).load(make_scan(["page"] * 8))

    def test_are_limits(self):
        with pytest.raises(InvalidConfiguration, match="limits is dict"):
            reader(limits={"max_pages": 1})

    def test_are_above_zero(self):
        with pytest.raises(ValueError, match="max_pages"):
            Limits(max_pages=0)


class TestPassword:
    @pytest.fixture(params=["RC4-128", "AES-256"])
    def packet(self, request):
        writer = pypdf.PdfWriter(io.BytesIO(make_pdf(["secret text", "more of it"])))
        writer.encrypt("s3cret", algorithm=request.param)
        buffer = io.BytesIO()
        writer.write(buffer)
        return buffer.getvalue()

    @pytest.mark.parametrize("password", ["s3cret", lambda source: "s3cret"])
    def test_opens_the_packet_for_reading_and_cutting(self, packet, password, tmp_path):
        own = reader(password=password)
        (document,) = own.load(packet)
        assert document.text == "secret text\n\nmore of it"
        (path,) = own.write_pdfs(packet, tmp_path, own.split(packet))
        assert len(pypdf.PdfReader(path).pages) == 2
        assert len(pypdf.PdfReader(io.BytesIO(document.to_pdf(password="s3cret"))).pages) == 2
        with pytest.raises(PasswordMissing):
            document.to_pdf()

    def test_missing_and_wrong_are_different_errors(self, packet):
        with pytest.raises(PasswordMissing, match="password="):
            reader().load(packet)
        with pytest.raises(PasswordMissing):
            reader(password=lambda source: None).load(packet)
        with pytest.raises(PasswordWrong) as caught:
            reader(password="wr0ng").load(packet)
        assert "wr0ng" not in str(caught.value)

    def test_is_in_no_repr_and_no_pickle(self):
        own = reader(password="s3cret")
        assert "s3cret" not in repr(own)
        assert "s3cret" not in repr(vars(own))
        with pytest.raises(TypeError, match="function of Source"):
            pickle.dumps(own)
        assert pickle.loads(pickle.dumps(SplitReader(["a"], password=look_up))).load(make_pdf(["text"]))

    def test_a_function_that_gives_no_text_is_refused(self, packet):
        with pytest.raises(InvalidConfiguration, match="gave int"):
            reader(password=lambda source: 7).load(packet)


def look_up(source):
    return "s3cret"


class TestSources:
    def test_streams_and_globs(self, folder, tmp_path):
        (document,) = reader().load(io.BytesIO(make_pdf(["from a stream"])), name="mail/7.pdf")
        assert (document.text, document.metadata["source"]) == ("from a stream", "mail/7.pdf")
        assert document.to_pdf().startswith(b"%PDF-")
        assert [d.metadata["source"] for d in reader(on_error="skip").load(f"{folder}/[14].pdf")] == ["1.pdf", "4.pdf"]

    async def test_a_stream_async(self):
        (document,) = await reader().aload(io.BytesIO(make_pdf(["from a stream"])))
        assert document.text == "from a stream"

    def test_a_file_id_needs_an_engine_that_knows_it(self):
        with pytest.raises(InvalidConfiguration, match="LlamaCloud"):
            reader().load(FileId("dfl-1"))

    @pytest.mark.parametrize(
        ("start", "cure"), [(b"II*\x00", "img2pdf"), (b"\x89PNG\r\n\x1a\n", "img2pdf"), (b"PK\x03\x04", "zip")]
    )
    def test_other_files_are_told_what_to_do(self, start, cure):
        with pytest.raises(NotAPDF, match=cure):
            reader().load(start + b"0" * 100)


class TestRemoteEngines:
    class Remote(ScriptedEngine):
        is_remote = True

    def test_are_not_asked_about_a_packet_that_can_not_be_read(self, without_ocr):
        engine = self.Remote([("a", [1])])
        with pytest.raises(OCRNotInstalled):
            SplitReader(["a"], engine=engine).load(make_scan(["one"]))
        assert engine.calls == 0

    @pytest.mark.parametrize("way", ["load", "split"])
    def test_take_target_pages(self, way):
        engine = self.Remote([("a", [2])])
        own = SplitReader(["a"], engine=engine, target_pages="2")
        result = own.split(make_pdf(["x", "y"])) if way == "split" else None
        documents = own.load(make_pdf(["x", "y"])) if way == "load" else own.documents(make_pdf(["x", "y"]), result)
        assert [(document.text, document.segment.pages) for document in documents] == [("y", (2,))]

    def test_are_not_asked_for_pages_that_are_not_there(self):
        engine = self.Remote([("a", [2])])
        failures = []
        own = SplitReader(["a"], engine=engine, target_pages="2", on_error=failures.append)
        assert len(own.load([make_pdf(["only one"]), make_pdf(["x", "y"])])) == 1
        assert [type(failure.error) for failure in failures] == [PageNotFound]
        assert engine.calls == 1

    def test_need_no_text_for_a_split(self, without_ocr):
        engine = self.Remote([("a", [1])])
        assert SplitReader(["a"], engine=engine).split(make_scan(["one"])).page_count == 1


class TestTargetPages:
    def test_only_these_pages_are_read_and_the_others_are_omitted(self):
        seen = []
        own = SplitReader(["invoice", "contract"], target_pages="2,4-5", progress=lambda step: seen.append(step.page))
        packet = next(own.lazy_packets(make_pdf(["one", "INVOICE two", "three", "CONTRACT four", "five", "six"])))
        assert seen == [2, 4, 5]
        assert packet.result.omitted_pages == (1, 3, 6)
        assert [page for segment in packet.result.segments for page in segment.pages] == [2, 4, 5]
        assert own.documents(make_pdf(["one", "INVOICE two", "three", "CONTRACT four", "five", "six"]), packet.result)

    def test_from_pages_leaves_the_others_out_too(self):
        documents = SplitReader(["invoice"], target_pages="2").from_pages(["one", "two", "three"])
        assert [document.segment.pages for document in documents] == [(2,)]

    @pytest.mark.parametrize("way", ["load", "from_pages"])
    def test_a_page_that_is_not_there_is_refused(self, way):
        own = SplitReader(["invoice"], target_pages="2-3")
        with pytest.raises(PageNotFound, match="page 3"):
            own.load(make_pdf(["one", "two"])) if way == "load" else own.from_pages(["one", "two"])


def test_min_pages_per_split_reaches_the_engine():
    pages = ["INVOICE\nInvoice number 1", "INVOICE\nInvoice number 2", "INVOICE\nInvoice number 3", "page 4"]
    documents = SplitReader(["invoice"], min_pages_per_split=2).from_pages(pages)
    assert all(len(document.segment.pages) >= 2 for document in documents)
