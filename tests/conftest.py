"""Settings for all tests."""

import os

from hypothesis import settings

# On a developer's machine hypothesis looks for new examples in every run; CI tries the same ones each time, so that
# a change is judged by what it changes.
settings.register_profile("ci", derandomize=True)
if "CI" in os.environ:
    settings.load_profile("ci")
