"""How many requests there were, of which kind, with which answer, and how long they took: over all web processes.

The processes share files in a folder that `serve` makes for them (`PROMETHEUS_MULTIPROC_DIR`); without one nothing is
measured.
"""

import os
import time
from collections.abc import Callable

from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import CollectorRegistry, Counter, Histogram

from central.metrics import FOLDER

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class RequestsMiddleware:
    """Counts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not os.environ.get(FOLDER):
            raise MiddlewareNotUsed
        self._get_response = get_response
        mine = CollectorRegistry()  # what is asked for is in the files
        self._requests = Counter(
            "hailong_http_requests", "Requests that were answered.", ["route", "status"], registry=mine
        )
        self._seconds = Histogram(
            "hailong_http_request_seconds",
            "How long answers took.",
            ["route"],
            registry=mine,
            buckets=_BUCKETS,
        )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and count."""
        began = time.perf_counter()
        response = self._get_response(request)
        route = route_of(request)
        self._seconds.labels(route).observe(time.perf_counter() - began)
        self._requests.labels(route, str(response.status_code)).inc()
        return response


def route_of(request: HttpRequest) -> str:
    """One of a few names, whatever was asked for: an address may have numbers of terminals, or anything."""
    match = request.resolver_match
    if match is None:
        return "other"
    if match.namespace == "admin" or request.path.startswith("/admin/"):
        return "admin"
    return match.url_name or "other"
