"""The scripted Split API, over a real socket."""

import hashlib
import json
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from splitreader.testing import Fault, ScriptedSplitAPI

PDF = b"%PDF-1.7\r\n--not-a-boundary\r\n\r\n" + bytes(range(256)) * 3 + b"\r\n"
SCRIPT = [("invoice", [1, 2]), ("contract", [3], "low")]
CATEGORIES = [{"name": "invoice", "description": "A request for payment"}, {"name": "contract"}]
SEGMENTS = [
    {"category": "invoice", "pages": [1, 2], "confidence_category": "high"},
    {"category": "contract", "pages": [3], "confidence_category": "low"},
]
JOBS = {"beta": "/api/v1/beta/split/jobs", "v1": "/api/v1/split/jobs"}
BETA, V1 = JOBS.values()
FILES = "/api/v1/beta/files"
CONFIGURATIONS = "/api/v1/beta/configurations"
TIMEOUT = 30


@pytest.fixture
def api():
    with ScriptedSplitAPI(SCRIPT) as api:
        yield api


@pytest.fixture
def client(api):
    with client_of(api) as client:
        yield client


def client_of(api, **options):
    options = {
        "headers": {"Authorization": "Bearer llx-test"},
        "timeout": TIMEOUT,
        "trust_env": False,
        "verify": False,
    } | options
    return httpx.Client(base_url=api.url, **options)


def beta_body(file_id, **more):
    return {
        "document_input": {"type": "file_id", "value": file_id},
        "configuration": {"categories": CATEGORIES},
        **more,
    }


def v1_body(file_id, **more):
    return {"file_input": file_id, "configuration": {"categories": CATEGORIES}, **more}


