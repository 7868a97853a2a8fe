import json

import pytest

from support.serving import (
    BETA_JOBS,
    CATEGORIES,
    CONFIGURATIONS,
    V1_JOBS,
    HeldEngine,
    client_of,
    complaints,
    nested,
    serving,
    upload,
    v1,
)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("data"), engine=HeldEngine()) as url, client_of(url) as client:
        yield client


@pytest.fixture(scope="module")
def file_id(client):
    return upload(client)


@pytest.mark.parametrize(
    ("base", "change", "where"),
    [
        (V1_JOBS, {"file_input": None}, ["body", "file_input"]),
        (V1_JOBS, {"file_input": 5}, ["body", "file_input"]),
        (V1_JOBS, {"file_input": "pjb-1"}, ["body", "file_input"]),
        (V1_JOBS, {"file_input": "https://example.com/a.pdf"}, ["body", "file_input"]),
        (V1_JOBS, {"configuration": None}, ["body"]),
        (V1_JOBS, {"configuration_id": "cfg-1"}, ["body"]),
        (V1_JOBS, {"more": 1}, ["body", "more"]),
        (V1_JOBS, {"webhook_configurations": [{"webhook_url": "https://x.test"}]}, ["body", "webhook_configurations"]),
        (V1_JOBS, {"webhook_configuration_ids": ["whc-1"]}, ["body", "webhook_configuration_ids"]),
        (V1_JOBS, {"transaction_id": ""}, ["body", "transaction_id"]),
        (BETA_JOBS, {"document_input": {"type": "url", "value": "x"}}, ["body", "document_input", "type"]),
        (BETA_JOBS, {"document_input": {"type": "file_id"}}, ["body", "document_input", "value"]),
        (BETA_JOBS, {"categories": CATEGORIES}, ["body"]),
        (BETA_JOBS, {"splitting_strategy": {"allow_uncategorized": True}}, ["body"]),
    ],
)
def test_a_body_that_is_wrong_is_refused_where_it_is(client, file_id, base, change, where):
    body = {**(v1 if base == V1_JOBS else nested)(file_id), **change}
    assert where in [loc for loc, _ in complaints(client.post(base, json=body))]


@pytest.mark.parametrize(
    ("configuration", "where"),
    [
        ({"categories": []}, ["categories"]),
        ({"categories": [{"name": str(number)} for number in range(51)]}, ["categories"]),
        ({"categories": [{"name": ""}]}, ["categories", 0, "name"]),
        ({"categories": [{"name": "x" * 201}]}, ["categories", 0, "name"]),
        ({"categories": [{"name": "x", "description": "x" * 2001}]}, ["categories", 0, "description"]),
        ({"categories": [{"name": "x", "partition_key": "number"}]}, ["categories", 0, "partition_key"]),
        ({"categories": [{"name": "\ud800"}]}, ["categories", 0, "name"]),
        ({"categories": [{"name": "x"}, {"name": "x"}]}, []),
        ({"categories": [{"name": "uncategorized"}]}, []),
        ({"categories": ["x"]}, ["categories", 0]),
        ({"splitting_strategy": {"allow_uncategorized": "maybe"}}, ["splitting_strategy", "allow_uncategorized"]),
        ({"splitting_strategy": {"allow_uncategorized": True}}, ["splitting_strategy", "allow_uncategorized"]),
        ({"splitting_strategy": {"custom_instructions": "x" * 5001}}, ["splitting_strategy", "custom_instructions"]),
        ({"splitting_strategy": {"min_pages_per_split": 0}}, ["splitting_strategy", "min_pages_per_split"]),
        ({"splitting_strategy": {"min_pages_per_split": "2"}}, ["splitting_strategy", "min_pages_per_split"]),
        ({"target_pages": "0-3"}, []),
        ({"target_pages": "x"}, []),
        ({"parse_tier": "slow"}, ["parse_tier"]),
        ({"parse_config_id": "cfg-1"}, ["parse_config_id"]),
        ({"version": "preview"}, ["version"]),
    ],
)
def test_a_configuration_that_is_wrong_is_refused_where_it_is(client, file_id, configuration, where):
    answer = client.post(
        V1_JOBS, content=json.dumps(v1(file_id, **configuration)), headers={"Content-Type": "application/json"}
    )
    assert ["body", "configuration", *where] in [loc for loc, _ in complaints(answer)]


def test_what_is_not_served_is_refused_by_name(client, file_id):
    body = {**v1(file_id), "webhook_configurations": [{"webhook_url": "https://x.test"}]}
    assert "not served here" in complaints(client.post(V1_JOBS, json=body))[0][1]
    assert client.post(V1_JOBS, json={**v1(file_id), "webhook_configurations": []}).status_code == 201
    assert client.post(V1_JOBS, json=v1(file_id, version="latest")).status_code == 201


def test_what_the_engine_cannot_do_is_refused_at_once(tmp_path):
    with serving(tmp_path) as url, client_of(url) as client:  # the embedded engine reads no instructions
        body = v1(upload(client), splitting_strategy={"custom_instructions": "Cut at signatures."})
        [(where, message)] = complaints(client.post(V1_JOBS, json=body))
    assert where == ["body", "configuration"]
    assert "custom_instructions" in message


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b"\xff", b'"\xed\xa0\x80"']
)
def test_a_body_that_is_no_json_is_refused(client, content):
    answer = client.post(V1_JOBS, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert "detail" in answer.json()


def test_a_field_name_that_is_no_unicode_is_refused(client):
    answer = client.post(V1_JOBS, content=b'{"\\ud800": 1}', headers={"Content-Type": "application/json"})
    assert complaints(answer)


def test_configurations_are_saved_changed_listed_and_deleted(client):
    def parameters(name):
        return {"product_type": "split_v1", "categories": [{"name": name}]}

    first = client.post(CONFIGURATIONS, json={"name": "a", "parameters": parameters("x")})
    assert first.status_code == 201
    first = first.json()
    assert first.keys() == {"id", "name", "product_type", "version", "parameters", "created_at", "updated_at"}
    assert first["product_type"] == first["parameters"]["product_type"] == "split_v1"
    again = client.post(CONFIGURATIONS, json={"name": "a", "parameters": parameters("y")}).json()
    assert again["id"] == first["id"]
    assert again["version"] != first["version"]
    other = client.post(CONFIGURATIONS, json={"name": "b", "parameters": parameters("z")}).json()
    path = f"{CONFIGURATIONS}/{other['id']}"
    changed = client.put(path, json={"name": "c"}).json()
    assert (changed["name"], changed["parameters"]) == ("c", other["parameters"])
    assert client.put(path, json={"name": "a"}).status_code == 409
    assert client.get(path).json() == changed
    assert [item["id"] for item in client.get(CONFIGURATIONS, params={"name": "c"}).json()["items"]] == [other["id"]]
    listed = client.get(CONFIGURATIONS, params={"product_type": ["split_v1", "parse_v2"], "page_size": 1}).json()
    assert len(listed["items"]) == 1
    assert listed["next_page_token"]
    assert client.get(CONFIGURATIONS, params={"product_type": "parse_v2"}).json() == {"items": []}
    assert client.request("DELETE", path, headers={"Content-Type": "application/json"}).status_code == 204
    for method in ("GET", "DELETE"):
        assert client.request(method, path).json() == {"detail": f"Configuration {other['id']} not found"}
    for wrong in ({"name": ""}, {"parameters": {"product_type": "classify_v2", "rules": []}}, {"parameters": None}):
        body = {"name": "x", "parameters": parameters("x"), **wrong}
        assert client.post(CONFIGURATIONS, json=body).status_code == 422
