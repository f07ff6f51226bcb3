"""Somebody who has logged in."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from central.embedded import Cluster
from central.web.links import BACKEND
from tests.central.web.browser import browser


@pytest.fixture
def client(database: Cluster) -> Client:  # noqa: ARG001 - the user is kept there
    """An administrator's browser."""
    found = browser()
    found.force_login(User.objects.create_superuser("quản trị"), BACKEND)
    return found
