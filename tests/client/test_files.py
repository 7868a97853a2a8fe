"""Files: upload, list, content, delete; and what becomes of the files of a run."""

import asyncio
import hashlib
import http.server
import os
import subprocess
import sys
import threading
from datetime import datetime

import httpx
import pytest
from blockbuster import BlockBuster

from splitreader import (
    CreateUnknown,
    InvalidConfiguration,
    InvalidServiceAnswer,
    JobCancelled,
    JobDeadline,
    JobFailed,
    ServiceUnavailable,
    ServiceUnreachable,
    SourceChanged,
    SourceGone,
    SourceNotFound,
    SourceUnreadable,
    UnknownId,
)
from splitreader.client import AsyncSplitClient, SplitClient
from splitreader.client._upload import Upload
from splitreader.testing import Fault
from splitreader.wire import CloudFile
from support.split_api import CATEGORIES, KEY, PDF, SEGMENTS, SHA256, of, operations, segments_of

ODD_NAMES = [
    'a "quoted" name.pdf',
    "line\r\nbreak.pdf",
    "Überweisung 請求書 🧾.pdf",
    "back\\slash.pdf",
    "semi;colon=1.pdf",
    "x\r\n--boundary\r\nContent-Disposition: form-data; name=evil.pdf",
    "100%.pdf",
]


