"""Creating jobs: the three forms, and what happens where the answer is lost. Never is there a second job."""

from datetime import UTC, datetime, timedelta

import pytest

from splitreader import (
    Category,
    CreateUnknown,
    FileId,
    InvalidConfiguration,
    RateLimited,
    RequestRefused,
    ServiceUnreachable,
)
from splitreader.testing import Fault
from splitreader.wire import CloudFile
from support.split_api import CATEGORIES, PDF, SEGMENTS, of, operations, segments_of

SENT_CATEGORIES = [{"name": "invoice", "description": "A request for payment"}, {"name": "contract"}]
BETA, V1 = "/api/v1/beta/split/jobs", "/api/v1/split/jobs"


@pytest.fixture
def file_id(api):
    return api.add_file("packet.pdf", PDF)


def create_body(api):
    (request,) = of(api, "create")
    return request.path, request.query, request.body


class TestForms:
    @pytest.mark.parametrize(
        ("options", "strategy"),
        [
            ({}, {"allow_uncategorized": "include"}),
            ({"allow_uncategorized": False}, {"allow_uncategorized": "forbid"}),
            ({"allow_uncategorized": True}, {"allow_uncategorized": "include"}),
            (
                {"allow_uncategorized": "omit", "custom_instructions": "Be brief", "min_pages_per_split": 2},
                {"allow_uncategorized": "omit", "custom_instructions": "Be brief", "min_pages_per_split": 2},
            ),
        ],
    )
    def test_nested(self, api, client, file_id, options, strategy):
        job = client.create_job(file_id, CATEGORIES, **options)
        assert list(api.jobs) == [job.id]
        assert create_body(api) == (
            BETA,
            {},
            {
                "document_input": {"type": "file_id", "value": file_id},
                "configuration": {"categories": SENT_CATEGORIES, "splitting_strategy": strategy},
            },
        )

    @pytest.mark.parametrize(
        ("options", "allowed"),
        [
            ({}, False),
            ({"allow_uncategorized": "forbid"}, False),
            ({"allow_uncategorized": "include"}, True),
            ({"allow_uncategorized": True}, True),
        ],
    )
    def test_flat(self, api, client, file_id, options, allowed):
        client.create_job(file_id, CATEGORIES, form="flat", **options)
        assert create_body(api) == (
            BETA,
            {},
            {
                "document_input": {"type": "file_id", "value": file_id},
                "categories": SENT_CATEGORIES,
                "splitting_strategy": {"allow_uncategorized": allowed},
            },
        )

    def test_v1(self, api, connect, file_id):
        job = connect(api, api="v1").create_job(
            file_id,
            CATEGORIES,
            target_pages="1,3",
            parse_tier="fast",
            parse_config_id="prs-1",
            min_pages_per_split=1,
            transaction_id="mine",
            webhook_configurations=[{"webhook_url": "https://example.com"}],
        )
        assert create_body(api) == (
            V1,
            {},
            {
                "file_input": file_id,
                "transaction_id": "mine",
                "configuration": {
                    "categories": SENT_CATEGORIES,
                    "splitting_strategy": {"allow_uncategorized": "include", "min_pages_per_split": 1},
                    "target_pages": "1,3",
                    "parse_tier": "fast",
                    "parse_config_id": "prs-1",
                },
                "webhook_configurations": [{"webhook_url": "https://example.com"}],
            },
        )
        assert (job.file_id, job.document_input_type, job.transaction_id) == (file_id, "file_id", "mine")

    def test_v1_of_a_parse_job(self, api, connect):
        job = connect(api, api="v1").create_job("pjb-1", CATEGORIES)
        assert (job.file_id, job.document_input_type) == ("pjb-1", "parse_job_id")

    @pytest.mark.parametrize("version", ["beta", "v1"])
    def test_a_saved_configuration(self, api, connect, file_id, version):
        client = connect(api, api=version)
        saved = client.create_configuration("mine", CATEGORIES)
        job = client.run(FileId(file_id), configuration_id=saved.id)
        _, _, body = create_body(api)
        transaction = {} if version == "beta" else {"transaction_id": body["transaction_id"]}
        document = {"document_input": {"type": "file_id", "value": file_id}}
        assert body == {
            **(document if version == "beta" else {"file_input": file_id}),
            "configuration_id": saved.id,
            **transaction,
        }
        assert (job.configuration_id, segments_of(job)) == (saved.id, SEGMENTS)

    @pytest.mark.parametrize("version", ["beta", "v1"])
    def test_project_and_organization(self, api, connect, file_id, version):
        client = connect(api, api=version, project_id="p", organization_id="o")
        client.create_job(file_id, CATEGORIES)
        client.create_job(file_id, CATEGORIES, project_id="other", organization_id="another")
        first, second = of(api, "create")
        assert first.query == {"project_id": ["p"], "organization_id": ["o"]}
        assert second.query == {"project_id": ["other"], "organization_id": ["another"]}

    @pytest.mark.parametrize("file", [FileId, lambda file_id: CloudFile(id=file_id, name="x")])
    def test_ways_to_name_a_file(self, api, client, file_id, file):
        assert client.create_job(file(file_id), [Category(name="a")]).file_id == file_id

    @pytest.mark.parametrize(
        ("version", "options", "words"),
        [
            ("beta", {"target_pages": "1"}, "beta API has no target_pages"),
            ("beta", {"transaction_id": "t"}, "beta API has no transaction_id"),
            ("beta", {"parse_tier": "fast", "parse_config_id": "p"}, "no parse_tier, parse_config_id"),
            ("beta", {"webhook_configurations": []}, "no webhook_configurations"),
            ("beta", {"form": "flat", "custom_instructions": "x"}, "flat form has no custom_instructions"),
            ("beta", {"form": "flat", "min_pages_per_split": 2}, "flat form has no min_pages_per_split"),
            ("beta", {"form": "flat", "configuration_id": "c"}, "flat form has no configuration_id"),
            ("beta", {"form": "flat", "allow_uncategorized": "omit"}, "omit"),
            ("beta", {"form": "round"}, "form is 'round'"),
            ("v1", {"form": "flat"}, "form of the beta API"),
            ("beta", {"configuration_id": "c"}, "both say what to split into"),
            ("v1", {"configuration_id": "c"}, "both say what to split into"),
            ("beta", {"categories": None}, "needs categories, or the configuration_id"),
            ("v1", {"categories": None}, "needs categories, or the configuration_id"),
            ("beta", {"categories": None, "configuration_id": "c", "allow_uncategorized": "omit"}, "settles allow_"),
            ("v1", {"categories": None, "configuration_id": "c", "target_pages": "1"}, "settles target_pages"),
            ("v1", {"categories": None, "configuration_id": "c", "custom_instructions": "x"}, "settles custom_"),
            ("v1", {"target_pages": "0"}, "target_pages"),
            ("beta", {"categories": []}, "categories"),
            ("beta", {"categories": ["a", "a"]}, "unique"),
            ("beta", {"allow_uncategorized": "perhaps"}, "allow_uncategorized"),
            ("beta", {"min_pages_per_split": 0}, "min_pages_per_split"),
        ],
    )
    def test_what_a_form_has_no_place_for(self, api, connect, packet, version, options, words):  # noqa: PLR0917
        client = connect(api, api=version)
        options = {"categories": CATEGORIES} | options
        categories = options.pop("categories")
        with pytest.raises(InvalidConfiguration, match=words):
            client.create_job("file-1", categories, **options)
        with pytest.raises(InvalidConfiguration, match=words):
            client.run(packet, categories, **options)
        assert api.requests == []

    @pytest.mark.parametrize("file", ["", None, 3])
    def test_no_file_id(self, api, client, file):
        with pytest.raises((InvalidConfiguration, AttributeError)):
            client.create_job(file, CATEGORIES)
        assert api.requests == []


