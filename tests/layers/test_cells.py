from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.cells import AREA_FACTORS, COUNT_FACTORS, Raw, read_column, read_number, text_of
from layers.fields import Kind


def number(cell: Raw, unit: str = "") -> object:
    return read_number(cell, unit=unit, factors=COUNT_FACTORS | AREA_FACTORS).value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (40, 40.0),
        ("40", 40.0),
        ("４０", 40.0),
        ("1,234", 1234.0),
        ("1，234，567", 1_234_567.0),
        ("36户", 36.0),
        ("约1200", 1200.0),
        ("100余户", 100.0),
        ("100户左右", 100.0),
        ("1.2万", 12_000.0),
        ("0.32万㎡", 3200.0),
        ("2公顷", 20_000.0),
        ("12亩", 8000.0),
    ],
)
def test_numbers_are_read_as_clerks_write_them(cell: Raw, value: float) -> None:
    assert number(cell) == pytest.approx(value)


@pytest.mark.parametrize(
    "cell", ["四十", "3-5", "12,34", "-3", -3, True, float("inf"), "1.2.3", "5km"]
)
def test_what_is_no_number_is_not_guessed(cell: Raw) -> None:
    got = read_number(cell, unit="", factors=COUNT_FACTORS)
    assert (got.value, got.reason) == (None, "unreadable")


def test_a_unit_in_the_cell_goes_before_that_of_the_header() -> None:
    assert number("5000㎡", unit="万m2") == 5000.0
    assert number("0.5", unit="万m2") == 5000.0


def test_units_do_not_blur_a_figure() -> None:
    assert number(1.23, unit="万m2") == 12_300.0


@pytest.mark.parametrize(
    ("cells", "unit", "shares"),
    [
        (["75%", "７５％", ".5"], "", [0.75, 0.75, 0.5]),
        ([75, 80.5, 100], "", [0.75, 0.805, 1.0]),
        ([0.75, 1, 0], "", [0.75, 1.0, 0.0]),
        ([75, 0], "%", [0.75, 0.0]),
        ([120, -1, "强烈", True], "", [None, None, None, None]),
        ([None, "", "/"], "", [None, None, None]),
    ],
)
def test_shares(cells: list[Raw], unit: str, shares: list[float | None]) -> None:
    assert [reading.value for reading in read_column(cells, "share", unit=unit)] == shares


def test_74_96_percent_is_not_75() -> None:
    assert read_column(["74.96%"], "share")[0].value == 0.7496


def test_a_share_under_a_header_of_percents_is_doubtful() -> None:
    assert read_column([0.75], "share", unit="%")[0].reason == "share_doubtful"
    assert read_column([0.75], "share", unit="%", percent={0})[0].reason is None


def test_error_cells_are_unreadable_also_as_text() -> None:
    assert read_column(["#REF!", "#N/A"], "text")[0].reason == "unreadable"
    assert read_column(["#REF!"], "id")[0].value is None


def test_whole_numbers_are_written_without_a_point() -> None:
    assert [text_of(cell) for cell in (7.0, 7, 7.5, None, "007")] == ["7", "7", "7.5", "", "007"]


@given(st.integers(0, 10**9))
def test_separators_and_width_never_change_a_number(value: int) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in f"{value:,}")
    assert number(f"{value:,}") == number(wide) == number(str(value)) == float(value)


@given(st.integers(101, 10_000))
def test_a_percent_with_two_decimals_is_exact(hundredths: int) -> None:
    text = f"{hundredths // 100}.{hundredths % 100:02d}"
    bare, signed = (read_column([cell], "share")[0].value for cell in (text, f"{text}%"))
    assert bare == signed == hundredths / 10_000


@pytest.mark.parametrize("kind", ["number", "area", "money"])
@pytest.mark.parametrize("cell", [1e300, "99999999999999999", 10**15])
def test_more_than_a_city_has_is_a_slip_of_the_hand(kind: Kind, cell: Raw) -> None:
    assert [one.reason for one in read_column([cell], kind)] == ["unreadable"]


def test_control_characters_are_no_part_of_a_name() -> None:
    (one,) = read_column(["翠\x01苑\x1b一区"], "text")
    assert (one.value, one.reason) == ("翠苑一区", "trimmed")
