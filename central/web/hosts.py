"""Pages for people answer only to the names of this server, against a page elsewhere that points its name at us."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase

from central.api.middleware import PREFIX
from central.metrics.page import PATH as METRICS


class HostMiddleware:
    """Refuses other names, but for programs: a load balancer asks for /health by whatever name it knows."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or refuse with 400."""
        host = split_domain_port(request.get_host())[0].strip("[]")
        for_programs = request.path.startswith(PREFIX) or request.path == f"/{METRICS}"
        if not for_programs and host not in settings.PEOPLE_HOSTS:
            raise SuspiciousOperation(f"this server is not {host}: give its address with --url")
        return self._get_response(request)
