"""The faces as drawings."""

import itertools
import re
from pathlib import Path

import pytest

import assets.faces
from assets.faces import EXPRESSIONS, INK, TONGUE, face_svg, file_name, write_faces
from tests.contrast import contrast

SHIPPED = Path(assets.faces.__file__).parent / "faces"


def colour(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def silhouette(level: int) -> str:
    """The drawing without its colours."""
    return re.sub(r"#[0-9A-F]{6}", "#000000", face_svg(level))


@pytest.mark.parametrize("level", EXPRESSIONS)
def test_the_shipped_file_is_what_the_numbers_draw(level: int) -> None:
    assert (SHIPPED / file_name(level)).read_text(encoding="utf-8") == face_svg(level)


def test_nothing_else_is_shipped(tmp_path: Path) -> None:
    assert sorted(path.name for path in SHIPPED.iterdir()) == sorted(
        path.name for path in write_faces(tmp_path)
    )


@pytest.mark.parametrize("level", EXPRESSIONS)
def test_features_stand_out_from_their_disc(level: int) -> None:
    assert contrast(colour(INK), colour(EXPRESSIONS[level].disc)) >= 3
    assert contrast(colour(TONGUE), colour(INK)) >= 3


@pytest.mark.parametrize("level", EXPRESSIONS)
def test_the_rasteriser_inside_pygame_understands_every_element(level: int) -> None:
    elements = set(re.findall(r"<([a-zA-Z]+)", face_svg(level)))
    assert elements <= {"svg", "circle", "ellipse", "path"}
    assert "style" not in face_svg(level)


def test_no_two_faces_have_the_same_silhouette() -> None:
    assert len({silhouette(level) for level in EXPRESSIONS}) == 5


def test_the_two_negative_faces_differ_in_what_they_are_made_of() -> None:
    assert face_svg(1).count("<path") == 3, "a mouth and two brows"
    assert face_svg(2).count("<path") == 1, "a mouth"
    assert abs(EXPRESSIONS[1].curve) > 1.5 * abs(EXPRESSIONS[2].curve)


def test_the_eyes_are_the_same_and_the_mouth_rises_from_worst_to_best() -> None:
    eyes = {tuple(re.findall(r"<ellipse[^>]*>", face_svg(level))) for level in EXPRESSIONS}
    assert len(eyes) == 1
    smiles = [face.curve + face.openness for face in EXPRESSIONS.values()]
    assert all(worse < better for worse, better in itertools.pairwise(smiles))
