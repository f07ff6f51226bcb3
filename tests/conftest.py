"""Settings for all tests."""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

_Report = TypeVar("_Report", pytest.TestReport, pytest.CollectReport)

# On a developer's machine hypothesis looks for new examples in every run; CI tries the same ones each time, so that
# a change is judged by what it changes. How long something takes on a busy machine judges nothing.
_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("here", _UNHURRIED)
settings.register_profile("ci", _UNHURRIED, derandomize=True)
settings.load_profile("ci" if "CI" in os.environ else "here")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test may skip itself where a developer's machine lacks something; CI lacks nothing."""
    report = yield
    return _not_skipped(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file."""
    report = yield
    return _not_skipped(report)


def _not_skipped(report: _Report) -> _Report:
    if "CI" in os.environ and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"nothing is skipped in CI: {report.longrepr}"
    return report
