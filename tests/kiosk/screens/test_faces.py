"""The faces on the screen, and what stands in for them."""

import itertools
import logging
from pathlib import Path

import pygame
import pytest

from assets.faces import EXPRESSIONS, face_svg, file_name
from hardware.events import Level
from kiosk.screens.faces import Faces
from kiosk.screens.svg import resized

from .pictures import pixels


@pytest.mark.parametrize("side", [64, 117, 200])
def test_a_face_has_exactly_the_size_asked_for(side: int) -> None:
    faces = Faces()
    for level in Level:
        face = faces.image(level, side)
        assert face.get_size() == (side, side)
        assert face.get_at((0, 0)).a == 0
        assert face.get_at((side // 2, side // 10)) == pygame.Color(EXPRESSIONS[level].disc)


def features(level: Level, side: int) -> set[tuple[int, int]]:
    """The pixels of what is drawn on the disc, as somebody sees it who sees no colour."""
    face = Faces().image(level, side)
    disc = pygame.Color(EXPRESSIONS[level].disc)
    mask = pygame.mask.from_threshold(face, disc, (40, 40, 40, 255))
    return {
        (x, y)
        for x in range(side)
        for y in range(side)
        if (x - side / 2) ** 2 + (y - side / 2) ** 2 < (side * 0.46) ** 2 and not mask.get_at((x, y))
    }


@pytest.mark.parametrize("side", [93, 195], ids=["on the smallest panel", "on a usual one"])
@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(Level, 2)))
def test_two_faces_differ_as_silhouettes(side: int, one: Level, other: Level) -> None:
    """Above all the two negative ones, which older people confuse. The eyes, which all share, are seen as well."""
    first, second = features(one, side), features(other, side)
    least = 0.5 if {one, other} == {Level.VERY_POOR, Level.POOR} else 0.35
    assert len(first ^ second) / len(first | second) >= least


def test_without_the_files_discs_with_numbers_are_drawn_and_one_warning_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    faces = Faces(tmp_path)
    with caplog.at_level(logging.WARNING):
        discs = [faces.image(level, 120) for level in Level]
    assert len(caplog.records) == 1
    assert len({pixels(disc) for disc in discs}) == 5
    for level, disc in zip(Level, discs, strict=True):
        assert disc.get_at((60, 8)) == pygame.Color(EXPRESSIONS[level].disc)


@pytest.mark.parametrize("content", [b"", b"not a drawing", b"<svg", b"\xff\xfe\x00", b"<svg></svg"])
def test_an_unreadable_file_is_a_missing_one(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / file_name(3)).write_bytes(content)
    assert Faces(tmp_path).image(Level.ACCEPTABLE, 100).get_size() == (100, 100)
    assert len(caplog.records) == 1


def test_a_drawing_is_resized_by_what_it_says_of_itself() -> None:
    svg = resized(face_svg(1), 31, 47)
    assert '<svg width="31" height="47"' in svg
    assert svg.count(" height=") == 1
    assert 'viewBox="0 0 200 200"' in svg
    with pytest.raises(ValueError, match="not an SVG"):
        resized("<html/>", 1, 1)
