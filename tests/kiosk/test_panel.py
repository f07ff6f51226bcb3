"""Millimetres: configured, reported, assumed; and panels that lie."""

import logging

import pytest

from kiosk.panel import ASSUMED_MM, mm_per_px

HD = (1280, 800)


def test_the_configured_size_goes_before_the_reported_one() -> None:
    assert mm_per_px(HD, (256, 160), (128, 80)) == pytest.approx(0.2)
    assert mm_per_px(HD, None, (128, 80)) == pytest.approx(0.1)


def test_of_pixels_that_are_not_square_the_shorter_side_counts() -> None:
    assert mm_per_px((800, 480), (154, 86), None) == pytest.approx(86 / 480)


@pytest.mark.parametrize("reported", [(0, 0), (1, 1), (10_000, 6_000), (160, 90_000), (800, 100), (217, 0)])
def test_an_impossible_report_is_logged_and_ten_inches_are_assumed(
    reported: tuple[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert mm_per_px(HD, None, reported) == pytest.approx(ASSUMED_MM[0] / 1280)
    assert "impossible size" in caplog.text
    assert "10.1 inches are assumed" in caplog.text


def test_without_any_report_it_says_what_it_assumes(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        mm_per_px(HD, None, None)
    assert "screen.panel_mm sets it" in caplog.text


def test_a_configured_size_with_its_sides_exchanged_counts_by_its_diagonal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert mm_per_px(HD, (136, 217), None) == pytest.approx(217 / 1280, rel=0.01)
    assert "does not fit" in caplog.text