class TestUpload:
    def test_in_today_s_form(self, api, connect, packet):
        client = connect(api, project_id="p", organization_id="o")
        file = client.upload_file(packet, external_file_id="mine", purpose="parse")
        assert api.files[file.id]["external_file_id"] == file.external_file_id == "mine"
        (request,) = of(api, "upload")
        assert (request.path, request.query) == (
            "/api/v1/beta/files",
            {"project_id": ["p"], "organization_id": ["o"]},
        )
        assert request.body == {
            "fields": {"purpose": "parse", "external_file_id": "mine"},
            "file_name": "packet.pdf",
            "content_type": "application/pdf",
            "size": len(PDF),
            "sha256": SHA256,
        }
        assert "transfer-encoding" not in request.headers
        assert (file.name, file.file_type, file.purpose, file.project_id) == ("packet.pdf", "pdf", "parse", "p")
        assert isinstance(file.last_modified_at, datetime)

    def test_in_the_guide_s_form(self, api, client, packet):
        file = client.upload_file(packet, files_api="v1")
        assert list(api.files) == [file.id]
        (request,) = of(api, "upload")
        assert request.path == "/api/v1/files"
        assert (request.body["fields"], request.body["sha256"]) == ({}, SHA256)

    @pytest.mark.parametrize(
        ("file", "name"), [(PDF, "packet.pdf"), (bytearray(PDF), "packet.pdf"), (memoryview(PDF), "packet.pdf")]
    )
    def test_from_bytes(self, api, client, file, name):
        assert client.upload_file(file).name == name
        assert of(api, "upload")[0].body["sha256"] == SHA256
        assert of(api, "upload")[0].body["fields"] == {"purpose": "split"}

    def test_from_a_path_as_text(self, client, packet):
        assert client.upload_file(str(packet)).name == "packet.pdf"

    def test_an_empty_file(self, api, client):
        client.upload_file(b"")
        assert of(api, "upload")[0].body["size"] == 0

    @pytest.mark.parametrize("name", ODD_NAMES)
    @pytest.mark.parametrize("files_api", ["beta", "v1"])
    def test_odd_names(self, api, client, name, files_api):
        assert client.upload_file(PDF, name=name, files_api=files_api).name == name
        assert len(api.files) == 1
        assert "evil.pdf" not in of(api, "upload")[0].body["fields"]

    def test_a_name_that_is_no_text(self, api, client, tmp_path):
        path = tmp_path / os.fsdecode(b"odd\xff.pdf")
        path.write_bytes(PDF)
        assert client.upload_file(path).name == "odd?.pdf"

    @pytest.mark.parametrize(
        ("arguments", "options", "error"),
        [
            ([PDF], {"files_api": "v2"}, InvalidConfiguration),
            ([PDF], {"files_api": "v1", "external_file_id": "x"}, InvalidConfiguration),
            ([3], {}, InvalidConfiguration),
            (["nowhere.pdf"], {}, SourceNotFound),
            (["x" * 5000], {}, SourceUnreadable),
        ],
    )
    def test_refused_before_anything_is_sent(self, api, client, arguments, options, error):
        with pytest.raises(error):
            client.upload_file(*arguments, **options)
        assert api.requests == []

    def test_a_folder(self, client, tmp_path):
        with pytest.raises(SourceUnreadable):
            client.upload_file(tmp_path)

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(reset=True),
            Fault(reset=True, after=True),
            Fault(status=500, after=True),
            Fault(status=429, headers={"retry-after-ms": "5"}),
            Fault(status=503, headers={"Retry-After": "0.005"}),
            Fault(status=408),
            Fault(cut=True),
            Fault(delay=3600),
            Fault(drip=0.05),
        ],
    )
    def test_a_passing_fault(self, api, connect, packet, fault):
        client = connect(api, timeout=0.3)
        api.fail("upload", fault)
        file = client.upload_file(packet)
        assert file.id in api.files
        assert [request.body["sha256"] for request in of(api, "upload") if request.body][-1:] == [SHA256]
        assert api.count("upload") == 2

    @pytest.mark.parametrize("size", [3 << 20, (1 << 18) + 1])
    def test_a_large_file_comes_through(self, api, client, tmp_path, size):
        data = os.urandom(size)
        path = tmp_path / "large.pdf"
        path.write_bytes(data)
        client.upload_file(path)
        body = of(api, "upload")[0].body
        assert (body["size"], body["sha256"]) == (size, hashlib.sha256(data).hexdigest())

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            (lambda path: path.write_bytes(PDF[:-1]), SourceChanged),
            (lambda path: path.write_bytes(b""), SourceChanged),
            (lambda path: path.write_bytes(PDF + b"x"), SourceChanged),
            (lambda path: path.write_bytes(PDF * 1000), SourceChanged),
            (lambda path: path.unlink(), SourceGone),
            (lambda path: (path.unlink(), path.mkdir()), SourceUnreadable),
        ],
        ids=["shrinks", "empty", "grows", "grows much", "vanishes", "folder"],
    )
    def test_a_file_that_changes_under_way(self, api, client, packet, monkeypatch, change, error):  # noqa: PLR0917
        pieces = Upload.pieces

        def changed(self):
            change(packet)
            return pieces(self)

        monkeypatch.setattr(Upload, "pieces", changed)
        with pytest.raises(error, match=r"packet\.pdf"):
            client.run(packet, CATEGORIES)
        assert (api.files, api.jobs) == ({}, {})
        assert api.count("upload") <= 1
        monkeypatch.undo()
        assert client.upload_file(PDF).id in api.files  # the connection is none that is half used

    @pytest.mark.slow
    def test_memory_does_not_grow_with_the_file(self, kind, tmp_path):
        path = tmp_path / "large.pdf"
        with path.open("wb") as file:
            file.truncate(300 << 20)
        with sink() as (url, received):
            script = UPLOAD_ASYNC if kind == "async" else UPLOAD_SYNC
            command = [sys.executable, "-c", script, url, str(path)]
            output = subprocess.check_output(command, text=True, timeout=120).split()
            assert received[0] > 300 << 20
        small, large = map(int, output)
        scale = 1 if sys.platform == "darwin" else 1024
        assert (large - small) * scale < 40 << 20


UPLOAD_SYNC = """
import resource, sys
from splitreader.client import SplitClient
usage = lambda: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
with SplitClient(base_url=sys.argv[1], api_key="llx-test") as client:
    client.upload_file(b"%PDF-"); usage()
    client.upload_file(sys.argv[2]); usage()
"""
UPLOAD_ASYNC = """
import asyncio, resource, sys
from splitreader.client import AsyncSplitClient
usage = lambda: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
async def main():
    async with AsyncSplitClient(base_url=sys.argv[1], api_key="llx-test") as client:
        await client.upload_file(b"%PDF-"); usage()
        await client.upload_file(sys.argv[2]); usage()
asyncio.run(main())
"""


