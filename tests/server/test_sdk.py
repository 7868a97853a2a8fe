"""The vendor's SDK and our own client against our server, over a real socket."""

import asyncio
from pathlib import Path

import httpx
import pytest
from llama_cloud import APIStatusError, AsyncLlamaCloud, LlamaCloud, NotFoundError

from splitreader import EmbeddedEngine, LlamaCloudEngine, SplitReader
from support.pdfs import make_pdf
from support.serving import KEYS, HeldEngine, serving

PAGES = [
    "INVOICE\nInvoice number 17\nBill to: Acme\nAmount due 120.00 EUR\nPayment terms: 30 days",
    "Invoice number 17\nPage 2 of 2\nSubtotal 100.00\nVAT 20.00\nTotal due 120.00 EUR",
    "EMPLOYMENT AGREEMENT\nThis agreement is made between the parties\nThe employee shall",
    "Obligations of the parties\nTermination\nSignature of the employee",
]
DESCRIBED = {
    "invoice": "A request for payment with an amount due",
    "contract": "An agreement between parties with obligations and signatures",
}
CATEGORIES = [{"name": name, "description": text} for name, text in DESCRIBED.items()]
KEY = "key-of-acme"


@pytest.fixture(scope="module")
def packet(tmp_path_factory):
    path = tmp_path_factory.mktemp("packets") / "packet.pdf"
    path.write_bytes(make_pdf(PAGES))
    return path


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("data"), keys=KEYS) as url:
        yield url


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    engine = HeldEngine(held=True)
    with serving(tmp_path_factory.mktemp("held"), keys=KEYS, engine=engine, workers=1) as url:
        yield url
        engine.go.set()


class Driven:
    """Either client of the SDK, called the same way: calls are waited for, lists are walked to their end."""

    def __init__(self, kind, url):
        self.is_async = kind == "async"
        options = {"base_url": url, "api_key": KEY, "_strict_response_validation": True, "max_retries": 0}
        self.runner = asyncio.Runner() if self.is_async else None
        self.client = AsyncLlamaCloud(**options) if self.is_async else LlamaCloud(**options)

    def do(self, call):
        return self.runner.run(self._awaited(call)) if self.is_async else call(self.client)

    def walk(self, call):
        return self.runner.run(self._walked(call)) if self.is_async else list(call(self.client))

    async def _awaited(self, call):
        return await call(self.client)

    async def _walked(self, call):
        return [item async for item in call(self.client)]

    def close(self):
        if self.is_async:
            self.runner.run(self.client.close())
            self.runner.close()
        else:
            self.client.close()


@pytest.fixture(params=["sync", "async"])
def kind(request):
    return request.param


@pytest.fixture
def sdk(kind, url):
    driven = Driven(kind, url)
    yield driven
    driven.close()


@pytest.fixture
def held_sdk(kind, held):
    driven = Driven(kind, held)
    yield driven
    driven.close()


def uploaded(sdk, packet, **options):
    return sdk.do(lambda client: client.files.create(file=packet, purpose="split", **options))


def found(result):
    return [(segment.category, tuple(segment.pages), segment.confidence_category) for segment in result.segments]


def direct(packet):
    result = SplitReader(DESCRIBED, engine=EmbeddedEngine()).split(packet)
    return [(segment.category, segment.pages, segment.confidence) for segment in result.segments]


def test_upload_and_split_gives_what_the_engine_gives(sdk, packet):
    file = uploaded(sdk, packet)
    done = sdk.do(
        lambda client: client.beta.split.split(
            document_input={"type": "file_id", "value": file.id},
            categories=CATEGORIES,
            polling_interval=0.05,
            max_interval=0.2,
        )
    )
    assert done.status == "completed"
    assert found(done.result) == direct(packet)


def test_create_wait_get_and_list_under_beta(sdk, packet):
    file = uploaded(sdk, packet)
    jobs = [
        sdk.do(
            lambda client: client.beta.split.create(
                document_input={"type": "file_id", "value": file.id},
                configuration={"categories": CATEGORIES, "splitting_strategy": {"allow_uncategorized": "forbid"}},
            )
        )
        for _ in range(3)
    ]
    for job in jobs:
        done = sdk.do(lambda client, job=job: client.beta.split.wait_for_completion(job.id, polling_interval=0.05))
        assert done.status == "completed"
        assert sdk.do(lambda client, job=job: client.beta.split.get(job.id)) == done
    ids = [job.id for job in reversed(jobs)]
    listed = sdk.walk(lambda client: client.beta.split.list(job_ids=ids, page_size=2, status="completed"))
    assert [job.id for job in listed] == ids
    assert sdk.walk(lambda client: client.beta.split.list(job_ids=ids, status="failed")) == []
    since = jobs[1].created_at
    recent = sdk.walk(lambda client: client.beta.split.list(job_ids=ids, created_at_on_or_after=since))
    assert [job.id for job in recent] == ids[:2]


