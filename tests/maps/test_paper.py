"""Paper: frames, round scales, scale bars."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.paper import PAGES, SCALES, Frame, bar_length_m, choose_window, lay_out

MAP = Frame(0, 0, 200, 100)


def test_a_window_takes_the_largest_round_scale_that_fits() -> None:
    # 1 000 m on 200 mm less 6 % on each side: 1:5 682 is needed.
    window = choose_window((0, 0, 1000, 100), MAP, 1.0)
    assert window.denominator == 6_000
    assert window.width_m == 1200
    assert window.height_m == 600
    assert window.bounds == (-100, -250, 1100, 350)


def test_ground_that_fits_exactly_keeps_its_scale() -> None:
    assert choose_window((0, 0, 1000, 100), MAP, 1.0, margin=0.0).denominator == 5_000
    assert choose_window((0, 0, 1000.1, 100), MAP, 1.0, margin=0.0).denominator == 6_000


def test_a_single_point_is_shown_at_the_largest_scale() -> None:
    assert choose_window((5, 5, 5, 5), MAP, 1.0).denominator == SCALES[0]


def test_ground_too_large_for_any_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="smallest scale"):
        choose_window((0, 0, 1e6, 1e6), MAP, 1.0)


@settings(max_examples=60, deadline=None)
@given(st.floats(1, 30_000), st.floats(1, 30_000), st.sampled_from(sorted(PAGES)))
def test_a_window_always_holds_its_ground_at_the_scale_it_names(
    width: float, height: float, size: str
) -> None:
    layout = lay_out(size)
    window = choose_window((0, 0, width, height), layout.map, layout.enlargement)
    west, south, east, north = window.bounds
    assert west <= 0 <= width <= east
    assert south <= 0 <= height <= north
    assert window.denominator in SCALES
    drawn_mm = layout.map.width * layout.enlargement
    assert drawn_mm * window.denominator / 1000 == pytest.approx(window.width_m)
    bar_mm = bar_length_m(window, layout.enlargement) * 1000 / window.denominator
    assert 20 * layout.enlargement <= bar_mm <= 62 * layout.enlargement


@pytest.mark.parametrize("size", sorted(PAGES))
def test_frames_of_a_layout_keep_apart_and_on_the_page(size: str) -> None:
    layout = lay_out(size)
    frames = (layout.title, layout.map, layout.left, layout.right, layout.imprint)
    for place, one in enumerate(frames):
        assert one.width > 0
        assert one.height > 0
        assert layout.page.left < one.left < one.right < layout.page.right
        assert layout.page.bottom < one.bottom < one.top < layout.page.top
        for other in frames[place + 1 :]:
            assert (
                one.right <= other.left
                or other.right <= one.left
                or one.top <= other.bottom
                or other.top <= one.bottom
            )
