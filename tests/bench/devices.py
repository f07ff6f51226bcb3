"""How long the page of terminals takes at as many terminals as the country has counters."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import requests

from tests.bench import country
from tests.bench.measures import NotMeasured, quantile, say, verdict
from tests.bench.terminals import server
from tests.prove.evidence import ON_DISK, Evidence, table

GOAL_P95_MS = 200.0
WORKERS = 2
_LIST = "/admin/central/device/"


def questions(provinces: int, commune: int) -> Mapping[str, str]:
    """What an operator asks, each with its query.

    Args:
        provinces: The number of a province.
        commune: The number of a commune.
    """
    return {
        "the first page": "",
        "page 332, the last": "p=332",
        "ordered by when they were heard": "o=4",
        "open alarms": "health=alarms",
        "anything wrong": "health=ill",
        "faults": "health=faults",
        "disk nearly full": "health=disk",
        "clock not set": "health=clock",
        "all well": "health=well",
        "not heard": "heard=no",
        "waiting for an administrator": "status__exact=pending",
        "older than the newest version": "program=old",
        "100 entries and more wait": "waiting=100",
        "a province with all below it": f"unit={provinces}",
        "a commune": f"unit={commune}",
        "ill ones of a province": f"unit={provinces}&health=ill",
        "searched by unit": "q=S%C3%B4ng+C%C3%B4ng",
        "searched by key": "q=00000000000003e8",
        "searched, nothing found": "q=kh%C3%B4ng+c%C3%B3",
    }


def run(number: int, times: int, evidence: bool) -> int:
    """Measure and say; 0 = the goal was reached."""
    with server(WORKERS) as place:
        country.fill(number)
        session, (province, commune) = _session(place.url), _units()
        asked = questions(province, commune)
        took = {what: _asked(session, f"{place.url}{_LIST}?{query}", times) for what, query in asked.items()}
        one = _asked(session, f"{place.url}{_LIST}{_device()}/change/", times)
    p95 = {
        what: quantile(found, 0.95) * 1000 for what, found in (took | {"one terminal's page": one}).items()
    }
    worst = max(p95, key=lambda what: p95[what])
    reached = p95[worst] <= GOAL_P95_MS
    rows = [
        (what, f"{quantile(found, 0.5) * 1000:.0f} ms", f"{p95[what]:.0f} ms")
        for what, found in (took | {"one terminal's page": one}).items()
    ]
    for what, median, slow in rows:
        say(f"{what}: {median}, 95 % {slow}")
    say(f"slowest: {worst} (goal ≤ {GOAL_P95_MS:.0f} ms: {verdict(reached)})")
    if evidence:
        _page(number, times, rows, p95[worst], reached).write()
    return 0 if reached else 1


def _session(url: str) -> requests.Session:
    """An administrator's browser."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    from central.web.links import BACKEND

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.create_superuser("operator"), BACKEND)
    session = requests.Session()
    session.cookies.set(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
    if session.get(url + _LIST, timeout=60, allow_redirects=False).status_code != 200:
        raise NotMeasured("the page is not shown to an administrator")
    return session


def _units() -> tuple[int, int]:
    from central.models import Unit

    commune = Unit.objects.filter(kind="commune").order_by("official_code")[1000]
    return int(commune.parent_id or 0), commune.pk


def _device() -> str:
    from central.models import Device

    return str(Device.objects.filter(status="accepted").order_by("pk")[0].pk)


def _asked(session: requests.Session, url: str, times: int) -> Sequence[float]:
    """Seconds of each answer, the whole page received; one before them is not counted."""
    took_s = []
    for n in range(times + 1):
        began = time.perf_counter()
        answer = session.get(url, timeout=60)
        if answer.status_code != 200:
            raise NotMeasured(f"{url}: {answer.status_code}")
        if n:
            took_s.append(time.perf_counter() - began)
    return took_s


def _page(
    number: int, times: int, rows: Sequence[tuple[str, str, str]], worst_ms: float, reached: bool
) -> Evidence:
    goal = ("slowest question, 95 %", f"≤ {GOAL_P95_MS:.0f} ms", f"{worst_ms:.0f} ms", verdict(reached))
    return Evidence(
        name="devices",
        title="The page of terminals, with all terminals of a country",
        story=(
            f"`hailong-central serve` with {WORKERS} web processes and its embedded PostgreSQL; 34 provinces, 3,321 "
            f"communes, {number:,} terminals, of which some are silent, ill, waiting, revoked, have alarms or an old "
            f"program. An administrator asked for each page {times} times over HTTP; the time is that until "
            "the whole page is there, 50 terminals of it and the filters."
        ),
        tables=[
            table(("", "goal", "result", ""), [goal]),
            table(("what was asked for", "median", "95 %"), rows),
        ],
        command=f"scripts/bench devices --terminals {number} --times {times} --evidence",
        folder=Path(ON_DISK),
    )
