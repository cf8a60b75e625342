"""Letters: small fonts with the same look, rims around every part of a letter, true widths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from maps.characters import characters_of
from maps.drawing import Canvas
from maps.fonts import excerpt_of, paper_face, read_face
from maps.labels import Imprint
from maps.letters import rim_of
from maps.paper import MM_PER_POINT, lay_out
from tests.town import town_tables

FACE = paper_face()


def drawn(text: str, points: float) -> shapely.Geometry:
    """Draw a text as the library would, in mm around its middle."""
    size = points * MM_PER_POINT
    path = TextPath((0, 0), text, size=size, prop=FontProperties(fname=str(FACE.path)))
    rings = [shapely.Polygon(np.asarray(ring)) for ring in path.to_polygons()]
    shift = np.array([FACE.width_mm(text, points) / 2, 0.36 * size])
    inked = shapely.union_all([shapely.make_valid(ring) for ring in rings])
    return shapely.transform(inked, lambda corners: corners - shift)


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet="小区家属院人民Zag09- ", min_size=1, max_size=9), st.floats(3, 30))
def test_a_rim_surrounds_the_letters_it_belongs_to(text: str, points: float) -> None:
    rim = shapely.union_all(rim_of(text, FACE, points, 0.0))
    letters = drawn(text, points) if text.strip() else shapely.Polygon()
    size = points * MM_PER_POINT
    around = shapely.buffer(letters, 0.12 * size)
    # The drawing library kerns some pairs of Latin letters, the advances do not.
    assert shapely.difference(around, shapely.buffer(rim, 0.05 * size)).area <= 1e-3 * size**2


def test_a_rim_turns_with_its_text() -> None:
    upright, slanted = (shapely.union_all(rim_of("人民路", FACE, 8.0, turn)) for turn in (0, 90))
    west, south, east, north = upright.bounds
    assert slanted.bounds == pytest.approx((-north, west, -south, east), abs=1e-9)


def test_an_excerpt_keeps_widths_and_knows_its_characters(tmp_path: Path) -> None:
    small = excerpt_of(FACE, "小区 A1\U00020bb7", tmp_path / "small.ttf")
    assert small.excerpted == set("小区 A1")
    assert read_face(tmp_path / "small.ttf").advances == {
        character: FACE.advances[character] for character in "小区 A1"
    }
    assert (tmp_path / "small.ttf").stat().st_size < 20_000
    assert small.draws("小区1")
    assert not small.draws("小区2")


def test_a_character_outside_of_the_excerpt_is_drawn_from_the_whole_face(tmp_path: Path) -> None:
    small = excerpt_of(FACE, "小区", tmp_path / "small.ttf")
    assert small.font("小区", 6.0).get_file() == str(tmp_path / "small.ttf")
    assert small.font("小区里", 6.0).get_file() == str(FACE.path)
    canvas = Canvas(lay_out("A4"), small)
    canvas.text(20, 20, "小区里", points=9.0)
    canvas.figure.savefig(tmp_path / "page.png", dpi=40)


def test_an_excerpt_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("one.ttf", "two.ttf"):
        excerpt_of(FACE, "区小里", tmp_path / name)
    assert (tmp_path / "one.ttf").read_bytes() == (tmp_path / "two.ttf").read_bytes()


def test_characters_of_a_plan_hold_names_captions_and_wording() -> None:
    found = characters_of(town_tables(), Imprint(title="甲乙丙", drafting_unit="丁戊"))
    for words in (
        "幸福里小区",
        "比例尺",
        "图例",
        "甲乙丙丁戊",
        "A3-01",
        "便民服务中心",
        "1 021 户",
    ):
        assert set(words) <= found
