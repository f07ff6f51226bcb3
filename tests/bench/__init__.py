"""Figures that were promised, measured: ``python -m tests.bench append | idle | start`` (or ``scripts/bench``)."""
