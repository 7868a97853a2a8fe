import socket
from urllib.parse import urlsplit

import httpx
import pytest

from support.serving import FILES, PDF, client_of, serving, upload

LEGACY = "/api/v1/files"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("data"), max_upload=100_000) as url, client_of(url) as client:
        yield client


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def link(client, file_id, **query):
    answer = client.get(f"{FILES}/{file_id}/content", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def blobs(folder):
    return [path for path in (folder / "blobs").rglob("*") if path.is_file()]


def test_an_upload_answers_the_file_and_both_forms_have_their_status(client):
    files = {"file": ("Packet.PDF", PDF)}
    beta = client.post(FILES, files=files, data={"purpose": "split", "external_file_id": "mine"})
    assert beta.status_code == 201
    answer = beta.json()
    assert answer.keys() == {
        "id", "name", "project_id", "external_file_id", "file_type", "purpose", "last_modified_at", "expires_at",
        "download_url",
    }  # fmt: skip
    assert (answer["name"], answer["file_type"], answer["purpose"]) == ("Packet.PDF", "pdf", "split")
    assert answer["external_file_id"] == "mine"
    guide = client.post(LEGACY, files={"upload_file": ("a.pdf", PDF)})
    assert guide.status_code == 200
    assert client.get(f"{FILES}/{guide.json()['id']}").json() == guide.json()


def test_a_link_gives_the_bytes_without_a_key_and_as_an_attachment(client):
    found = link(client, upload(client))
    answer = httpx.get(found["url"])
    assert answer.content == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="packet.pdf"'
    part = httpx.get(found["url"], headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, PDF[:4])


def test_a_link_is_over_when_it_says_so(client, monkeypatch):
    found = link(client, upload(client), expires_at_seconds=60)
    import time

    now = time.time()
    monkeypatch.setattr("splitreader.server.routes.content.time.time", lambda: now + 59)
    assert httpx.get(found["url"]).status_code == 200
    monkeypatch.setattr("splitreader.server.routes.content.time.time", lambda: now + 61)
    answer = httpx.get(found["url"])
    assert answer.status_code == 403
    assert "expired" in answer.json()["detail"]


def test_a_link_that_was_changed_is_refused(client):
    first, second = upload(client), upload(client, b"other", "other.txt")
    url = httpx.URL(link(client, first)["url"])
    expires, signature = url.params["expires"], url.params["signature"]
    for changed in (
        url.copy_set_param("expires", str(int(expires) + 1)),
        url.copy_set_param("signature", signature[:-1] + ("0" if signature[-1] != "0" else "1")),
        url.copy_set_param("signature", "é"),
        url.copy_with(path=url.path.replace(first, second)),
    ):
        assert httpx.get(changed).status_code == 403
    assert httpx.get(url.copy_remove_param("signature")).status_code == 422


def test_a_link_ends_with_its_file_and_only_sensible_times_are_taken(client):
    file_id = upload(client)
    found = link(client, file_id)
    for seconds in (0, -1, 10**9, "x"):
        assert client.get(f"{FILES}/{file_id}/content", params={"expires_at_seconds": seconds}).status_code == 422
    assert (
        client.request("DELETE", f"{FILES}/{file_id}", headers={"Content-Type": "application/json"}).status_code == 204
    )
    assert httpx.get(found["url"]).status_code == 404
    assert client.get(f"{FILES}/{file_id}").json() == {"detail": f"File {file_id} not found"}


def test_expand_adds_links(client):
    file_id = upload(client, name="expanded.pdf")
    [listed] = client.get(FILES, params={"file_name": "expanded.pdf", "expand": "download_url"}).json()["items"]
    one = client.get(f"{FILES}/{file_id}", params={"expand": "download_url"}).json()
    for found in (listed, one):
        assert httpx.get(found["download_url"]["url"]).content == PDF
    assert client.get(FILES, params={"expand": "string"}).status_code == 422


def test_files_are_listed_by_every_filter_in_order_and_in_pages(tmp_path):
    with serving(tmp_path) as url, client_of(url) as client:
        names = ["b.pdf", "a.pdf", "c.pdf"]
        ids = {name: upload(client, name=name, external_file_id=f"ext-{name}") for name in names}

        def listed(**query):
            answer = client.get(FILES, params=query)
            assert answer.status_code == 200, answer.text
            return [item["name"] for item in answer.json()["items"]]

        assert listed() == listed(page_size=0) == names[::-1]
        assert listed(order_by="name") == sorted(names)
        assert listed(order_by="created_at desc") == names[::-1]
        assert listed(file_ids=[ids["a.pdf"], ids["b.pdf"]]) == ["a.pdf", "b.pdf"]
        assert listed(file_name="a.pdf") == listed(external_file_id="ext-a.pdf") == ["a.pdf"]
        first = client.get(FILES, params={"page_size": 2}).json()
        rest = client.get(FILES, params={"page_size": 2, "page_token": first["next_page_token"]}).json()
        assert [item["name"] for item in first["items"] + rest["items"]] == names[::-1]
        assert "next_page_token" not in rest
        assert client.get(FILES, params={"order_by": "order_by"}).status_code == 422
        asked = {"filter": {"file_ids": list(ids.values()), "file_name": "a.pdf"}, "page_size": 5000}
        assert [item["id"] for item in client.post(f"{FILES}/query", json=asked).json()["items"]] == [ids["a.pdf"]]
        strange = {"filter": {"project_id": "11111111-1111-4111-8111-111111111111"}}
        assert client.post(f"{FILES}/query", json=strange).status_code == 404


@pytest.mark.parametrize(
    ("path", "files", "data", "where"),
    [
        (FILES, {"file": ("a", b"x")}, {}, "purpose"),
        (FILES, {"file": ("a", b"x")}, {"purpose": "fun"}, "purpose"),
        (FILES, {"other": ("a", b"x")}, {"purpose": "split"}, "other"),
        (FILES, {"file": ("a", b"x")}, {"purpose": "split", "more": "1"}, "more"),
        (FILES, {"file": (None, b"x")}, {"purpose": "split"}, "file"),
        (FILES, None, {"purpose": "split"}, "file"),
        (LEGACY, {"file": ("a", b"x")}, {}, "file"),
    ],
)
def test_a_form_that_is_wrong_is_refused_where_it_is(client, path, files, data, where):
    answer = client.post(path, files=files, data=data)
    assert answer.status_code == 422
    assert ["body", where] in [item["loc"] for item in answer.json()["detail"]]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no form",
        b"--b\r\n",
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf',
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nwhole, without its end\r\n--b',
        b"--b\r\n" + b'Content-Disposition: form-data; name="x"\r\n\r\n1\r\n--b\r\n' * 30 + b"--b--\r\n",
    ],
)
def test_a_form_that_breaks_off_leaves_nothing(folder, content):
    with serving(folder) as url, client_of(url) as client:
        answer = client.post(FILES, content=content, headers={"Content-Type": "multipart/form-data; boundary=b"})
        assert answer.status_code == 400
        assert client.get(FILES).json() == {"items": []}
    assert blobs(folder) == []