class sink:  # noqa: N801  # used as a function
    """A server that reads uploads and keeps nothing of them; ScriptedSplitAPI would keep all."""

    def __enter__(self):
        received = [0]

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                left = int(self.headers["Content-Length"])
                received[0] = left
                while left:
                    left -= len(self.rfile.read(min(left, 1 << 18)))
                body = b'{"id": "1", "name": "x"}'
                self.send_response(201)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_address[1]}", received

    def __exit__(self, *error):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class TestList:
    def test_every_filter(self, api, connect):
        client = connect(api, project_id="p", organization_id="o")
        filters = {
            "file_ids": ["a", "b"],
            "file_name": "n",
            "external_file_id": "e",
            "order_by": "name desc",
            "expand": ["download_url"],
            "page_size": 7,
            "page_token": "ZnJvbTow",
        }
        assert client.list_files(**filters) == []
        assert of(api, "list_files")[0].query == {
            "file_ids": ["a", "b"],
            "file_name": ["n"],
            "external_file_id": ["e"],
            "order_by": ["name desc"],
            "expand": ["download_url"],
            "page_size": ["7"],
            "page_token": ["ZnJvbTow"],
            "project_id": ["p"],
            "organization_id": ["o"],
        }

    def test_pages(self, api, client):
        ids = [api.add_file(f"{number}.pdf", PDF) for number in range(7)]
        assert [file.id for file in client.list_files(page_size=3)] == ids
        assert api.count("list_files") == 3
        assert [file.id for file in client.list_files(file_name="4.pdf")] == [ids[4]]
        (file,) = client.list_files(file_ids=[ids[5]], expand=["download_url"])
        assert file.download_url.url.startswith(api.url)

    def test_no_page_that_nobody_asks_for(self, api):
        for number in range(4):
            api.add_file(f"{number}.pdf", PDF)
        with SplitClient(base_url=api.url, api_key=KEY) as client:
            files = client.list_files(page_size=2)
            next(files)
        assert api.count("list_files") == 1

    def test_a_token_that_leads_back_to_itself(self, api, client):
        page = {"items": [{"id": "1", "name": "x"}], "next_page_token": "ZnJvbTow"}
        api.fail("list_files", Fault(body=page), times=None)
        with pytest.raises(InvalidServiceAnswer, match="back to the same page"):
            client.list_files()
        assert api.count("list_files") == 2

    def test_an_empty_token_is_the_end(self, api, client):
        api.fail("list_files", Fault(body={"items": [], "next_page_token": ""}))
        assert client.list_files() == []
        assert api.count("list_files") == 1


class TestContent:
    def test_download(self, api, client):
        file_id = api.add_file("packet.pdf", PDF)
        assert b"".join(client.download_file(file_id)) == PDF
        assert operations(api) == ["content", "download"]
        assert not {"authorization", "cookie"} & of(api, "download")[0].headers.keys()

    def test_a_cookie_that_the_service_set_does_not_go_along(self, api, connect, kind):
        file_id = api.add_file("packet.pdf", PDF)
        api.fail("content", Fault(headers={"Set-Cookie": "tracking=1; Path=/"}))
        assert b"".join(connect(api).download_file(file_id)) == PDF

    def test_the_url(self, api, connect):
        file_id = api.add_file("packet.pdf", PDF)
        link = connect(api, project_id="p").file_content(file_id, expires_at_seconds=60)
        assert link.url.startswith(f"{api.url}/presigned/")
        assert isinstance(link.expires_at, datetime)
        assert link.url not in repr(link)
        assert of(api, "content")[0].query == {"expires_at_seconds": ["60"], "project_id": ["p"]}

    def test_a_file_that_is_not_there(self, api, client):
        for call in (client.get_file, client.file_content, client.download_file, client.delete_file):
            with pytest.raises(UnknownId, match="not found"):
                call("nowhere")

    def test_a_link_that_is_over(self, api, client):
        api.fail("download", Fault(status=403, body=b"<Error>expired</Error>"))
        with pytest.raises(ServiceUnavailable, match="refused with status 403; download") as caught:
            client.download_file(api.add_file("packet.pdf", PDF))
        assert caught.value.status_code == 403

    @pytest.mark.parametrize("fault", [Fault(reset=True), Fault(cut=True), Fault(delay=3600)])
    def test_a_download_that_breaks(self, api, connect, fault):
        api.fail("download", fault)
        with pytest.raises(ServiceUnreachable, match="could not be downloaded"):
            connect(api, timeout=0.3).download_file(api.add_file("packet.pdf", PDF))
        assert api.count("download") == 1

    @pytest.mark.parametrize("url", ["nowhere", "ftp://127.0.0.1/x", "http://[x"])
    def test_a_link_that_is_none(self, api, client, url):
        api.fail("content", Fault(body={"url": url}))
        with pytest.raises(ServiceUnreachable, match="could not be downloaded"):
            client.download_file(api.add_file("packet.pdf", PDF))

    def test_a_redirect_is_not_followed(self, api, client):
        api.fail("download", Fault(status=302, headers={"Location": f"{api.url}/elsewhere"}))
        with pytest.raises(ServiceUnavailable, match="refused with status 302"):
            client.download_file(api.add_file("packet.pdf", PDF))
        assert operations(api) == ["content", "download"]


