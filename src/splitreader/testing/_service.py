"""What each operation answers. Knows requests and answers, no sockets."""

from __future__ import annotations

import copy
import http.cookies
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from splitreader.testing._checks import PURPOSES, check_configuration, check_job
from splitreader.testing._configurations import Configurations
from splitreader.testing._files import Files, Link, ScriptedUpload
from splitreader.testing._jobs import Jobs, NewJob
from splitreader.testing._multipart import Form
from splitreader.testing._routes import Route, find_route
from splitreader.testing._wire import JSON, Answer, Query, Refused, error_answer, first, json_answer, problem

LINK_SECONDS = 3600
_TWO_CREDENTIALS = b"""<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>"""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request that has come in full. ``body`` is a `Form`, parsed JSON or ``None``."""

    route: Route
    query: Query
    headers: Mapping[str, str]
    body: Any = None


class Service:
    """The API's operations on its files, jobs and configurations."""

    def __init__(self, jobs: Jobs, *, key: str | None, session: str | None) -> None:
        self.files = Files()
        self.configurations = Configurations()
        self.jobs = jobs
        self._key = key
        self._session = session

    def find_route(self, method: str, path: str) -> Route:
        """Where a request goes."""
        return find_route(method, path)

    def answer(self, request: Request, base_url: str) -> Answer:
        """The answer to a request, a refusal included."""
        try:
            return self._answer(request, base_url)
        except Refused as refused:
            return error_answer(refused.status, refused.detail)

    def _answer(self, request: Request, base_url: str) -> Answer:
        route = request.route
        if route.refusal is not None:
            return error_answer(route.refusal)
        if route.operation == "download":
            return self._download(request)
        if not self._may_enter(request.headers):
            raise Refused(401, "Invalid API key, or none")
        match route.operation:
            case "upload" | "get_file" | "list_files" | "content" | "delete_file":
                return self._on_files(request, base_url)
            case "create" | "get_job" | "list_jobs" | "cancel" | "delete_job":
                return self._on_jobs(request)
            case _:
                return self._on_configurations(request)

    def _may_enter(self, headers: Mapping[str, str]) -> bool:
        if self._key is None:
            return True
        if secrets.compare_digest(headers.get("authorization", "").encode(), f"Bearer {self._key}".encode()):
            return True
        if self._session is None:
            return False
        cookie = http.cookies.SimpleCookie(headers.get("cookie", "")).get("session")
        return cookie is not None and cookie.value == self._session

    def _on_files(self, request: Request, base_url: str) -> Answer:
        route, query = request.route, request.query
        expand = "download_url" in query.get("expand", ())
        match route.operation:
            case "upload":
                return self._upload(request)
            case "list_files":
                page = self.files.page(query)
                if expand:
                    for item in page["items"]:
                        item["download_url"] = _presigned(self.files.link(item["id"], LINK_SECONDS), base_url)
                return json_answer(page)
            case "content":
                text = first(query, "expires_at_seconds")
                try:
                    seconds = LINK_SECONDS if text is None else int(text)
                except ValueError:
                    where = ["query", "expires_at_seconds"]
                    raise Refused(422, [problem(where, "Input should be a valid integer", "int_parsing")]) from None
                return json_answer(_presigned(self.files.link(route.id, seconds), base_url))
            case "delete_file":
                self.files.delete(route.id)
                return Answer(status=204)
            case _:
                found = self.files.get(route.id).answer()
                if expand:
                    found["download_url"] = _presigned(self.files.link(route.id, LINK_SECONDS), base_url)
                return json_answer(found)

    def _upload(self, request: Request) -> Answer:
        beta = request.route.beta
        form = request.body if isinstance(request.body, Form) else Form()
        field = "file" if beta else "upload_file"
        part = form.file(field)
        problems = []
        if part is None:
            problems.append(problem(["body", field], "Field required", "missing"))
        purpose = form.fields.get("purpose")
        if beta and purpose is None:
            problems.append(problem(["body", "purpose"], "Field required", "missing"))
        elif beta and purpose not in PURPOSES:
            problems.append(problem(["body", "purpose"], f"Input should be one of {', '.join(PURPOSES)}", "enum"))
        if part is None or problems:
            raise Refused(422, problems)
        stored = self.files.add(
            part.name,
            part.data,
            content_type=part.content_type,
            purpose=purpose,
            external_file_id=form.fields.get("external_file_id") or first(request.query, "external_file_id"),
            project_id=first(request.query, "project_id"),
        )
        return json_answer(stored.answer(), 201 if beta else 200)

    def _download(self, request: Request) -> Answer:
        if "authorization" in request.headers or "cookie" in request.headers:
            return Answer(status=400, body=_TWO_CREDENTIALS, content_type="application/xml")
        stored = self.files.linked(request.route.id)
        return Answer(body=stored.upload.data, content_type=stored.content_type)

    def _on_jobs(self, request: Request) -> Answer:
        route = request.route
        match route.operation:
            case "create":
                body = check_job(request.body, beta=route.beta)
                transaction_id = None if route.beta else body.get("transaction_id")
                job = self.jobs.create(transaction_id, lambda: self._new_job(body, request), beta=route.beta)
                return json_answer(job, 201)
            case "list_jobs":
                return json_answer(self.jobs.page(request.query, beta=route.beta))
            case "cancel":
                return json_answer(self.jobs.cancel(route.id))
            case "delete_job":
                self.jobs.delete(route.id)
                return json_answer({})
            case _:
                return json_answer(self.jobs.get(route.id, beta=route.beta))

    def _new_job(self, body: JSON, request: Request) -> NewJob:
        beta = request.route.beta
        file_id = body["document_input"]["value"] if beta else body["file_input"]
        if not beta and file_id.startswith("pjb-"):
            upload = ScriptedUpload(id=file_id, name=file_id, data=b"")
        else:
            upload = self.files.get(file_id).upload
        parameters = body.get("configuration") or (body if "categories" in body else None)
        if parameters is None:
            parameters = self.configurations.get(body["configuration_id"])["parameters"]
            if parameters["product_type"] != "split_v1":
                where = ["body", "configuration_id"]
                raise Refused(422, [problem(where, "The configuration is not one for Split")])
        parameters = copy.deepcopy(parameters)
        strategy = parameters.get("splitting_strategy") or {}
        if isinstance(allowed := strategy.get("allow_uncategorized"), bool):
            strategy["allow_uncategorized"] = "include" if allowed else "forbid"
        project_id = first(request.query, "project_id")
        return NewJob(request=body, beta=beta, upload=upload, parameters=parameters, project_id=project_id)

    def _on_configurations(self, request: Request) -> Answer:
        route = request.route
        match route.operation:
            case "create_configuration":
                return json_answer(self.configurations.save(check_configuration(request.body, update=False)), 201)
            case "list_configurations":
                return json_answer(self.configurations.page(request.query))
            case "update_configuration":
                body = check_configuration(request.body, update=True)
                return json_answer(self.configurations.update(route.id, body))
            case "delete_configuration":
                self.configurations.delete(route.id)
                return Answer(status=204)
            case _:
                return json_answer(self.configurations.get(route.id))


def _presigned(link: Link, base_url: str) -> JSON:
    return {"url": f"{base_url}/presigned/{link.token}", "expires_at": link.expires_at, "form_fields": None}