NAMES = [
    ("../../x", "x"),
    ("..\\..\\x", "x"),
    ("/etc/passwd", "passwd"),
    ("C:\\x.pdf", "x.pdf"),
    ("..", "file"),
    ("", "file"),
    (" ", "file"),
    ("con", "con"),
    ("a\tb\x7f.pdf", "a_b_.pdf"),
    ("a%0Ab.pdf", "a%0Ab.pdf"),
    ("a\u202efdp.exe", "a_fdp.exe"),
    ('a"; filename="b.pdf', 'a"; filename="b.pdf'),
    ("x" * 296 + ".pdf", "x" * 296 + ".pdf"),
    ("Überweisung 発票.pdf", "Überweisung 発票.pdf"),
    ("<script>.html", "<script>.html"),
]


@pytest.mark.parametrize(("name", "kept"), NAMES)
def test_strange_file_names_are_harmless(folder, name, kept):
    with serving(folder) as url, client_of(url) as client:
        answer = raw_upload(client, name)
        assert answer.status_code == 201, answer.text
        assert answer.json()["name"] == kept
        assert [item["name"] for item in client.get(FILES, params={"file_name": kept}).json()["items"]] == [kept]
        got = httpx.get(link(client, answer.json()["id"])["url"])
    assert got.content == PDF
    assert got.headers["Content-Type"] in {"application/pdf", "application/octet-stream"}
    disposition = got.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="')
    plain = disposition.removeprefix('attachment; filename="').partition('"')[0]
    assert 0 < len(plain) <= 150
    assert not set(plain) & set('/\\:\r\n\x00<>|?*"')
    assert plain.isascii()
    assert plain != "con"
    assert [path for path in folder.parent.rglob("*") if path.is_file() and not path.is_relative_to(folder)] == []


