"""What one project has does not exist for the other, whatever route is asked."""

import os

import httpx
import pytest

from splitreader.server.access.keys import project_id_of
from support.serving import (
    ACME,
    BETA_JOBS,
    CONFIGURATIONS,
    FILES,
    GLOBEX,
    KEYS,
    PDF,
    V1_JOBS,
    HeldEngine,
    api_routes,
    client_of,
    ended,
    nested,
    serving,
    upload,
    v1,
)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("data"), keys=KEYS, engine=HeldEngine()) as url:
        yield url


@pytest.fixture(scope="module")
def globex(url):
    with client_of(url, GLOBEX) as client:
        yield client


@pytest.fixture(scope="module")
def theirs(url):
    with client_of(url, ACME) as acme:
        file_id = upload(acme, external_file_id="acme-file")
        job_id = acme.post(BETA_JOBS, json=nested(file_id)).json()["id"]
        ended(acme, job_id)
        ended(acme, acme.post(V1_JOBS, json=v1(file_id, transaction_id="acme-transaction")).json()["id"])
        parameters = {"product_type": "split_v1", "categories": [{"name": "acme-category"}]}
        saved = acme.post(CONFIGURATIONS, json={"name": "acme-configuration", "parameters": parameters}).json()["id"]
        before = everything(acme)
        yield {"file_id": file_id, "split_job_id": job_id, "config_id": saved}
        assert everything(acme) == before


@pytest.mark.parametrize(("method", "path"), [route for route in api_routes() if "{" in route[1]])
def test_every_route_with_an_id_answers_as_if_it_did_not_exist(globex, theirs, method, path):
    [name] = [name for name in theirs if f"{{{name}}}" in path]
    own, made_up = theirs[name], theirs[name][:4] + "0" * 32
    body = {"json": {"name": "mine now"}} if method == "PUT" else {}
    answer = globex.request(method, path.format(**theirs), **body)
    nothing = globex.request(method, path.format(**{name: made_up}), **body)
    assert answer.status_code == nothing.status_code == 404
    assert answer.text == nothing.text.replace(made_up, own)
    assert answer.headers.keys() == nothing.headers.keys()


@pytest.mark.parametrize("path", [path for method, path in api_routes() if method == "GET" and "{" not in path])
def test_every_list_is_of_the_own_project(globex, theirs, path):
    ids = {"file_ids": theirs["file_id"], "job_ids": theirs["split_job_id"], "name": "acme-configuration"}
    for query in ({}, ids, {"external_file_id": "acme-file"}, {"expand": "download_url"}):
        answer = globex.get(path, params=query)
        assert (answer.status_code, answer.json()) == (200, {"items": []})


def test_nothing_can_be_made_of_what_is_theirs(globex, theirs):
    for base, body in ((BETA_JOBS, nested(theirs["file_id"])), (V1_JOBS, v1(theirs["file_id"]))):
        answer = globex.post(base, json=body)
        assert (answer.status_code, answer.json()) == (404, {"detail": f"File {theirs['file_id']} not found"})
    repeated = globex.post(V1_JOBS, json=v1(theirs["file_id"], transaction_id="acme-transaction"))
    assert repeated.status_code == 404
    asked = {"filter": {"file_ids": [theirs["file_id"]]}}
    assert globex.post(f"{FILES}/query", json=asked).json() == {"items": []}
    own = upload(globex, b"of globex")
    body = {"file_input": own, "configuration_id": theirs["config_id"]}
    assert globex.post(V1_JOBS, json=body).status_code == 404
    globex.delete(f"{FILES}/{own}")


def test_a_download_does_not_tell_that_another_project_had_the_bytes_before(tmp_path):
    with serving(tmp_path, keys=KEYS) as url, client_of(url, ACME) as acme, client_of(url, GLOBEX) as globex:
        theirs = upload(acme)
        [blob] = (tmp_path / "blobs").glob("*/*")
        os.utime(blob, (1_000_000_000, 1_000_000_000))
        mine = upload(globex)
        answers = [
            httpx.get(client.get(f"{FILES}/{file_id}/content").json()["url"])
            for client, file_id in ((acme, theirs), (globex, mine))
        ]
        assert [answer.content for answer in answers] == [PDF, PDF]
        assert "2001" not in answers[1].headers["Last-Modified"]
        assert answers[0].headers["ETag"] != answers[1].headers["ETag"]


@pytest.mark.parametrize(("method", "path"), api_routes())
@pytest.mark.parametrize("parameter", ["project_id", "organization_id"])
def test_no_route_takes_another_project(globex, theirs, method, path, parameter):
    ids = {"project_id": project_id_of("acme"), "organization_id": "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"}
    body = {} if "POST" not in method else {"json": fitting_body(path, theirs)}
    if path in {FILES, "/api/v1/files"} and method == "POST":
        body = {"files": {"file" if "beta" in path else "upload_file": ("a", b"x")}, "data": {"purpose": "split"}}
    answer = globex.request(method, path.format(**theirs), params={parameter: ids[parameter]}, **body)
    unknown = globex.request(method, path.format(**theirs), params={parameter: "made-up"}, **body)
    if method == "PUT":
        assert answer.status_code in {404, 422}
        return
    assert answer.status_code == unknown.status_code == 404
    assert answer.text == unknown.text
    assert "roject not found" in answer.text or "rganization not found" in answer.text


def test_the_own_project_can_be_named(globex):
    assert globex.get(FILES, params={"project_id": project_id_of("globex").upper()}).status_code == 200


def everything(client):
    return [client.get(path).json()["items"] for path in (FILES, BETA_JOBS, CONFIGURATIONS)]


def fitting_body(path, theirs):
    if path == BETA_JOBS:
        return nested(theirs["file_id"])
    if path == V1_JOBS:
        return v1(theirs["file_id"])
    if path == CONFIGURATIONS:
        return {"name": "x", "parameters": {"product_type": "split_v1", "categories": [{"name": "x"}]}}
    return {}
