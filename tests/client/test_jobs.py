"""Jobs beside their creation: get, list, cancel, delete; saved configurations; what the answers hold."""

import json
from datetime import UTC, datetime

import pytest

from splitreader import InvalidConfiguration, InvalidServiceAnswer, RequestRefused, UnknownId
from splitreader.testing import Fault
from splitreader.wire import TERMINAL_STATUSES, CloudFile, Listing, SplitJob
from support.split_api import CATEGORIES, PDF, of, operations

BETA, V1 = "/api/v1/beta/split/jobs", "/api/v1/split/jobs"

GUIDE_CREATED = '{"id": "spl-abc123...", "status": "pending"}'
GUIDE_COMPLETED = """{
  "id": "spl-abc123...",
  "status": "completed",
  "result": {
    "segments": [
      {"category": "invoice", "pages": [1, 2, 3], "confidence_category": "high"},
      {"category": "contract", "pages": [4, 5, 6, 7, 8], "confidence_category": "high"}
    ]
  }
}"""
REFERENCE_JOB = """{
  "id": "id",
  "categories": [
    {
      "name": "x",
      "description": "x"
    }
  ],
  "document_input": {
    "type": "type",
    "value": "value"
  },
  "project_id": "project_id",
  "status": "status",
  "user_id": "user_id",
  "configuration_id": "configuration_id",
  "created_at": "2019-12-27T18:11:19.117Z",
  "error_message": "error_message",
  "result": {
    "segments": [
      {
        "category": "category",
        "confidence_category": "confidence_category",
        "pages": [
          0
        ]
      }
    ]
  },
  "updated_at": "2019-12-27T18:11:19.117Z"
}"""
OLDEST_LIST = """{
  "items": [
    {
      "id": "id",
      "categories": [
        {
          "name": "x",
          "description": "x"
        }
      ],
      "document_input": {
        "type": "type",
        "value": "value"
      },
      "project_id": "project_id",
      "status": "status",
      "user_id": "user_id",
      "created_at": "2019-12-27T18:11:19.117Z",
      "error_message": "error_message",
      "result": {
        "segments": [
          {
            "category": "category",
            "confidence_category": "confidence_category",
            "pages": [
              0
            ]
          }
        ]
      },
      "updated_at": "2019-12-27T18:11:19.117Z"
    }
  ],
  "next_page_token": "next_page_token",
  "total_size": 0
}"""
MOMENT = datetime(2019, 12, 27, 18, 11, 19, 117000, tzinfo=UTC)


class TestExamples:
    def test_the_guide(self):
        created = SplitJob.model_validate_json(GUIDE_CREATED)
        assert (created.id, created.status, created.is_terminal) == ("spl-abc123...", "pending", False)
        assert (created.file_id, created.result, created.categories) == (None, None, ())
        completed = SplitJob.model_validate_json(GUIDE_COMPLETED)
        assert completed.is_terminal
        assert [(part.category, part.pages) for part in completed.result.segments] == [
            ("invoice", (1, 2, 3)),
            ("contract", (4, 5, 6, 7, 8)),
        ]

    def test_the_reference(self):
        self.check(SplitJob.model_validate_json(REFERENCE_JOB), "configuration_id")
        listing = f'{{"items": [{REFERENCE_JOB}], "next_page_token": "next_page_token", "total_size": 0}}'
        found = Listing[SplitJob].model_validate_json(listing)
        self.check(found.items[0], "configuration_id")
        assert (found.next_page_token, found.total_size) == ("next_page_token", 0)

    def test_the_oldest(self):
        found = Listing[SplitJob].model_validate_json(OLDEST_LIST)
        self.check(found.items[0], None)
        assert (found.next_page_token, found.total_size) == ("next_page_token", 0)

    def check(self, job, configuration_id):
        assert (job.id, job.status, job.is_terminal) == ("id", "status", False)
        assert (job.project_id, job.user_id, job.error_message) == ("project_id", "user_id", "error_message")
        assert (job.document_input.type, job.file_id) == ("type", "value")
        assert (job.created_at, job.updated_at) == (MOMENT, MOMENT)
        assert [(category.name, category.description) for category in job.categories] == [("x", "x")]
        (segment,) = job.result.segments
        assert (segment.category, segment.confidence_category, segment.pages) == (
            "category",
            "confidence_category",
            (0,),
        )
        assert job.configuration_id == configuration_id
        assert job.model_extra == {}

    def test_what_the_service_adds_is_kept(self):
        job = SplitJob.model_validate(
            {
                "id": "1",
                "status": "thinking",
                "created_at": "yesterday",
                "cost": {"credits": 3},
                "result": {
                    "segments": [{"category": "a", "confidence_category": "sure", "pages": [1], "why": "x"}],
                    "notes": [1],
                },
            }
        )
        assert (job.status, job.is_terminal, job.created_at) == ("thinking", False, "yesterday")
        assert job.model_extra == {"cost": {"credits": 3}}
        assert job.result.model_extra == {"notes": [1]}
        assert job.result.segments[0].model_extra == {"why": "x"}
        assert job.result.segments[0].confidence_category == "sure"
        assert json.loads(job.model_dump_json(exclude_unset=True))["cost"] == {"credits": 3}

    def test_statuses(self):
        assert {"completed", "failed", "cancelled"} == TERMINAL_STATUSES
        assert all(SplitJob(id="1", status=status).is_terminal for status in TERMINAL_STATUSES)

    def test_the_file_of_a_job(self):
        assert SplitJob(id="1", status="x", file_input="f").file_id == "f"
        assert CloudFile(id="1", name="x").purpose is None

    @pytest.mark.parametrize("body", [{"id": "1"}, {"status": "x"}, {"id": 1, "status": "x"}, {"result": {}}])
    def test_without_its_fields_it_is_no_job(self, api, client, body):
        api.fail("get_job", Fault(status=200, body=body))
        with pytest.raises(InvalidServiceAnswer):
            client.get_job("1")


