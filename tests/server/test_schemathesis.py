"""What schemathesis makes of the OpenAPI description: no 5xx, and no answer that the description doesn't know."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from support.serving import (
    ACME,
    CATEGORIES,
    CONFIGURATIONS,
    KEYS,
    V1_JOBS,
    HeldEngine,
    api_routes,
    client_of,
    nested,
    serving,
    upload,
    v1,
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
LONGEST_QUERY = 1_000  # a longer head of a request is cut off, without an answer
NO_HTTP = b"Invalid HTTP request received."
ROUTES = [*api_routes(), ("GET", "/content/{project_id}/{file_id}"), ("GET", "/healthz")]
KINDS = {
    "fitting": GenerationMode.POSITIVE,
    "wrong": GenerationMode.NEGATIVE,
    "of what is there": GenerationMode.POSITIVE,
}
NOTHING_CAN_BE_WRONG = {("/healthz", "wrong")}
CASES = [(method, path, kind) for method, path in ROUTES for kind in KINDS if (path, kind) not in NOTHING_CAN_BE_WRONG]
SAME_EACH_TIME = settings(
    max_examples=6,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("server") / "data", keys=KEYS, engine=HeldEngine(held=True)) as url:
        yield url


@pytest.fixture(scope="module")
def client(url):
    with client_of(url, ACME) as client:
        yield client


@pytest.fixture(scope="module")
def schema(url):
    return schemathesis.openapi.from_url(f"{url}/openapi.json")


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path", "kind"), CASES)
def test_every_answer_is_one_that_is_described(schema, client, method, path, kind):
    operation = schema[path][method]
    seen = []

    @SAME_EACH_TIME
    @given(operation.as_strategy(generation_mode=KINDS[kind]))
    def check(case):
        assume(len(str(case.query)) < LONGEST_QUERY)
        if kind == "of what is there":
            aim(case, client)
            if method == "DELETE" and path.startswith(V1_JOBS):  # what waits or runs is not deleted
                client.post(f"{V1_JOBS}/{case.path_parameters['split_job_id']}/cancel")
        answer = case.call(headers=ACME)
        if answer.content != NO_HTTP:  # uvicorn's own, before the application is asked
            case.validate_response(answer, checks=CHECKS)
        seen.append(answer.status_code)

    check()
    assert seen
    if kind == "of what is there" and not path.startswith("/content/"):
        assert any(status < 300 for status in seen), seen


def aim(case, client):
    """Let a request name things that are there."""
    for name in {"project_id", "organization_id"} & set(case.query or {}):
        del case.query[name]
    body = case.body if isinstance(case.body, dict) else {}
    made = {"file_id": upload, "split_job_id": make_job, "config_id": make_configuration}
    for name in made.keys() & set(case.path_parameters or {}):
        case.path_parameters[name] = made[name](client)
    if "file_input" in body:
        case.body = v1(upload(client))
    if "document_input" in body:
        case.body = nested(upload(client))


def make_job(client):
    return client.post(V1_JOBS, json=v1(upload(client))).json()["id"]


def make_configuration(client):
    parameters = {"product_type": "split_v1", "categories": CATEGORIES}
    known = client.get(CONFIGURATIONS).json()
    return client.post(CONFIGURATIONS, json={"name": f"saved {len(known['items'])}", "parameters": parameters}).json()[
        "id"
    ]
