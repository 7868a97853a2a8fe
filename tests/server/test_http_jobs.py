from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from support.serving import (
    BETA_JOBS,
    CATEGORIES,
    CONFIGURATIONS,
    FILES,
    PDF,
    V1_JOBS,
    HeldEngine,
    client_of,
    complaints,
    ended,
    nested,
    serving,
    upload,
    v1,
)


@pytest.fixture(scope="module")
def engine():
    return HeldEngine()


@pytest.fixture(scope="module")
def client(tmp_path_factory, engine):
    with serving(tmp_path_factory.mktemp("data"), engine=engine, workers=1) as url, client_of(url) as client:
        yield client


@pytest.fixture(scope="module")
def file_id(client):
    return upload(client)


@pytest.fixture
def held(tmp_path):
    engine = HeldEngine(held=True)
    with serving(tmp_path, engine=engine, workers=1, max_queue=2) as url, client_of(url) as client:
        yield client
        engine.go.set()


def created(client, base, body):
    answer = client.post(base, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def flat(file_id, **more):
    return {"document_input": {"type": "file_id", "value": file_id}, "categories": CATEGORIES, **more}


def test_a_beta_job_says_what_it_splits_and_a_v1_job_what_was_asked_for(client, file_id):
    beta = created(client, BETA_JOBS, nested(file_id))
    assert beta.keys() == {
        "id", "status", "project_id", "user_id", "categories", "configuration_id", "result", "error_message",
        "created_at", "updated_at", "document_input",
    }  # fmt: skip
    assert beta["document_input"] == {"type": "file_id", "value": file_id}
    assert [category["name"] for category in beta["categories"]] == ["invoice", "contract"]
    job = created(client, V1_JOBS, v1(file_id, target_pages="1", parse_tier="agentic", transaction_id="t"))
    assert job.keys() == (beta.keys() - {"document_input"}) | {
        "file_input", "document_input_type", "splitting_strategy", "parse_tier", "parse_config_id", "target_pages",
        "transaction_id",
    }  # fmt: skip
    assert (job["file_input"], job["document_input_type"]) == (file_id, "file_id")
    assert (job["target_pages"], job["parse_tier"], job["transaction_id"]) == ("1", "agentic", "t")
    assert job["splitting_strategy"]["allow_uncategorized"] == "include"


def test_a_job_is_completed_with_segments_and_both_apis_see_it(client, file_id):
    job = ended(client, created(client, V1_JOBS, v1(file_id))["id"])
    assert job["status"] == "completed"
    assert job["result"] == {"segments": [{"category": "invoice", "confidence_category": "high", "pages": [1, 2]}]}
    assert client.get(f"{BETA_JOBS}/{job['id']}").json()["result"] == job["result"]


@pytest.mark.parametrize(
    ("base", "body", "expected"),
    [
        (BETA_JOBS, flat, "forbid"),
        (BETA_JOBS, lambda file_id: flat(file_id, splitting_strategy={}), "forbid"),
        (BETA_JOBS, lambda file_id: flat(file_id, splitting_strategy={"allow_uncategorized": True}), "include"),
        (BETA_JOBS, lambda file_id: flat(file_id, splitting_strategy={"allow_uncategorized": False}), "forbid"),
        (BETA_JOBS, nested, "include"),
        (BETA_JOBS, lambda file_id: nested(file_id, splitting_strategy={"allow_uncategorized": "omit"}), "omit"),
        (V1_JOBS, v1, "include"),
        (V1_JOBS, lambda file_id: v1(file_id, splitting_strategy={"allow_uncategorized": "forbid"}), "forbid"),
    ],
)
def test_the_flat_form_forbids_when_silent_and_the_others_include(client, engine, file_id, *, base, body, expected):
    job = created(client, base, body(file_id))
    assert ended(client, job["id"])["splitting_strategy"]["allow_uncategorized"] == expected
    assert engine.configs[-1].allow_uncategorized == expected


def test_options_reach_the_engine(client, engine, file_id):
    strategy = {"custom_instructions": "Cut at signatures.", "min_pages_per_split": 2}
    job = created(client, V1_JOBS, v1(file_id, target_pages="2", splitting_strategy=strategy))
    ended(client, job["id"])
    config = engine.configs[-1]
    assert (config.custom_instructions, config.min_pages_per_split, config.target_pages) == (
        "Cut at signatures.",
        2,
        "2",
    )
    assert [category.description for category in config.categories] == ["A request for payment", None]


def test_a_saved_configuration_splits(client, engine, file_id):
    parameters = {
        "product_type": "split_v1",
        "categories": [{"name": "receipt"}],
        "splitting_strategy": {"allow_uncategorized": "omit"},
        "target_pages": "1",
    }
    saved = client.post(CONFIGURATIONS, json={"name": "mine", "parameters": parameters}).json()
    for base, body in (
        (BETA_JOBS, {"document_input": {"type": "file_id", "value": file_id}, "configuration_id": saved["id"]}),
        (V1_JOBS, {"file_input": file_id, "configuration_id": saved["id"]}),
    ):
        job = created(client, base, body)
        assert job["configuration_id"] == saved["id"]
        assert [category["name"] for category in job["categories"]] == ["receipt"]
        ended(client, job["id"])
        assert (engine.configs[-1].allow_uncategorized, engine.configs[-1].target_pages) == ("omit", "1")
    unknown = client.post(V1_JOBS, json={"file_input": file_id, "configuration_id": "cfg-none"})
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "Configuration cfg-none not found"})


def test_an_unknown_file_is_not_found(client):
    answer = client.post(V1_JOBS, json=v1("dfl-none"))
    assert (answer.status_code, answer.json()) == (404, {"detail": "File dfl-none not found"})


