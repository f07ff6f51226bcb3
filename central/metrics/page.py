"""`GET /metrics` for Prometheus: by a token that was made for it."""

import os

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from central.api import problems
from central.api.problems import Refusal
from central.metrics import FOLDER
from central.metrics.state import State
from central.models import Purpose
from central.reading import tokens

PATH = "metrics"


@csrf_exempt  # nothing is changed, and whoever asks in the wrong way is told so
def metrics(request: HttpRequest) -> HttpResponse:
    """All numbers, or a problem."""
    if request.method not in ("GET", "HEAD"):
        response = problems.answer(Refusal("405.1", "GET /metrics"))
        response["Allow"] = "GET, HEAD"
        return response
    try:
        tokens.check(request.headers.get("Authorization"), Purpose.METRICS, request.META.get("REMOTE_ADDR"))
        registry = CollectorRegistry()
        registry.register(State())
        if os.environ.get(FOLDER):
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        text = generate_latest(registry)
    except Refusal as error:
        return problems.answer(error)
    except Error as error:
        return problems.answer(problems.from_database(error))
    response = HttpResponse(text, content_type=CONTENT_TYPE_LATEST)
    response["Cache-Control"] = "no-store"
    return response