def create(client, api, path=BETA, **more):
    body = beta_body if path == BETA else v1_body
    answer = client.post(path, json=body(api.add_file("packet.pdf", PDF), **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


def problems(answer):
    assert answer.status_code == 422
    detail = answer.json()["detail"]
    assert all(entry.keys() == {"loc", "msg", "type"} for entry in detail)
    return [".".join(map(str, entry["loc"])) for entry in detail]


def pages_of(client, path, **query):
    items, sizes, token = [], [], None
    while True:
        page = client.get(path, params={**query, "page_token": token} if token else query).json()
        items += page["items"]
        sizes.append(len(page["items"]))
        token = page["next_page_token"]
        if token is None:
            return items, sizes


class TestFiles:
    def test_an_upload_in_today_s_form(self, api, client):
        answer = client.post(
            FILES,
            params={"project_id": "prj"},
            data={"purpose": "split", "external_file_id": "mine"},
            files={"file": ("packet.pdf", PDF, "application/pdf")},
        )
        assert answer.status_code == 201
        assert answer.headers["content-type"] == "application/json"
        assert "date" in answer.headers
        file = answer.json()
        assert file["name"] == "packet.pdf"
        assert file["file_type"] == "pdf"
        assert file["purpose"] == "split"
        assert file["external_file_id"] == "mine"
        assert file["project_id"] == "prj"
        assert file["last_modified_at"].endswith("Z")
        assert client.get(f"{FILES}/{file['id']}").json() == file
        assert api.files == {file["id"]: file}
        assert api.requests[0].body == {
            "fields": {"purpose": "split", "external_file_id": "mine"},
            "file_name": "packet.pdf",
            "content_type": "application/pdf",
            "size": len(PDF),
            "sha256": hashlib.sha256(PDF).hexdigest(),
        }

    def test_an_upload_in_the_seed_guide_s_form(self, client):
        answer = client.post("/api/v1/files", files={"upload_file": ("packet.pdf", PDF, "application/pdf")})
        assert answer.status_code == 200
        assert client.get(f"/api/v1/files/{answer.json()['id']}").json() == answer.json()

    @pytest.mark.parametrize("name", ["Überweisung.pdf", 'a "quoted" name.pdf', "a;b=c.pdf", "back\\slash.pdf"])
    def test_file_names_come_through(self, client, name):
        answer = client.post("/api/v1/files", files={"upload_file": (name, PDF)})
        assert answer.json()["name"] == name

    def test_the_star_form_of_a_file_name_wins(self, client):
        head = "Content-Disposition: form-data; name=upload_file; filename=\"x\"; filename*=utf-8''%C3%9C.pdf"
        body = b"--b\r\n" + head.encode() + b"\r\n\r\n" + PDF + b"\r\n--b--\r\n"
        answer = client.post("/api/v1/files", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
        assert answer.json()["name"] == "Ü.pdf"
        assert self.bytes_of(client, answer.json()["id"]) == PDF

    def test_an_upload_without_a_length(self, client):
        whole = client.build_request("POST", "/api/v1/files", files={"upload_file": ("packet.pdf", PDF)})
        body = whole.read()
        pieces = (body[start : start + 100] for start in range(0, len(body), 100))
        answer = client.post("/api/v1/files", content=pieces, headers={"Content-Type": whole.headers["Content-Type"]})
        assert self.bytes_of(client, answer.json()["id"]) == PDF

    def test_what_an_upload_lacks(self, client):
        assert problems(client.post(FILES, files={"upload_file": ("a.pdf", PDF)})) == ["body.file", "body.purpose"]
        assert problems(client.post(FILES, data={"purpose": "fun"}, files={"file": ("a.pdf", PDF)})) == ["body.purpose"]
        assert problems(client.post("/api/v1/files")) == ["body.upload_file"]

    @pytest.mark.parametrize("body", [b"", b"--b\r\n", b"no boundary at all", b"--b\r\nA: b\r\n\r\nnever ends"])
    def test_a_broken_form_is_refused(self, client, body):
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        assert client.post("/api/v1/files", content=body, headers=headers).status_code in {400, 422}

    def test_the_presigned_url_gives_the_bytes_but_not_with_other_credentials(self, api, client):
        answer = client.get(f"{FILES}/{api.add_file('packet.pdf', PDF)}/content", params={"expires_at_seconds": 60})
        url = answer.json()["url"]
        assert url.startswith(api.url + "/presigned/")
        assert answer.json()["expires_at"].endswith("Z")
        assert client.get(url).status_code == 400
        with client_of(api, headers={"Cookie": "session=x"}) as with_cookie:
            assert with_cookie.get(url).status_code == 400
        with client_of(api, headers={}) as plain:
            download = plain.get(url)
        assert download.content == PDF
        assert download.headers["content-type"] == "application/pdf"

    def test_a_presigned_url_ends(self, api, client):
        file_id = api.add_file("packet.pdf", PDF)
        over = client.get(f"{FILES}/{file_id}/content", params={"expires_at_seconds": 0}).json()["url"]
        good = client.get(f"/api/v1/files/{file_id}/content").json()["url"]
        with client_of(api, headers={}) as plain:
            assert plain.get(over).status_code == 403
            assert plain.get(good).status_code == 200
            client.delete(f"{FILES}/{file_id}")
            assert plain.get(good).status_code == 404

    def test_delete(self, api, client):
        file_id = api.add_file("packet.pdf", PDF)
        answer = client.delete(f"{FILES}/{file_id}", headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.content) == (204, b"")
        assert client.get(f"{FILES}/{file_id}").status_code == 404
        assert client.delete(f"{FILES}/{file_id}").status_code == 404
        assert api.files == {}

    def test_list_filters_order_and_pages(self, client, api):
        ids = [
            client.post(
                FILES, data={"purpose": "split", "external_file_id": f"ext-{name}"}, files={"file": (name, PDF)}
            ).json()["id"]
            for name in ("b.pdf", "a.pdf", "c.pdf")
        ]
        assert pages_of(client, FILES)[0] == list(api.files.values())
        assert [file["id"] for file in pages_of(client, FILES, file_ids=ids[1:])[0]] == ids[1:]
        assert [file["name"] for file in pages_of(client, FILES, file_name="a.pdf")[0]] == ["a.pdf"]
        assert [file["name"] for file in pages_of(client, FILES, external_file_id="ext-c.pdf")[0]] == ["c.pdf"]
        names, sizes = pages_of(client, FILES, order_by="name desc", page_size=2)
        assert [file["name"] for file in names] == ["c.pdf", "b.pdf", "a.pdf"]
        assert sizes == [2, 1]
        assert pages_of(client, FILES, page_size=3)[1] == [3]
        expanded = client.get(FILES, params={"expand": "download_url"}).json()["items"]
        with client_of(api, headers={}) as plain:
            assert plain.get(expanded[0]["download_url"]["url"]).content == PDF
        assert client.get(FILES, params={"page_token": "nonsense"}).status_code == 400
        assert problems(client.get(FILES, params={"page_size": "many"})) == ["query.page_size"]
        assert len(client.get(FILES, params={"page_size": 0}).json()["items"]) == 3

    def bytes_of(self, client, file_id):
        url = client.get(f"{FILES}/{file_id}/content").json()["url"]
        return httpx.get(url, trust_env=False, timeout=TIMEOUT).content


class TestJobs:
    def test_beta_nested(self, api, client):
        job = create(client, api)
        assert job["id"].startswith("spl-")
        assert job["status"] == "completed"
        assert job["document_input"] == {"type": "file_id", "value": next(iter(api.files))}
        assert job["categories"] == [CATEGORIES[0], {"name": "contract", "description": None}]
        assert job["result"] == {"segments": SEGMENTS}
        assert {"project_id", "user_id", "created_at", "updated_at", "error_message"} <= job.keys()
        assert not {"file_input", "splitting_strategy", "transaction_id"} & job.keys()
        assert client.get(f"{BETA}/{job['id']}").json() == job == api.jobs[job["id"]]

    @pytest.mark.parametrize(("allowed", "means"), [(True, "include"), (False, "forbid")])
    def test_beta_flat(self, api, client, allowed, means):
        body = {
            "document_input": {"type": "file_id", "value": api.add_file("packet.pdf", PDF)},
            "categories": CATEGORIES,
            "splitting_strategy": {"allow_uncategorized": allowed},
        }
        job = client.post(BETA, json=body).json()
        assert job["result"] == {"segments": SEGMENTS}
        assert api.requests[0].body == body
        strategy = client.get(f"{V1}/{job['id']}").json()["splitting_strategy"]
        assert strategy == {"allow_uncategorized": means}

    def test_v1(self, api, client):
        strategy = {"allow_uncategorized": "omit", "min_pages_per_split": 1}
        configuration = {"categories": CATEGORIES, "splitting_strategy": strategy, "target_pages": "1,3"}
        job = create(client, api, V1, configuration=configuration)
        assert job["file_input"] == next(iter(api.files))
        assert job["document_input_type"] == "file_id"
        assert job["splitting_strategy"] == strategy
        assert job["target_pages"] == "1,3"
        assert "document_input" not in job
        assert client.get(f"{V1}/{job['id']}").json() == job == api.jobs[job["id"]]
        assert "document_input" in client.get(f"{BETA}/{job['id']}").json()

    def test_v1_from_a_parse_job(self, client):
        job = client.post(V1, json=v1_body("pjb-1")).json()
        assert (job["file_input"], job["document_input_type"]) == ("pjb-1", "parse_job_id")

    @pytest.mark.parametrize(
        ("path", "body", "wrong"),
        [
            (BETA, None, ["body"]),
            (BETA, [], ["body"]),
            (BETA, {}, ["body.document_input", "body"]),
            (BETA, {"document_input": {"type": "url"}, "categories": []},
             ["body.document_input.type", "body.document_input.value", "body.categories"]),
            (BETA, beta_body("f", configuration={}), ["body.configuration.categories"]),
            (V1, {}, ["body.file_input", "body"]),
            (V1, {"file_input": "f", "categories": CATEGORIES}, ["body"]),
            (V1, v1_body("f", configuration={"categories": [{"name": ""}, {"name": "a", "description": 3}, "b"]}),
             ["body.configuration.categories.0.name", "body.configuration.categories.1.description",
              "body.configuration.categories.2"]),
            (V1, v1_body("f", configuration={"categories": CATEGORIES * 26}), ["body.configuration.categories"]),
            (V1, v1_body("f", configuration={"categories": CATEGORIES, "parse_tier": "best", "splitting_strategy":
             {"allow_uncategorized": True, "min_pages_per_split": 0, "custom_instructions": "x" * 5001}}),
             ["body.configuration.parse_tier", "body.configuration.splitting_strategy.allow_uncategorized",
              "body.configuration.splitting_strategy.custom_instructions",
              "body.configuration.splitting_strategy.min_pages_per_split"]),
        ],
    )  # fmt: skip
    def test_what_a_body_lacks(self, api, client, path, body, wrong):
        assert problems(client.post(path, content=b"" if body is None else json.dumps(body))) == wrong
        assert api.jobs == {}

    def test_a_body_that_is_no_json(self, api, client):
        assert problems(client.post(BETA, content=b"{nope")) == ["body"]
        assert api.requests[0].body == "{nope"

    @pytest.mark.parametrize(("path", "body"), [(BETA, beta_body("gone")), (V1, v1_body("gone"))])
    def test_unknown_ids(self, client, path, body):
        for answer in (client.post(path, json=body), client.get(f"{path}/spl-gone")):
            assert answer.status_code == 404
            assert isinstance(answer.json()["detail"], str)

    def test_a_transaction_id_starts_one_job_however_often_it_is_sent(self):
        calls = []

        def script(upload, body):
            calls.append(upload.data)
            while api.count("create") < 20:
                pass  # the others come while the first job is being made
            return SCRIPT

        with ScriptedSplitAPI(script) as api, client_of(api) as client, ThreadPoolExecutor(20) as pool:
            file_id = api.add_file("packet.pdf", PDF)
            together = threading.Barrier(20)

            def send(number):
                together.wait(TIMEOUT)
                body = v1_body(
                    file_id, transaction_id="once", configuration={"categories": CATEGORIES[: number % 2 + 1]}
                )
                return client.post(V1, json=body).json()

            jobs = list(pool.map(send, range(20)))
            other = client.post(V1, json=v1_body(file_id, transaction_id="twice")).json()
            assert len({job["id"] for job in jobs}) == 1
            assert all(job == jobs[0] for job in jobs)
            assert list(api.jobs) == [jobs[0]["id"], other["id"]]
            assert calls == [PDF, PDF]
            assert api.count("create") == 21

    def test_beta_has_no_transaction_id(self, api, client):
        first, second = (create(client, api, transaction_id="once") for _ in range(2))
        assert first["id"] != second["id"]

    def test_list_filters_and_pages(self, client, api):
        jobs = [create(client, api, path) for path in (BETA, V1, BETA, BETA, V1)]
        ids = [job["id"] for job in jobs]
        api.set_status(ids[1], "processing")
        for path in (BETA, V1):
            listed, sizes = pages_of(client, path, page_size=2)
            assert sizes == [2, 2, 1]
            assert [job["id"] for job in listed] == ids
            assert all(("file_input" in job) is (path == V1) for job in listed)
        found = lambda **query: [job["id"] for job in pages_of(client, BETA, **query)[0]]  # noqa: E731
        assert found(status="processing") == [ids[1]]
        assert found(status="completed", page_size=3) == [ids[0], *ids[2:]]
        assert found(job_ids=[ids[4], ids[2]]) == [ids[2], ids[4]]
        assert found(created_at_on_or_after=jobs[3]["created_at"]) == ids[3:]
        assert found(created_at_on_or_before=jobs[3]["created_at"]) == ids[:4]
        assert found(created_at_on_or_after=jobs[1]["created_at"], created_at_on_or_before=jobs[1]["created_at"]) == [
            ids[1]
        ]
        assert found(created_at_on_or_after=jobs[3]["created_at"].replace("Z", "+00:00")) == ids[3:]
        assert found(project_id="other") == []
        assert problems(client.get(BETA, params={"status": "done"})) == ["query.status"]
        assert problems(client.get(BETA, params={"created_at_on_or_after": "today"})) == [
            "query.created_at_on_or_after"
        ]

    def test_cancel_and_delete(self):
        with ScriptedSplitAPI(SCRIPT, seconds=3600) as api, client_of(api) as client:
            job = create(client, api, V1)
            assert job["status"] == "pending"
            assert client.delete(f"{V1}/{job['id']}").status_code == 409
            cancelled = client.post(f"{V1}/{job['id']}/cancel", headers={"Content-Type": "application/json"})
            assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
            assert client.get(f"{V1}/{job['id']}").json()["status"] == "cancelled"
            assert client.post(f"{V1}/{job['id']}/cancel").status_code == 409
            assert client.delete(f"{V1}/{job['id']}").status_code == 200
            assert client.get(f"{V1}/{job['id']}").status_code == 404
            assert client.post(f"{V1}/{job['id']}/cancel").status_code == 404
            assert client.delete(f"{V1}/{job['id']}").status_code == 404

    def test_beta_can_neither_cancel_nor_delete(self, api, client):
        job = create(client, api)
        for answer in (client.post(f"{BETA}/{job['id']}/cancel"), client.delete(f"{BETA}/{job['id']}")):
            assert answer.status_code == 405
            assert answer.json() == {"detail": "Method Not Allowed"}
        assert (api.count("cancel"), api.count("delete_job")) == (1, 1)


class TestScripts:
    def test_a_function_sees_the_upload_and_the_body(self):
        seen = []

        def script(upload, body):
            seen.append((upload.name, upload.data, body["configuration"]["categories"]))
            return [("invoice", range(1, 4), "medium")]

        with ScriptedSplitAPI(script) as api, client_of(api) as client:
            job = create(client, api)
        assert seen == [("packet.pdf", PDF, CATEGORIES)]
        segment = {"category": "invoice", "pages": [1, 2, 3], "confidence_category": "medium"}
        assert job["result"] == {"segments": [segment]}

    def test_what_a_function_raises_is_answered(self):
        def script(upload, body):
            raise LookupError("no such packet")

        with ScriptedSplitAPI(script) as api, client_of(api) as client:
            answer = client.post(BETA, json=beta_body(api.add_file("packet.pdf", PDF)))
            assert answer.status_code == 500
            assert answer.json() == {"detail": "The script raised LookupError: no such packet"}
            assert api.jobs == {}

    @pytest.mark.parametrize("outcome", ["failed", "cancelled"])
    def test_other_outcomes(self, outcome):
        with ScriptedSplitAPI(SCRIPT, outcome=outcome, error_message="Out of paper") as api, client_of(api) as client:
            job = create(client, api)
            assert (job["status"], job["error_message"], job["result"]) == (outcome, "Out of paper", None)
            assert api.ended_at(job["id"]) is not None

    def test_an_unknown_status_never_ends(self):
        with ScriptedSplitAPI(SCRIPT, outcome="paused") as api, client_of(api) as client:
            job = create(client, api)
            assert (job["status"], job["result"]) == ("paused", None)
            assert api.ended_at(job["id"]) is None

    @pytest.mark.parametrize("result", [None, {}, {"segments": [{"category": "a"}]}, "nonsense"])
    def test_a_raw_result(self, result):
        with ScriptedSplitAPI(result=result) as api, client_of(api) as client:
            assert create(client, api)["result"] == result

    def test_seconds_and_outcome_by_number(self):
        seconds = [0.0, 3600.0, float("inf")].__getitem__
        outcome = ["failed", "completed", "completed"].__getitem__
        with ScriptedSplitAPI(SCRIPT, seconds, outcome=outcome) as api, client_of(api) as client:
            before = time.monotonic()
            ids = [create(client, api)["id"] for _ in range(3)]
            assert [job["status"] for job in api.jobs.values()] == ["failed", "pending", "pending"]
            assert before <= api.ended_at(ids[0]) <= time.monotonic()
            assert api.ended_at(ids[1]) is None

    def test_a_job_goes_through_its_statuses(self, monkeypatch):
        with ScriptedSplitAPI(SCRIPT, seconds=30) as api, client_of(api) as client:
            job = create(client, api)
            seen, real = [], time.monotonic
            for later in (0, 11, 21, 31):
                monkeypatch.setattr(time, "monotonic", lambda later=later: real() + later)
                seen.append(api.jobs[job["id"]])
            monkeypatch.undo()
        assert [job["status"] for job in seen] == ["pending", "processing", "processing", "completed"]
        assert [job["result"] is None for job in seen] == [True, True, True, False]
        assert job["created_at"] == seen[0]["updated_at"] < seen[1]["updated_at"] == seen[2]["updated_at"]
        assert seen[2]["updated_at"] < seen[3]["updated_at"]

    def test_a_status_set_by_hand_stays(self, api, client):
        job = create(client, api)
        api.set_status(job["id"], "processing")
        assert client.get(f"{BETA}/{job['id']}").json()["status"] == "processing"
        assert api.ended_at(job["id"]) is None
        api.set_status(job["id"], "failed", "by hand")
        assert client.get(f"{BETA}/{job['id']}").json()["error_message"] == "by hand"
        assert api.ended_at(job["id"]) is not None
        with pytest.raises(KeyError):
            api.set_status("spl-gone", "failed")


class TestConfigurations:
    BODY = {"name": "mine", "parameters": {"product_type": "split_v1", "categories": CATEGORIES}}  # noqa: RUF012

    def test_a_life(self, api, client):
        answer = client.post(CONFIGURATIONS, json=self.BODY)
        assert answer.status_code == 201
        saved = answer.json()
        where = f"{CONFIGURATIONS}/{saved['id']}"
        assert saved["id"].startswith("cfg-")
        assert saved.keys() == {"id", "name", "product_type", "version", "parameters", "created_at", "updated_at"}
        assert (saved["product_type"], saved["parameters"]) == ("split_v1", self.BODY["parameters"])
        assert client.get(where).json() == saved == api.configurations[saved["id"]]
        renamed = client.put(where, json={"name": "other"}).json()
        assert (renamed["name"], renamed["parameters"]) == ("other", saved["parameters"])
        assert renamed["version"] > saved["version"]
        parameters = {"product_type": "unknown", "anything": 1}
        assert client.put(where, json={"parameters": parameters}).json()["product_type"] == "unknown"
        assert client.delete(where).status_code == 204
        assert [client.request(method, where, json={}).status_code for method in ("GET", "PUT", "DELETE")] == [404] * 3

    def test_the_same_name_again_is_a_new_version(self, api, client):
        first, second = (client.post(CONFIGURATIONS, json=self.BODY).json() for _ in range(2))
        assert first["id"] == second["id"]
        assert len(api.configurations) == 1

    def test_list(self, client):
        for name in "abc":
            client.post(CONFIGURATIONS, json=self.BODY | {"name": name})
        client.post(CONFIGURATIONS, json={"name": "a", "parameters": {"product_type": "unknown"}})
        items, sizes = pages_of(client, CONFIGURATIONS, product_type=["split_v1"], page_size=2)
        assert [item["name"] for item in items] == ["a", "b", "c"]
        assert sizes == [2, 1]
        assert len(pages_of(client, CONFIGURATIONS, name="a")[0]) == 2

    def test_what_a_body_lacks(self, client):
        assert problems(client.post(CONFIGURATIONS, json={})) == ["body.name", "body.parameters"]
        wrong = {"name": "x", "parameters": {"product_type": "split_v1"}}
        assert problems(client.post(CONFIGURATIONS, json=wrong)) == ["body.parameters.categories"]

    @pytest.mark.parametrize("path", [BETA, V1])
    def test_a_job_by_configuration_id(self, api, client, path):
        saved = client.post(CONFIGURATIONS, json=self.BODY).json()
        job = create(client, api, path, configuration=None, configuration_id=saved["id"])
        assert job["configuration_id"] == saved["id"]
        assert [category["name"] for category in job["categories"]] == ["invoice", "contract"]
        body = v1_body(api.add_file("a.pdf", PDF), configuration=None, configuration_id="cfg-gone")
        assert client.post(V1, json=body).status_code == 404


class TestCredentials:
    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "llx-test"}])
    @pytest.mark.parametrize("path", [BETA, V1, FILES, CONFIGURATIONS])
    def test_without_the_key(self, api, headers, path):
        with client_of(api, headers=headers) as stranger:
            answer = stranger.get(path)
        assert answer.status_code == 401
        assert isinstance(answer.json()["detail"], str)

    def test_session_cookie(self):
        with ScriptedSplitAPI(key="other", session="s-1") as api:
            for cookie, status in (("session=s-1", 200), ("a=b; session=s-1", 200), ("session=s-2", 401)):
                with client_of(api, headers={"Cookie": cookie}) as client:
                    assert client.get(BETA).status_code == status
            with client_of(api, headers={"Authorization": "Bearer other"}) as client:
                assert client.get(BETA).status_code == 200

    def test_any_key(self):
        with ScriptedSplitAPI(key=None) as api, client_of(api, headers={"Authorization": "Bearer x"}) as client:
            assert client.get(BETA).status_code == 200


