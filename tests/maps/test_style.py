import pytest

from layers.tables import CATEGORIES
from maps.style import (
    HAVE_CHARACTERS,
    HAVE_COLOURS,
    HAVE_SHAPES,
    MISSING_CLASSES,
    NO_DATA,
    NONE_FOUND,
    STATUS_FILLS,
    UNCONFIRMED_HATCH,
    missing_class,
    street_group,
)
from maps.themes import DARK, LIGHT
from zoning.tables import STATUSES


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_text_on_every_fill_has_enough_contrast() -> None:
    fills = [step.fill for step in MISSING_CLASSES] + [*STATUS_FILLS.values(), NONE_FOUND]
    for fill in fills:
        assert contrast(fill.ink, fill.colour) >= 4.5, fill


def test_badges_carry_white_pictograms() -> None:
    assert all(contrast(colour, "#ffffff") >= 4.5 for colour in HAVE_COLOURS.values())


def test_classes_darken_with_each_missing_have_so_that_a_grey_copy_reads() -> None:
    light = [luminance(step.fill.colour) for step in MISSING_CLASSES[1:]]
    assert light == sorted(light, reverse=True)


def test_every_count_of_missing_haves_has_one_class() -> None:
    for missing in range(10):
        found = [step for step in MISSING_CLASSES if step.low <= missing <= step.high]
        assert found == [missing_class(missing)]
    with pytest.raises(ValueError, match="10"):
        missing_class(10)


def test_no_data_and_none_missing_differ_by_more_than_colour() -> None:
    assert NO_DATA.hatch
    assert NONE_FOUND.hatch not in {"", NO_DATA.hatch}
    assert not missing_class(0).fill.hatch


def test_no_class_hangs_on_its_colour_alone() -> None:
    fills = [step.fill for step in MISSING_CLASSES] + [NO_DATA, NONE_FOUND]
    assert len({fill.hatch for fill in fills}) == len(fills)
    assert UNCONFIRMED_HATCH not in {step.fill.hatch for step in MISSING_CLASSES}
    hatches = [fill.hatch for answer, fill in STATUS_FILLS.items()]
    assert len(set(hatches)) == len(hatches)


def test_what_is_drawn_around_classes_stands_out_from_the_ground() -> None:
    assert set(LIGHT) == set(DARK)
    for theme in (LIGHT, DARK):
        lines = ("edge", "zone", "circle", "zone_circle", "walk", "gate", "gate_nearest")
        links = ("wall", "lane", "road", "arterial", "bridge", "added", "cut")
        for line in (*lines, *links):
            for ground in ("paper", "water", "green"):
                assert contrast(theme[line], theme[ground]) >= 3, (line, ground)
        assert contrast(theme["ink"], theme["paper"]) >= 4.5
        assert contrast(theme["street_name"], theme["minor_near"]) >= 4.5
        assert contrast(theme["street_name"], theme["major"]) >= 4.5
        for pill in ("circle_pill", "zone_circle_pill"):
            assert contrast(theme[pill], "#ffffff") >= 4.5


def test_answers_with_one_colour_differ_by_hatch() -> None:
    assert list(STATUS_FILLS) == list(STATUSES)
    looks = {(fill.colour, fill.hatch) for fill in STATUS_FILLS.values()}
    assert len(looks) == len(STATUSES)


def test_every_have_has_its_own_sign() -> None:
    for table in (HAVE_COLOURS, HAVE_CHARACTERS, HAVE_SHAPES):
        assert list(table) == list(CATEGORIES)
    assert len(set(HAVE_CHARACTERS.values())) == 9
    assert len(set(HAVE_COLOURS.values())) == 9


@pytest.mark.parametrize(
    ("street_class", "group"),
    [
        ("primary", "major"),
        ("trunk_link", "major"),
        ("residential", "minor"),
        ("steps", "path"),
        ("a class nobody knows", "path"),
    ],
)
def test_streets_are_drawn_by_group(street_class: str, group: str) -> None:
    assert street_group(street_class) == group
