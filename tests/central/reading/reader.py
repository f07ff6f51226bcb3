"""Another system that reads, as docs/openapi/read.yaml says."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from central.models import Purpose, Unit
from central.reading import tokens
from central.registry import Actor


def token(unit: Unit | None = None, *, exact_times: bool = True, purpose: Purpose = Purpose.READ) -> str:
    """A token as it is shown."""
    made = tokens.make("kho dữ liệu", Actor(), unit=unit, exact_times=exact_times, purpose=purpose)
    return made.text


class Reader:
    """Reads.

    Args:
        text: Its token.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.client = Client(REMOTE_ADDR="192.0.2.7", raise_request_exception=False)

    def get(self, path: str, **asked: str | bytes | int) -> HttpResponse:
        """A request; `from_` is `from`."""
        query = {name.rstrip("_"): value for name, value in asked.items()}
        headers = {"Authorization": f"Bearer {self.text}"}
        found = self.client.get(f"/api/v1/{path}", query, headers=headers)
        assert isinstance(found, HttpResponse)
        return found

    def page(self, path: str = "ratings", **asked: str | bytes | int) -> dict[str, Any]:
        """A page as JSON."""
        answer = self.get(path, **asked)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = json.loads(answer.content)
        return found

    def all(self, path: str = "ratings", **asked: str | bytes | int) -> tuple[list[dict[str, Any]], str]:
        """Items until there are no more now, and the cursor to go on with."""
        items: list[dict[str, Any]] = []
        while True:
            page = self.page(path, **asked)
            items += page["items"]
            if not page["more"]:
                return items, str(page["cursor"])
            asked["cursor"] = page["cursor"]