class TestDelete:
    def test_delete(self, api, client):
        file_id = api.add_file("packet.pdf", PDF)
        client.delete_file(file_id)
        assert api.files == {}
        assert of(api, "delete_file")[0].headers.get("content-length", "0") == "0"

    @pytest.mark.parametrize("fault", [Fault(reset=True, after=True), Fault(status=500, after=True), Fault(cut=True)])
    def test_a_lost_answer_and_then_404_is_done(self, api, client, fault):
        file_id = api.add_file("packet.pdf", PDF)
        api.fail("delete_file", fault)
        client.delete_file(file_id)
        assert api.files == {}

    @pytest.mark.parametrize("fault", [None, Fault(status=429, headers={"retry-after-ms": "5"}), Fault(status=408)])
    def test_404_after_nothing_was_done_is_an_unknown_id(self, api, client, fault):
        if fault is not None:
            api.fail("delete_file", fault)
        with pytest.raises(UnknownId):
            client.delete_file("nowhere")


class TestDeleteAfter:
    @pytest.mark.parametrize(
        ("outcome", "error"), [("completed", None), ("failed", JobFailed), ("cancelled", JobCancelled)]
    )
    def test_deleted_when_the_job_is_over(self, serve, connect, packet, outcome, error):
        api = serve(outcome=outcome)
        client = connect(api)
        if error is None:
            assert segments_of(client.run(packet, CATEGORIES, delete_after=True)) == SEGMENTS
        else:
            with pytest.raises(error):
                client.run(packet, CATEGORIES, delete_after=True)
        assert api.files == {}
        assert operations(api) == ["upload", "create", "get_job", "delete_file"]

    @pytest.mark.parametrize("status", [400, 402, 409, 413, 422])
    def test_deleted_when_the_job_is_refused(self, api, client, packet, status):
        api.fail("create", Fault(status=status))
        with pytest.raises(Exception, match=f"answered {status}"):
            client.run(packet, CATEGORIES, delete_after=True)
        assert (api.files, api.jobs) == ({}, {})

    def test_kept_after_the_deadline(self, serve, connect, packet):
        api = serve(seconds=3600)
        with pytest.raises(JobDeadline) as caught:
            connect(api).run(packet, CATEGORIES, delete_after=True, max_seconds=0.05)
        assert list(api.files) == [caught.value.file_id]

    def test_kept_when_nobody_knows_of_the_job(self, api, client, packet):
        api.fail("create", Fault(reset=True, after=True))
        api.fail("list_jobs", Fault(body={"items": []}), times=None)
        with pytest.raises(CreateUnknown) as caught:
            client.run(packet, CATEGORIES, delete_after=True)
        assert list(api.files) == [caught.value.file_id]

    def test_kept_unless_asked_for(self, api, client, packet):
        client.run(packet, CATEGORIES)
        assert len(api.files) == 1

    def test_what_was_there_before_is_kept(self, api, client):
        file = CloudFile(id=api.add_file("packet.pdf", PDF), name="packet.pdf")
        client.run(file, CATEGORIES, delete_after=True)
        assert list(api.files) == [file.id]
        assert api.count("upload") == 0

    @pytest.mark.parametrize("fault", [Fault(status=403), Fault(status=500), Fault(reset=True), Fault(status=404)])
    def test_a_failure_to_delete_is_logged(self, api, client, packet, caplog, fault):
        api.fail("delete_file", fault, times=None)
        assert segments_of(client.run(packet, CATEGORIES, delete_after=True)) == SEGMENTS
        (file_id,) = api.files
        assert f"file {file_id} stays on the service" in caplog.text

    def test_a_failure_to_delete_does_not_hide_the_job_s(self, serve, connect, packet, caplog):
        api = serve(outcome="failed")
        api.fail("delete_file", Fault(status=403))
        with pytest.raises(JobFailed):
            connect(api).run(packet, CATEGORIES, delete_after=True)
        assert "stays on the service" in caplog.text

    @pytest.mark.parametrize("fault", [Fault(reset=True, after=True), Fault(status=502, after=True), Fault(cut=True)])
    def test_an_upload_whose_answer_was_lost_leaves_no_second_file(self, api, client, packet, fault):
        mine = api.add_file("packet.pdf", PDF)
        api.fail("upload", fault)
        client.run(packet, CATEGORIES, delete_after=True)
        assert list(api.files) == [mine]
        assert (api.count("upload"), api.count("delete_file"), len(api.jobs)) == (2, 2, 1)

    def test_the_name_for_a_run(self, api, client, packet):
        client.run(packet, CATEGORIES, name="other.pdf")
        client.run(packet, CATEGORIES)
        first, second = of(api, "upload")
        assert (first.body["file_name"], second.body["file_name"]) == ("other.pdf", "packet.pdf")
        names = {request.body["fields"]["external_file_id"] for request in (first, second)}
        assert len(names) == 2
        assert all(name.startswith("splitreader-") for name in names)