LOST = {
    "reset": Fault(reset=True, after=True),
    "time-out": Fault(delay=3600, after=True),
    "500": Fault(status=500, after=True),
    "502": Fault(status=502, after=True),
    "503": Fault(status=503, after=True, headers={"Retry-After": "0.01"}),
    "cut": Fault(cut=True),
    "html": Fault(body="<html>Bad gateway</html>"),
    "shape": Fault(body={"job": 1}),
    "slow body": Fault(drip=0.05),
}
"""The job is there, its answer is not."""

NEVER = {
    "reset": Fault(reset=True),
    "time-out": Fault(delay=3600),
    "500": Fault(status=500),
    "502": Fault(status=502),
    "503": Fault(status=503),
}
"""The same as seen from here, but there is no job."""


def each(faults):
    return pytest.mark.parametrize("fault", faults.values(), ids=faults)


class TestLostOnBeta:
    @each(LOST)
    def test_the_job_is_found(self, api, connect, file_id, fault):
        client = connect(api, timeout=0.3)
        api.fail("create", fault)
        job = client.run(FileId(file_id), CATEGORIES)
        assert segments_of(job) == SEGMENTS
        assert list(api.jobs) == [job.id]
        assert api.count("create") == 1

    def test_it_is_looked_for_by_time_and_project(self, api, connect, file_id):
        client = connect(api, project_id="p")
        api.fail("create", Fault(reset=True, after=True))
        before = datetime.now(UTC)
        client.create_job(file_id, CATEGORIES, project_id="q", organization_id="o")
        clock, look = of(api, "list_jobs")  # the first one tells the service's time
        assert clock.query["page_size"] == ["1"]
        assert (look.query["project_id"], look.query["organization_id"]) == (["q"], ["o"])
        since = datetime.fromisoformat(look.query["created_at_on_or_after"][0])
        assert before - timedelta(seconds=4) < since < before

    @pytest.mark.parametrize("ahead", [timedelta(days=-2), timedelta(days=2)])
    def test_our_clock_may_be_wrong(self, api, connect, file_id, monkeypatch, ahead):
        from splitreader.client import _creating, _service

        class Wrong(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.now(tz) + ahead

        monkeypatch.setattr(_creating, "datetime", Wrong)
        monkeypatch.setattr(_service, "datetime", Wrong)
        api.fail("create", Fault(reset=True, after=True))
        assert [connect(api).create_job(file_id, CATEGORIES).id] == list(api.jobs)
        assert api.count("create") == 1

    def test_it_is_found_on_any_page(self, api, client, file_id):
        for number in range(60):
            client.create_job(api.add_file(f"{number}.pdf", PDF), CATEGORIES)
        api.fail("create", Fault(reset=True, after=True))
        job = client.create_job(file_id, CATEGORIES)
        assert job.file_id == file_id
        assert api.count("create") == len(api.jobs) == 61

    @pytest.mark.parametrize("other", [{"categories": ["letter"]}, {"configuration_id": "saved"}, {"old": True}])
    def test_another_job_of_the_file_is_not_taken_for_it(self, api, connect, file_id, other):
        client = connect(api)
        if "old" in other:
            job = client.create_job(file_id, CATEGORIES)
            raw = {**api.jobs[job.id], "created_at": "2019-12-27T18:11:19.117Z"}
            api.fail("list_jobs", Fault(body={"items": [raw]}), times=None)
        elif "configuration_id" in other:
            saved = client.create_configuration("mine", CATEGORIES)
            client.create_job(file_id, configuration_id=saved.id)
        else:
            client.create_job(file_id, other["categories"])
        api.fail("create", Fault(reset=True))
        with pytest.raises(CreateUnknown):
            client.create_job(file_id, CATEGORIES)
        assert len(api.jobs) == 1

    @each(NEVER)
    def test_not_found_is_not_known(self, api, connect, packet, fault):
        client = connect(api, timeout=0.3, max_retries=2)
        api.fail("create", fault, times=None)
        before = datetime.now(UTC)
        with pytest.raises(CreateUnknown, match="look for it with list_jobs; retry_unknown=True") as caught:
            client.run(packet, CATEGORIES, delete_after=True)
        (file_id,) = api.files
        assert (caught.value.file_id, caught.value.transaction_id) == (file_id, None)
        assert abs(caught.value.sent_at - before) < timedelta(seconds=5)
        assert file_id in str(caught.value)
        assert f"{caught.value.sent_at:%Y-%m-%dT%H:%M:%S}" in str(caught.value)
        assert (api.count("create"), api.count("list_jobs"), len(api.jobs)) == (1, 3, 0)

    def test_a_job_that_shows_up_late_is_found(self, api, client, file_id):
        client.get_job(client.create_job(api.add_file("other.pdf", PDF), CATEGORIES).id)
        api.fail("create", Fault(reset=True, after=True))
        api.fail("list_jobs", Fault(body={"items": []}), times=2)
        assert client.create_job(file_id, CATEGORIES).file_id == file_id
        assert (api.count("create"), api.count("list_jobs")) == (2, 3)

    def test_a_look_that_fails_leaves_it_unknown(self, api, client, file_id, caplog):
        api.fail("create", Fault(reset=True, after=True))
        api.fail("list_jobs", Fault(status=403), times=None)
        with pytest.raises(CreateUnknown):
            client.create_job(file_id, CATEGORIES)
        assert "could not be looked for" in caplog.text
        assert (api.count("create"), len(api.jobs)) == (1, 1)

    @each(NEVER)
    def test_retry_unknown_goes_on(self, api, connect, file_id, fault):
        client = connect(api, timeout=0.3)
        api.fail("create", fault)
        job = client.run(FileId(file_id), CATEGORIES, retry_unknown=True)
        assert segments_of(job) == SEGMENTS
        assert (api.count("create"), list(api.jobs)) == (2, [job.id])

    def test_retry_unknown_still_looks_first(self, api, client, file_id):
        api.fail("create", Fault(reset=True, after=True))
        client.create_job(file_id, CATEGORIES, retry_unknown=True)
        assert (api.count("create"), len(api.jobs)) == (1, 1)

    def test_retry_unknown_comes_to_an_end(self, api, client, file_id):
        api.fail("create", Fault(reset=True), times=None)
        with pytest.raises(CreateUnknown):
            client.create_job(file_id, CATEGORIES, retry_unknown=True)
        assert api.count("create") == 2

    def test_a_refusal_after_a_lost_answer_is_no_proof_that_there_is_no_job(self, api, client, packet):
        api.fail("create", Fault(reset=True, after=True))
        api.fail("create", Fault(status=402))
        api.fail("list_jobs", Fault(body={"items": []}), times=None)
        with pytest.raises(CreateUnknown):
            client.run(packet, CATEGORIES, retry_unknown=True, delete_after=True)
        assert len(api.jobs) == len(api.files) == 1


class TestLostOnV1:
    @each(LOST)
    def test_one_transaction_one_job(self, api, connect, file_id, fault):
        client = connect(api, api="v1", timeout=0.3, max_retries=2)
        api.fail("create", fault, times=2)
        job = client.run(FileId(file_id), CATEGORIES)
        assert segments_of(job) == SEGMENTS
        assert list(api.jobs) == [job.id]
        sent = [request.body for request in of(api, "create")]
        assert len(sent) == 3
        assert sent[0] == sent[1] == sent[2]
        assert api.count("list_jobs") == 0

    @each(NEVER)
    def test_unknown_after_all_retries(self, api, connect, packet, fault):
        client = connect(api, api="v1", timeout=0.3)
        api.fail("create", fault, times=None)
        with pytest.raises(CreateUnknown, match="and transaction_id=") as caught:
            client.run(packet, CATEGORIES, delete_after=True)
        ids = {request.body["transaction_id"] for request in of(api, "create")}
        assert ids == {caught.value.transaction_id}
        assert (api.count("create"), len(api.jobs), len(api.files)) == (2, 0, 1)

    def test_asking_again_with_the_transaction_id(self, api, connect, file_id):
        client = connect(api, api="v1", max_retries=0)
        api.fail("create", Fault(reset=True, after=True))
        with pytest.raises(CreateUnknown) as caught:
            client.create_job(file_id, CATEGORIES)
        job = client.create_job(file_id, CATEGORIES, transaction_id=caught.value.transaction_id)
        assert list(api.jobs) == [job.id]

    def test_each_run_has_a_transaction_of_its_own(self, api, connect, file_id):
        client = connect(api, api="v1")
        jobs = [client.run(FileId(file_id), CATEGORIES).id for _ in range(3)]
        assert len({request.body["transaction_id"] for request in of(api, "create")}) == 3
        assert list(api.jobs) == jobs

    def test_a_conflict_goes_away(self, api, connect, file_id):
        api.fail("create", Fault(status=409))
        connect(api, api="v1").create_job(file_id, CATEGORIES)
        assert (api.count("create"), len(api.jobs)) == (2, 1)

    def test_a_refusal_says_that_there_is_no_job(self, api, connect, packet):
        api.fail("create", Fault(status=500))
        api.fail("create", Fault(status=422))
        with pytest.raises(RequestRefused):
            connect(api, api="v1").run(packet, CATEGORIES, delete_after=True)
        assert (api.jobs, api.files) == ({}, {})


@pytest.mark.parametrize("version", ["beta", "v1"])
class TestNotTaken:
    @pytest.mark.parametrize("status", [408, 429])
    def test_what_was_not_taken_is_sent_again(self, api, connect, file_id, version, status):
        api.fail("create", Fault(status=status, headers={"retry-after-ms": "10"}), times=2)
        job = connect(api, api=version, max_retries=2).create_job(file_id, CATEGORIES)
        assert list(api.jobs) == [job.id]
        assert operations(api) == ["create"] * 3

    def test_no_connection_is_no_doubt(self, api, connect, packet, version):
        file = CloudFile(id=api.add_file("packet.pdf", PDF), name="packet.pdf")
        client = connect(api, api=version)
        api.close()
        with pytest.raises(ServiceUnreachable, match="could not be reached to create the split job"):
            client.run(file, CATEGORIES)
        assert api.requests == []

    def test_too_much_patience(self, api, connect, packet, version):
        api.fail("create", Fault(status=429, headers={"Retry-After": "3600"}))
        with pytest.raises(RateLimited) as caught:
            connect(api, api=version, max_retries=5).run(packet, CATEGORIES, delete_after=True)
        assert caught.value.retry_after == 3600
        assert operations(api) == ["upload", "create", "delete_file"]


class TestOneJobIsNotTakenForAnother:
    """The look-up of beta sees file, categories and time of a job, but not all of its rules."""

    def test_one_that_was_handed_out_is_none(self, serve, connect):
        api = serve(seconds=3600)
        client = connect(api)
        file_id = api.add_file("packet.pdf", PDF)
        client.create_job(file_id, CATEGORIES, custom_instructions="one invoice per customer")
        api.fail("create", Fault(reset=True))
        with pytest.raises(CreateUnknown):
            client.create_job(file_id, CATEGORIES, custom_instructions="something else")
        assert len(api.jobs) == 1

    def test_other_descriptions_are_another_job(self, serve, connect):
        api = serve(seconds=3600)
        file_id = api.add_file("packet.pdf", PDF)
        connect(api).create_job(file_id, {"invoice": "one"})
        api.fail("create", Fault(reset=True))
        with pytest.raises(CreateUnknown):
            connect(api).create_job(file_id, {"invoice": "other"})

    def test_two_candidates_are_none(self, serve, connect):
        api = serve(seconds=3600)
        file_id = api.add_file("packet.pdf", PDF)
        for _ in range(2):
            connect(api).create_job(file_id, CATEGORIES)
        api.fail("create", Fault(reset=True))
        with pytest.raises(CreateUnknown):
            connect(api).create_job(file_id, CATEGORIES)


def test_a_refusal_after_a_lost_answer_on_v1_keeps_the_file(serve, connect, packet):
    """The job that was lost may have taken the last credits."""
    api = serve(seconds=3600)
    api.fail("create", Fault(reset=True, after=True))
    api.fail("create", Fault(status=402))
    with pytest.raises(CreateUnknown) as caught:
        connect(api, api="v1").run(packet, CATEGORIES, delete_after=True)
    assert caught.value.transaction_id == next(iter(api.jobs.values()))["transaction_id"]
    assert len(api.files) == 1
