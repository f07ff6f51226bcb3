"""The paths of the API and what becomes of their errors; the schema is at ``/api/v1/openapi.json``."""

from typing import Any

import msgspec
from django.db import Error
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from central.api import enrol as enrolment
from central.api import entries as batches
from central.api import health as database_health
from central.api import heartbeat as heartbeats
from central.api import problems
from central.api import time as times
from central.api.problems import Refusal
from central.reading.paths import router as reading
from sync.protocol import Batch, EnrolRequest, HeartbeatRequest, ProtocolError

api = NinjaAPI(title="Hài lòng", version="1", docs_url=None, urls_namespace="api")


def takes(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The part of the schema that says what a body is: bodies are decoded by `central.api.bodies`."""
    (schema,), components = msgspec.json.schema_components([kind], ref_template="#/components/schemas/{name}")
    if list(components) == [kind.__name__]:
        schema = components[kind.__name__]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@api.exception_handler(Refusal)
def refused(_request: HttpRequest, error: Refusal) -> HttpResponse:
    """A problem."""
    return problems.answer(error)


@api.exception_handler(ProtocolError)
def not_the_protocol(_request: HttpRequest, error: ProtocolError) -> HttpResponse:
    """A problem."""
    return problems.answer(problems.from_protocol(error))


@api.exception_handler(Error)
def database_error(_request: HttpRequest, error: Error) -> HttpResponse:
    """A problem; what happened is in the log, without the statement and its values."""
    return problems.answer(problems.from_database(error))


@api.get("/time")
def time(request: HttpRequest, nonce: str = "") -> HttpResponse:  # noqa: ARG001 - ninja wants the name
    """A signed statement of what time it is."""
    return times.time(nonce)


@api.get("/health")
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - ninja wants the name
    """Whether the database takes writes."""
    return database_health.answer()


@api.post("/enrol", openapi_extra=takes(EnrolRequest))
def enrol(request: HttpRequest) -> HttpResponse:
    """Use a one-time code."""
    return enrolment.answer(request)


@api.post("/heartbeat", openapi_extra=takes(HeartbeatRequest))
def heartbeat(request: HttpRequest) -> HttpResponse:
    """Say that a terminal is alive."""
    return heartbeats.answer(request)


@api.post("/ledgers/{ledger_id}/entries", openapi_extra=takes(Batch))
def entries(request: HttpRequest, ledger_id: str) -> HttpResponse:
    """Take entries in and sign for them."""
    return batches.answer(request, ledger_id)


api.add_router("", reading)