@pytest.fixture
def no_blocking():
    """Any blocking call on the event loop raises."""
    guard = BlockBuster()
    guard.activate()
    yield
    guard.deactivate()


async def test_async_blocks_nothing(serve, packet, no_blocking):
    api = serve(seconds=0.05)
    api.fail("upload", Fault(reset=True))
    api.fail("get_job", Fault(status=500))
    async with AsyncSplitClient(base_url=api.url, api_key=KEY, requests_per_minute=1000) as client:
        job = await client.run(packet, CATEGORIES)
        assert segments_of(job) == SEGMENTS
        file = await client.upload_file(packet, files_api="v1")
        assert b"".join([piece async for piece in client.download_file(file.id)]) == PDF
        await client.delete_file(file.id)
        assert [found.id async for found in client.list_jobs()] == [job.id]


async def test_a_cancelled_upload_leaves_the_client_usable(api, packet):
    async def cancel(request):
        if request.url.path.endswith("/files") and not cancelled:
            cancelled.append(request)
            asyncio.current_task().cancel()

    cancelled = []
    async with (
        httpx.AsyncClient(event_hooks={"request": [cancel]}) as http,
        AsyncSplitClient(base_url=api.url, api_key=KEY, http_client=http) as client,
    ):
        task = asyncio.create_task(client.upload_file(packet))
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await client.upload_file(packet)).id in api.files


@pytest.mark.parametrize("version", ["beta", "v1"])
def test_a_run_that_can_t_upload_creates_nothing(api, connect, packet, version):
    api.fail("upload", Fault(status=500), times=None)
    with pytest.raises(ServiceUnavailable, match=r"to upload 'packet\.pdf'"):
        connect(api, api=version).run(packet, CATEGORIES, delete_after=True)
    assert operations(api) == ["upload"] * 2 + ["list_files"]  # for what the lost answers may have left