@pytest.mark.parametrize("name", ["a\nb.pdf", "a\r\nX: y.pdf", "a\x00b.pdf"])
def test_names_that_break_a_header_are_refused_or_cleaned(client, name):
    answer = raw_upload(client, name)
    assert answer.status_code in {201, 400, 422}
    if answer.status_code == 201:
        assert not set(answer.json()["name"]) & set("\r\n\x00")
    escaped = client.post(FILES, files={"file": (name, PDF)}, data={"purpose": "split"})
    assert escaped.status_code == 201
    assert not set(escaped.json()["name"]) & set("\r\n\x00")


def raw_upload(client, name):
    """An upload whose name goes as it is; well-meaning clients escape it."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"').encode()
    head = b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nsplit\r\n--b\r\n'
    form = (
        head
        + b'Content-Disposition: form-data; name="file"; filename="'
        + quoted
        + b'"\r\n\r\n'
        + PDF
        + b"\r\n--b--\r\n"
    )
    return client.post(FILES, content=form, headers={"Content-Type": "multipart/form-data; boundary=b"})


def test_a_file_of_the_largest_size_is_taken_and_one_more_byte_is_not(client, tmp_path):
    assert client.post(FILES, files={"file": ("a", b"x" * 100_000)}, data={"purpose": "split"}).status_code == 201
    answer = client.post(FILES, files={"file": ("a", b"x" * 100_001)}, data={"purpose": "split"})
    assert answer.status_code == 413
    assert "100000" in answer.json()["detail"]


@pytest.mark.parametrize("framing", ["Content-Length: 10000000000", "Transfer-Encoding: chunked"])
def test_an_upload_that_is_too_large_is_cut_off_and_not_read_to_its_end(client, framing):
    where = urlsplit(str(client.base_url))
    with socket.create_connection((where.hostname, where.port), timeout=60) as connection:
        head = f"POST {FILES} HTTP/1.1\r\nHost: {where.netloc}\r\n{framing}\r\n"
        connection.sendall(f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode())
        form = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        sent = 0
        try:
            while sent < 50_000_000:
                data = form if sent == 0 else b"x" * 65_536
                connection.sendall(data if "Length" in framing else b"%x\r\n%s\r\n" % (len(data), data))
                sent += len(data)
        except OSError:
            pass
        assert sent < 50_000_000
        try:
            answer = connection.recv(1000)
        except ConnectionResetError:
            answer = b""
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")


def test_the_headers_of_a_part_are_bounded(client):
    headers = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 4000) for number in range(3))
    form = b'--b\r\n%sContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--b--\r\n' % headers
    answer = client.post(LEGACY, content=form, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert (answer.status_code, "headers" in answer.text) == (400, True)


def test_a_large_json_body_is_refused(client):
    answer = client.post("/api/v1/split/jobs", content=b" " * (5 << 20), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413

    def chunks():
        for _ in range(80):
            yield b" " * 65_536

    answer = client.post("/api/v1/split/jobs", content=chunks(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