def test_twenty_creates_with_one_transaction_id_start_one_job(client, engine, file_id):
    begin = Barrier(20)

    def create(number):
        categories = [{"name": "one of twenty", "description": str(number)}]
        with client_of(str(client.base_url)) as own:
            begin.wait(60)
            return own.post(V1_JOBS, json=v1(file_id, transaction_id="twenty", categories=categories))

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(create, range(20)))
    assert {answer.status_code for answer in answers} == {201}
    [job_id] = {answer.json()["id"] for answer in answers}
    ended(client, job_id)
    assert sum(config.categories[0].name == "one of twenty" for config in engine.configs) == 1


def test_a_repeated_transaction_answers_its_job_also_when_the_file_is_gone(client):
    body = v1(upload(client), transaction_id="gone")
    job = created(client, V1_JOBS, body)
    ended(client, job["id"])
    client.delete(f"{FILES}/{body['file_input']}")
    assert created(client, V1_JOBS, {**body, "file_input": "dfl-other"})["id"] == job["id"]


def test_cancel_and_delete_take_an_empty_json_body(held):
    empty = {"Content-Type": "application/json"}
    running = created(held, V1_JOBS, v1(upload(held)))["id"]
    refused = held.request("DELETE", f"{V1_JOBS}/{running}", headers=empty)
    assert refused.status_code == 409
    cancelled = held.post(f"{V1_JOBS}/{running}/cancel", headers=empty)
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert held.post(f"{V1_JOBS}/{running}/cancel", headers=empty).status_code == 409
    assert held.request("DELETE", f"{V1_JOBS}/{running}", headers=empty).status_code == 200
    for request in (("GET", ""), ("DELETE", ""), ("POST", "/cancel")):
        answer = held.request(request[0], f"{V1_JOBS}/{running}{request[1]}", headers=empty)
        assert (answer.status_code, answer.json()) == (404, {"detail": f"Split job {running} not found"})


def test_a_full_queue_says_when_to_come_again_and_still_knows_its_transactions(held):
    file_id = upload(held)
    first = created(held, V1_JOBS, v1(file_id, transaction_id="first"))
    created(held, BETA_JOBS, nested(file_id))
    full = held.post(BETA_JOBS, json=nested(file_id))
    assert full.status_code == 429
    assert 0 < int(full.headers["Retry-After"]) <= 60
    assert created(held, V1_JOBS, v1(file_id, transaction_id="first"))["id"] == first["id"]


def test_jobs_are_listed_by_every_filter_and_in_pages(tmp_path):
    with serving(tmp_path, engine=HeldEngine()) as url, client_of(url) as client:
        file_id = upload(client)
        jobs = [ended(client, created(client, V1_JOBS, v1(file_id))["id"]) for _ in range(3)]
        failed = ended(client, created(client, V1_JOBS, v1(upload(client, b"no PDF", "x.pdf")))["id"])
        assert failed["status"] == "failed"
        assert "x.pdf" in failed["error_message"]
        assert str(tmp_path) not in failed["error_message"]
        everything = [failed["id"], *(job["id"] for job in reversed(jobs))]

        def listed(base=BETA_JOBS, **query):
            answer = client.get(base, params=query)
            assert answer.status_code == 200, answer.text
            return [job["id"] for job in answer.json()["items"]]

        assert listed() == listed(V1_JOBS) == listed(page_size=0) == everything
        assert listed(status="failed") == [failed["id"]]
        assert listed(job_ids=[everything[1], everything[3], "spl-none"]) == [everything[1], everything[3]]
        assert listed(created_at_on_or_after=jobs[1]["created_at"]) == everything[:3]
        assert listed(created_at_on_or_before=jobs[1]["created_at"]) == everything[2:]
        pages, token = [], None
        while True:
            page = client.get(BETA_JOBS, params={"page_size": 3} | ({"page_token": token} if token else {})).json()
            assert "total_size" not in page
            pages.append([job["id"] for job in page["items"]])
            if (token := page.get("next_page_token")) is None:
                break
        assert pages == [everything[:3], everything[3:]]
        for query in ({"status": "lost"}, {"page_size": 1001}, {"page_size": "x"}, {"created_at_on_or_after": "when"}):
            assert complaints(client.get(BETA_JOBS, params=query))[0][0] == ["query", next(iter(query))]
        assert client.get(BETA_JOBS, params={"page_token": "page_token"}).status_code == 400


@pytest.mark.parametrize(
    "moment",
    [
        "2019-12-27T18:11:19.117Z",
        "2019-12-27T18:11:19.117 02:00",
        "2019-12-27 18:11:19 02:00",
        "2019-12-27 18:11:19",
        "1577470279",
    ],
)
def test_times_are_read_as_they_come(client, moment):
    assert client.get(f"{BETA_JOBS}?created_at_on_or_after={moment}").status_code == 200
    assert client.get(f"{BETA_JOBS}?created_at_on_or_before={moment}").json() == {"items": []}


def test_a_time_beyond_the_calendar_is_refused(client):
    query = {"created_at_on_or_after": "9999-12-31T23:59:59-23:00"}
    assert complaints(client.get(BETA_JOBS, params=query))[0][0] == ["query", "created_at_on_or_after"]


def test_pages_beyond_the_packet_fail_the_job_and_not_the_server(client, file_id):
    job = ended(client, created(client, V1_JOBS, v1(file_id, target_pages="9"))["id"])
    assert job["status"] == "failed"
    assert "packet.pdf" in job["error_message"]


def test_the_same_bytes_under_two_names_are_two_files(client):
    first, second = upload(client, PDF, "a.pdf"), upload(client, PDF, "b.pdf")
    assert first != second
    client.delete(f"{FILES}/{first}")
    assert client.get(f"{FILES}/{second}").json()["name"] == "b.pdf"