class TestFaults:
    def test_a_status_some_times_then_the_next_fault_then_none(self, api, client):
        api.fail("list_jobs", Fault(status=503, headers={"Retry-After": "2"}), times=2)
        api.fail("list_jobs", Fault(status=429, body={"detail": "slow down"}))
        answers = [client.get(BETA) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [503, 503, 429, 200]
        assert answers[0].json() == {"detail": "Service Unavailable"}
        assert answers[0].headers["retry-after"] == "2"
        assert answers[2].json() == {"detail": "slow down"}
        assert client.get(FILES).status_code == 200

    def test_for_ever_and_no_more(self, api, client):
        api.fail("list_jobs", Fault(status=500), times=None)
        assert [client.get(BETA).status_code for _ in range(3)] == [500] * 3
        api.fail("list_jobs", None)
        assert client.get(BETA).status_code == 200

    def test_other_bodies(self, api, client):
        api.fail("list_jobs", Fault(status=502, body="<html>Bad Gateway</html>"))
        api.fail("list_jobs", Fault(body=b"{half", headers={"Content-Type": "application/json"}))
        gateway, half = client.get(BETA), client.get(BETA)
        assert (gateway.status_code, gateway.text) == (502, "<html>Bad Gateway</html>")
        assert gateway.headers["content-type"].startswith("text/html")
        assert (half.status_code, half.content) == (200, b"{half")
        assert half.headers["content-type"] == "application/json"

    def test_a_redirect(self, api, client):
        api.fail("list_jobs", Fault(status=307, headers={"Location": "http://127.0.0.1:9/"}))
        assert client.get(BETA).headers["location"] == "http://127.0.0.1:9/"

    def test_nothing_is_done_before_a_fault_and_all_with_after(self, api, client):
        file_id = api.add_file("packet.pdf", PDF)
        api.fail("create", Fault(status=503))
        assert client.post(BETA, json=beta_body(file_id)).status_code == 503
        assert api.jobs == {}
        api.fail("create", Fault(status=503, after=True))
        assert client.post(BETA, json=beta_body(file_id)).status_code == 503
        assert len(api.jobs) == 1
        api.fail("create", Fault(reset=True))
        with pytest.raises(httpx.NetworkError):
            client.post(BETA, json=beta_body(file_id))
        assert len(api.jobs) == 1
        api.fail("create", Fault(reset=True, after=True))
        with pytest.raises(httpx.NetworkError):
            client.post(BETA, json=beta_body(file_id))
        assert len(api.jobs) == 2
        assert client.get(BETA).status_code == 200

    def test_a_reset_is_a_reset(self, api):
        api.fail("list_jobs", Fault(reset=True))
        with socket.create_connection(api.url.removeprefix("http://").split(":"), TIMEOUT) as connection:
            connection.sendall(f"GET {BETA} HTTP/1.1\r\n\r\n".encode())
            with pytest.raises(ConnectionResetError):
                connection.recv(1)

    def test_an_upload_is_reset_before_its_body_is_read(self, api, client):
        sent = []

        def body():
            while len(sent) < 10_000:
                sent.append(1)
                yield bytes(1 << 16)

        api.fail("upload", Fault(reset=True))
        with pytest.raises((httpx.NetworkError, httpx.RemoteProtocolError)):  # as httpx was writing or reading
            client.post(FILES, content=body(), headers={"Content-Length": str(10_000 << 16)})
        assert len(sent) < 10_000
        assert api.requests[0].body is None
        assert api.files == {}

    def test_a_delay_is_a_read_timeout(self, api):
        api.fail("create", Fault(delay=3600))
        api.fail("create", Fault(delay=3600, after=True))
        body = beta_body(api.add_file("packet.pdf", PDF))
        with client_of(api, timeout=httpx.Timeout(TIMEOUT, read=0.5)) as client:
            for jobs in (0, 1):
                with pytest.raises(httpx.ReadTimeout):
                    client.post(BETA, json=body)
                assert len(api.jobs) == jobs

    def test_a_short_delay_only_delays(self, api, client):
        api.fail("list_jobs", Fault(delay=0.001))
        assert client.get(BETA).status_code == 200

    def test_drip(self, api, client):
        api.fail("list_jobs", Fault(drip=0.001))
        with client.stream("GET", BETA) as answer:
            chunks = list(answer.iter_raw())
        assert json.loads(b"".join(chunks))["items"] == []
        assert len(chunks) > 1

    def test_cut(self, api, client):
        whole = client.get(BETA).content
        api.fail("list_jobs", Fault(cut=True))
        with client.stream("GET", BETA) as answer:
            chunks = answer.iter_raw()
            assert next(chunks) == whole[: len(whole) // 2]
            with pytest.raises(httpx.RemoteProtocolError):
                next(chunks)
        assert client.get(BETA).content == whole

    def test_a_download_fails_on_order(self, api, client):
        url = client.get(f"{FILES}/{api.add_file('packet.pdf', PDF)}/content").json()["url"]
        api.fail("download", Fault(status=403))
        with client_of(api, headers={}) as plain:
            assert [plain.get(url).status_code for _ in range(2)] == [403, 200]

    def test_what_can_t_be_ordered(self, api):
        with pytest.raises(ValueError, match="no operation is called 'creat'; there are upload, "):
            api.fail("creat", Fault(status=500))
        with pytest.raises(ValueError, match="no operation is called"):
            api.count("creat")
        with pytest.raises(ValueError, match="at least 1"):
            api.fail("create", Fault(status=500), times=0)


class TestServer:
    def test_requests_are_recorded(self, api, client):
        before = time.monotonic()
        client.get(BETA, params={"job_ids": ["a", "b"], "status": "failed"}, headers={"X-Mine": "1"})
        client.request("DELETE", "/api/v1/nowhere%2Fhere")
        first, second = api.requests
        assert (first.method, first.path, first.operation, first.body) == ("GET", BETA, "list_jobs", None)
        assert first.query == {"job_ids": ["a", "b"], "status": ["failed"]}
        assert first.headers["x-mine"] == "1"
        assert before <= first.at <= second.at <= time.monotonic()
        assert (second.path, second.operation) == ("/api/v1/nowhere%2Fhere", None)

    def test_unknown_paths_and_methods(self, client):
        answers = [client.get("/"), client.put(BETA), client.get("/api/v1/configurations")]
        assert [answer.status_code for answer in answers] == [404, 405, 404]
        assert answers[0].json() == {"detail": "Not Found"}

    def test_one_connection_is_kept(self, api):
        with client_of(api, limits=httpx.Limits(max_connections=1)) as client:
            ports = set()
            for path in (BETA, "/nowhere", f"{FILES}/gone", V1):
                with client.stream("GET", path) as answer:
                    answer.read()
                    ports.add(answer.extensions["network_stream"].get_extra_info("client_addr"))
        assert len(ports) == 1

    def test_a_hundred_connections_at_once(self, api):
        together = threading.Barrier(100)
        file_id = api.add_file("packet.pdf", PDF)

        def one(_):
            with client_of(api) as client:
                together.wait(TIMEOUT)
                return client.post(BETA, json=beta_body(file_id)).json()["id"]

        with ThreadPoolExecutor(100) as pool:
            ids = list(pool.map(one, range(100)))
        assert len(set(ids)) == 100
        assert set(api.jobs) == set(ids)
        assert api.count("create") == 100

    def test_close_ends_what_waits_and_leaves_nothing(self):
        api = ScriptedSplitAPI()
        with pytest.raises(RuntimeError, match="not started"):
            _ = api.url
        api.start()
        with pytest.raises(RuntimeError, match="running"):
            api.start()
        for fault in (Fault(delay=3600), Fault(drip=3600)):
            api.fail("list_jobs", fault)
        address = api.url.removeprefix("http://").split(":")
        connections = [socket.create_connection(address, TIMEOUT) for _ in range(3)]
        for connection in connections[:2]:
            connection.sendall(f"GET {BETA} HTTP/1.1\r\nAuthorization: Bearer llx-test\r\n\r\n".encode())
        connections[2].sendall(f"POST {BETA} HTTP/1.1\r\nContent-Length: 10\r\n\r\n1".encode())
        connections.append(socket.create_connection(address, TIMEOUT))
        with client_of(api) as client:  # an idle one, kept by the client
            assert client.get(FILES).status_code == 200
            assert sum(thread.name == "scripted-split-api" for thread in threading.enumerate()) > 1
            api.close()
        api.close()
        assert not [thread for thread in threading.enumerate() if thread.name == "scripted-split-api"]
        for connection in connections:
            with connection:
                assert_ended(connection)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, TIMEOUT)
        assert api.count("list_files") == 1

    def test_it_can_be_started_again(self, api):
        with client_of(api) as client:
            job = create(client, api)
        api.close()
        api.start()
        with client_of(api) as client:
            assert client.get(f"{BETA}/{job['id']}").json() == job

    def test_nothing_is_printed(self, capfd):
        with ScriptedSplitAPI() as api:
            address = api.url.removeprefix("http://").split(":")
            for request in (
                b"nonsense\r\n\r\n",
                b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                b"GET / HTTP/1.1\r\n\r\n",
            ):
                with socket.create_connection(address, TIMEOUT) as connection:
                    connection.sendall(request)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(1000):
                        pass
        assert capfd.readouterr() == ("", "")

    def test_the_package_itself_does_not_load_it(self):
        code = "import sys, splitreader; print('splitreader.testing' in sys.modules, 'http.server' in sys.modules)"
        assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False", "False"]


def assert_ended(connection):
    try:
        while connection.recv(1000):
            pass
    except ConnectionResetError:
        pass
