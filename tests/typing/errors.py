"""Type-checked, never run: which errors users may catch, by what there is to do, and what these carry."""

from datetime import datetime
from pathlib import Path
from typing import assert_type

from fastapi import FastAPI

from splitreader import (
    CacheError,
    CacheNotInstalled,
    CreateUnknown,
    CreditsExhausted,
    DamagedPDF,
    DataFolderInUse,
    DataFolderTooNew,
    DownloadFailed,
    EncryptedPDF,
    EngineError,
    FileId,
    InvalidConfiguration,
    InvalidEngineResult,
    InvalidServiceAnswer,
    JobCancelled,
    JobDeadline,
    JobError,
    JobFailed,
    KeyRefused,
    LimitExceeded,
    Limits,
    LlamaCloudEngine,
    ModelError,
    NotAPDF,
    OCRFailed,
    OCRNotInstalled,
    OutputError,
    OutputExists,
    PacketError,
    PageNotFound,
    PageUnreadable,
    PasswordMissing,
    PasswordWrong,
    RateLimited,
    RequestRefused,
    ServerError,
    ServerNotInstalled,
    ServiceError,
    ServiceUnavailable,
    ServiceUnreachable,
    SourceChanged,
    SourceError,
    SourceGone,
    SourceNotFound,
    SourceUnreadable,
    SplitReader,
    SplitReaderError,
    SplitResult,
    StorageError,
    UnknownId,
    WorkerDied,
    WorkerError,
    WorkerTimeout,
)
from splitreader.client import SplitClient, SplitJob

reader = SplitReader(["invoice"])


def look_for_the_file(path: str) -> SplitResult | None:
    try:
        return reader.split(path)
    except (SourceNotFound, SourceUnreadable) as error:
        assert_type(error.source, str | None)
    except DownloadFailed as error:
        raise SystemExit(str(error)) from error
    except SourceError as error:
        assert_type(error.job_id, str | None)
    return None


def split_again_what_changed(path: str) -> bytes | None:
    document = reader.load(path)[0]
    try:
        return document.to_pdf()
    except (SourceChanged, SourceGone) as error:
        assert_type(error.source, str | None)
    return None


def try_another_way_of_reading(path: str, password: str) -> SplitResult:
    try:
        return reader.split(path)
    except OCRNotInstalled as error:
        assert_type(error.pages, tuple[int, ...])
        return SplitReader(["invoice"], ocr="off").split(path)
    except (PasswordMissing, PasswordWrong) as error:
        assert_type(error.source, str | None)
        return SplitReader(["invoice"], password=password).split(path)
    except (LimitExceeded, WorkerDied, WorkerTimeout) as error:
        assert_type(error.source, str | None)
        return SplitReader(["invoice"], limits=Limits(max_pages=None, page_seconds=300)).split(path)
    except PageNotFound as error:
        assert_type(error.source, str | None)
        return SplitReader(["invoice"], target_pages="1").split(path)


def put_the_packet_aside(path: str, aside: list[str | None]) -> SplitResult | None:
    try:
        return reader.split(path)
    except (NotAPDF, DamagedPDF, EncryptedPDF) as error:
        aside.append(error.source)
    except (PageUnreadable, OCRFailed) as error:
        aside.append(error.source)
    except WorkerError as error:
        aside.append(error.source)
    except PacketError as error:
        assert_type(error.source, str | None)
        aside.append(error.source)
    return None


def take_the_job_up_again(path: str) -> SplitResult | None:
    engine = LlamaCloudEngine(configuration_id="c")
    try:
        return SplitReader(engine=engine).split(path)
    except JobDeadline as error:
        assert_type(error.job_id, str | None)
        if error.job_id is not None:
            return SplitReader(engine=engine.resume(error.job_id)).split(path)
    except (JobFailed, JobCancelled) as error:
        assert_type(error.file_id, str | None)
    except JobError as error:
        assert_type(error.job_id, str | None)
    return None


def ask_again_for_a_lost_job(client: SplitClient) -> SplitJob:
    try:
        return client.create_job(FileId("f"), ["invoice"])
    except CreateUnknown as error:
        assert_type(error.sent_at, datetime | None)
        assert_type(error.transaction_id, str | None)
        assert_type(error.file_id, str | None)
        return client.create_job(FileId("f"), ["invoice"], transaction_id=error.transaction_id)


def seconds_to_wait(client: SplitClient, job_id: str) -> float | None:
    try:
        client.wait(job_id)
    except RateLimited as error:
        assert_type(error.retry_after, float | None)
        return error.retry_after
    except (ServiceUnavailable, ServiceUnreachable) as error:
        assert_type(error.status_code, int | None)
        return error.retry_after or 60.0
    return None


def tell_who_pays(client: SplitClient) -> str:
    try:
        client.run("packet.pdf", ["invoice"])
    except (KeyRefused, CreditsExhausted) as error:
        return f"{error} ({error.status_code})"
    except UnknownId as error:
        return f"{error}: {error.job_id}"
    except (RequestRefused, InvalidServiceAnswer) as error:
        return f"{error} ({error.status_code})"
    except ServiceError as error:
        assert_type(error.status_code, int | None)
        assert_type(error.retry_after, float | None)
    return "done"


def save_what_was_paid_for(path: str) -> object:
    try:
        return reader.split(path)
    except InvalidEngineResult as error:
        assert_type(error.raw, object)
        return error.raw
    except ModelError as error:
        assert_type(error.lost_requests, int)
        assert_type(error.status_code, int | None)
    except EngineError as error:
        assert_type(error.job_id, str | None)
    return None


def write_elsewhere(result: SplitResult) -> None:
    try:
        reader.write_pdfs("packet.pdf", "out", result)
    except OutputExists:
        reader.write_pdfs("packet.pdf", "out", result, overwrite=True)
    except OutputError as error:
        assert_type(error.source, str | None)


def reader_that_keeps_if_it_can() -> SplitReader:
    try:
        return SplitReader(["invoice"], cache="cache")
    except CacheNotInstalled as error:
        raise SystemExit(str(error)) from error
    except CacheError as error:
        assert_type(error.source, str | None)
    except InvalidConfiguration as error:
        wrong: ValueError = error
        raise wrong from None
    return SplitReader(["invoice"])


def served_from(data: Path) -> FastAPI | None:
    try:
        from splitreader.server import ServerSettings, create_app

        return create_app(ServerSettings(data=data))
    except (ServerNotInstalled, DataFolderTooNew) as error:
        raise SystemExit(str(error)) from error
    except DataFolderInUse:
        return None
    except StorageError as error:
        assert_type(error.source, str | None)
    except ServerError as error:
        assert_type(error.job_id, str | None)
    return None


def told(error: SplitReaderError) -> str:
    assert_type(error.source, str | None)
    assert_type(error.job_id, str | None)
    return f"{type(error).__name__}: {error}"


try:
    reader.load("inbox")
except SplitReaderError as error:
    raise SystemExit(told(error)) from error