def test_files_are_found_linked_and_deleted(sdk, packet, kind):
    file = uploaded(sdk, packet, external_file_id=f"mine-{kind}")
    assert (file.name, file.file_type, file.purpose) == ("packet.pdf", "pdf", "split")
    assert sdk.do(lambda client: client.files.retrieve(file.id)).to_dict() == file.to_dict()
    listed = sdk.walk(lambda client: client.files.list(external_file_id=f"mine-{kind}", page_size=1))
    assert [item.to_dict() for item in listed] == [file.to_dict()]
    link = sdk.do(lambda client: client.files.content(file.id, expires_at_seconds=60))
    assert httpx.get(link.url).content == Path(packet).read_bytes()
    sdk.do(lambda client: client.files.delete(file.id))
    with pytest.raises(NotFoundError):
        sdk.do(lambda client: client.files.retrieve(file.id))


def test_v1_jobs_are_created_once_listed_cancelled_and_deleted(held_sdk, packet, kind):
    file = uploaded(held_sdk, packet)

    def create(client):
        return client.split.create(
            file_input=file.id,
            configuration={"categories": CATEGORIES, "parse_tier": "fast", "target_pages": "1-2"},
            transaction_id=f"once-{kind}",
        )

    job = held_sdk.do(create)
    assert held_sdk.do(create).id == job.id
    assert (job.target_pages, job.transaction_id, job.document_input_type) == ("1-2", f"once-{kind}", "file_id")
    assert held_sdk.do(lambda client: client.split.get(job.id)).status in {"pending", "processing"}
    assert [item.id for item in held_sdk.walk(lambda client: client.split.list(job_ids=[job.id]))] == [job.id]
    with pytest.raises(APIStatusError) as error:
        held_sdk.do(lambda client: client.split.delete(job.id))
    assert error.value.status_code == 409
    assert held_sdk.do(lambda client: client.split.cancel(job.id)).status == "cancelled"
    held_sdk.do(lambda client: client.split.delete(job.id))
    with pytest.raises(NotFoundError):
        held_sdk.do(lambda client: client.split.get(job.id))


def test_configurations_are_saved_and_split_with(sdk, packet, kind):
    parameters = {"product_type": "split_v1", "categories": CATEGORIES}
    saved = sdk.do(lambda client: client.configurations.create(name=f"mine-{kind}", parameters=parameters))
    assert sdk.do(lambda client: client.configurations.retrieve(saved.id)) == saved
    renamed = sdk.do(lambda client: client.configurations.update(saved.id, name=f"ours-{kind}"))
    assert (renamed.id, renamed.name) == (saved.id, f"ours-{kind}")
    assert sdk.walk(lambda client: client.configurations.list(name=f"ours-{kind}")) == [renamed]
    file = uploaded(sdk, packet)
    job = sdk.do(
        lambda client: client.beta.split.create(
            document_input={"type": "file_id", "value": file.id}, configuration_id=saved.id
        )
    )
    done = sdk.do(lambda client: client.beta.split.wait_for_completion(job.id, polling_interval=0.05))
    assert done.configuration_id == saved.id
    assert found(done.result) == direct(packet)
    sdk.do(lambda client: client.configurations.delete(saved.id))
    with pytest.raises(NotFoundError):
        sdk.do(lambda client: client.configurations.retrieve(saved.id))


@pytest.mark.parametrize("api", ["beta", "v1"])
def test_our_own_engine_gives_what_the_embedded_one_gives(url, packet, api):
    engine = LlamaCloudEngine(base_url=url, api_key=KEY, api=api)
    result = SplitReader(DESCRIBED, engine=engine).split(packet)
    assert [(segment.category, segment.pages, segment.confidence) for segment in result.segments] == direct(packet)
    assert result.job_id.startswith("spl-")