@pytest.mark.parametrize(("version", "path"), [("beta", BETA), ("v1", V1)])
class TestJobs:
    def test_get(self, serve, connect, version, path):
        api = serve(seconds=3600)
        client = connect(api, api=version, project_id="p", organization_id="o")
        created = client.create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
        assert client.get_job(created.id) == created
        (request,) = of(api, "get_job")
        assert request.path == f"{path}/{created.id}"
        assert request.query == {"project_id": ["p"], "organization_id": ["o"]}

    def test_list_with_every_filter(self, api, connect, version, path):
        client = connect(api, api=version, project_id="p", organization_id="o")
        filters = {
            "job_ids": ["a", "b"],
            "status": "failed",
            "created_at_on_or_after": datetime(2026, 1, 2, tzinfo=UTC),
            "created_at_on_or_before": "2026-01-03T00:00:00Z",
            "page_size": 5,
            "page_token": "ZnJvbTow",
            "organization_id": "other",
        }
        assert client.list_jobs(**filters) == []
        (request,) = of(api, "list_jobs")
        assert request.path == path
        assert request.query == {
            "job_ids": ["a", "b"],
            "status": ["failed"],
            "created_at_on_or_after": ["2026-01-02T00:00:00+00:00"],
            "created_at_on_or_before": ["2026-01-03T00:00:00Z"],
            "page_size": ["5"],
            "page_token": ["ZnJvbTow"],
            "project_id": ["p"],
            "organization_id": ["other"],
        }

    def test_list_over_pages(self, serve, connect, version, path):
        api = serve(outcome=lambda number: "failed" if number == 2 else "completed")
        client = connect(api, api=version)
        jobs = [client.create_job(api.add_file(f"{n}.pdf", PDF), CATEGORIES) for n in range(5)]
        ids = [job.id for job in jobs]
        assert [job.id for job in client.list_jobs(page_size=2)] == ids
        assert api.count("list_jobs") == 3
        assert [job.id for job in client.list_jobs(status="failed")] == [ids[2]]
        assert [job.id for job in client.list_jobs(job_ids=ids[3:])] == ids[3:]
        assert [job.id for job in client.list_jobs(created_at_on_or_after=jobs[1].created_at)] == ids[1:]
        assert [job.id for job in client.list_jobs(created_at_on_or_before=jobs[1].created_at)] == ids[:2]

    def test_a_token_that_leads_back_to_itself(self, api, connect, version, path):
        api.fail("list_jobs", Fault(body={"items": [], "next_page_token": "ZnJvbTow"}), times=None)
        with pytest.raises(InvalidServiceAnswer, match="back to the same page"):
            connect(api, api=version).list_jobs()
        assert api.count("list_jobs") == 2

    def test_a_filter_that_there_is_not(self, api, connect, version, path):
        with pytest.raises(TypeError):
            connect(api, api=version).list_jobs(colour="red")


