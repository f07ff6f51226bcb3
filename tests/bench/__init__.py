"""Figures that were promised, measured: ``python -m tests.bench --help`` (or ``scripts/bench``)."""
