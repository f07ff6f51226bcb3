"""Fixtures of the system tests."""

from tests.disks import failing_disk, small_disk

__all__ = ["failing_disk", "small_disk"]