class TestCancelAndDelete:
    def test_v1(self, serve, connect):
        api = serve(seconds=3600)
        client = connect(api, api="v1", project_id="p")
        job = client.create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
        with pytest.raises(RequestRefused, match="cancel it first") as caught:
            client.delete_job(job.id)
        assert (caught.value.status_code, caught.value.job_id) == (409, job.id)
        assert client.cancel_job(job.id).status == "cancelled"
        assert client.cancel_job(job.id).status == "cancelled"  # the answer before may have been lost
        client.delete_job(job.id)
        assert api.jobs == {}
        (cancel, _), (_, delete) = of(api, "cancel"), of(api, "delete_job")
        assert (cancel.method, cancel.path) == ("POST", f"{V1}/{job.id}/cancel")
        assert (delete.method, delete.path) == ("DELETE", f"{V1}/{job.id}")
        for request in (cancel, delete):
            assert request.headers["content-type"] == "application/json"
            assert request.body is None
            assert request.query == {"project_id": ["p"]}

    def test_beta_can_t_and_says_so(self, serve, connect):
        api = serve(seconds=3600)
        client = connect(api)
        job = client.create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
        for call in (client.cancel_job, client.delete_job):
            with pytest.raises(RequestRefused, match="answered 405") as caught:
                call(job.id)
            assert (caught.value.status_code, caught.value.job_id) == (405, job.id)
        assert operations(api) == ["create", "cancel", "delete_job"]

    def test_a_deletion_whose_answer_was_lost(self, api, connect):
        client = connect(api, api="v1")
        job = client.create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
        api.fail("delete_job", Fault(reset=True, after=True))
        client.delete_job(job.id)
        assert (api.count("delete_job"), api.jobs) == (2, {})


class TestConfigurations:
    def test_from_creation_to_deletion(self, api, connect):
        client = connect(api, project_id="p", organization_id="o")
        saved = client.create_configuration(
            "mine", CATEGORIES, allow_uncategorized="omit", custom_instructions="Be brief", min_pages_per_split=2
        )
        parameters = {
            "product_type": "split_v1",
            "categories": [{"name": "invoice", "description": "A request for payment"}, {"name": "contract"}],
            "splitting_strategy": {
                "allow_uncategorized": "omit",
                "custom_instructions": "Be brief",
                "min_pages_per_split": 2,
            },
        }
        assert of(api, "create_configuration")[0].body == {"name": "mine", "parameters": parameters}
        assert (saved.name, saved.product_type, dict(saved.parameters)) == ("mine", "split_v1", parameters)
        assert isinstance(saved.created_at, datetime)
        assert client.get_configuration(saved.id) == saved
        renamed = client.update_configuration(saved.id, name="new")
        assert (renamed.name, renamed.parameters) == ("new", saved.parameters)
        assert of(api, "update_configuration")[0].body == {"name": "new"}
        changed = client.update_configuration(saved.id, categories=["letter"], allow_uncategorized=False)
        assert changed.parameters["categories"] == [{"name": "letter"}]
        assert changed.parameters["splitting_strategy"] == {"allow_uncategorized": "forbid"}
        assert changed.name == "new"
        client.delete_configuration(saved.id)
        assert api.configurations == {}
        scope = {"project_id": ["p"], "organization_id": ["o"]}
        assert all(request.query == scope for request in api.requests)
        with pytest.raises(UnknownId):
            client.get_configuration(saved.id)

    def test_list(self, api, client):
        ids = [client.create_configuration(f"{number}", CATEGORIES).id for number in range(5)]
        assert [saved.id for saved in client.list_configurations(page_size=2)] == ids
        first, second, third = of(api, "list_configurations")
        assert first.query == {"product_type": ["split_v1"], "page_size": ["2"]}
        assert second.query["page_token"] != third.query["page_token"]

    def test_a_token_that_leads_back_to_itself(self, api, client):
        api.fail("list_configurations", Fault(body={"items": [], "next_page_token": "ZnJvbTow"}), times=None)
        with pytest.raises(InvalidServiceAnswer, match="back to the same page"):
            client.list_configurations()

    def test_refused_before_anything_is_sent(self, api, client):
        for call in (
            lambda: client.update_configuration("cfg-1"),
            lambda: client.update_configuration("cfg-1", custom_instructions="x"),
            lambda: client.update_configuration("cfg-1", name="x", allow_uncategorized=False),
            lambda: client.create_configuration("x", []),
            lambda: client.create_configuration("x", ["a"], min_pages_per_split=0),
        ):
            with pytest.raises(InvalidConfiguration):
                call()
        assert api.requests == []
