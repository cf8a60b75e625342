from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.years import EARLIEST, LATEST, Years, is_blank, read_years


@pytest.mark.parametrize(
    ("text", "first", "last", "confidence"),
    [
        ("1998年", 1998, 1998, "stated"),
        ("1998", 1998, 1998, "stated"),
        ("１９９８年", 1998, 1998, "stated"),
        ("一九九八年", 1998, 1998, "stated"),
        ("1998.05", 1998, 1998, "stated"),
        ("1998-05", 1998, 1998, "stated"),
        ("1998/5/1", 1998, 1998, "stated"),
        ("1998-05-01", 1998, 1998, "stated"),
        ("199805", 1998, 1998, "stated"),
        ("19980501", 1998, 1998, "stated"),
        ("1985年12月", 1985, 1985, "stated"),
        ("建于1998年", 1998, 1998, "stated"),
        ("98年", 1998, 1998, "vague"),
        ("98", 1998, 1998, "vague"),
        ("05年", 2005, 2005, "vague"),
        ("90年代", 1990, 1999, "vague"),
        ("九十年代", 1990, 1999, "vague"),
        ("上世纪80年代末", 1980, 1989, "vague"),
        ("80、90年代", 1980, 1999, "vague"),
        ("20世纪70-80年代", 1970, 1989, "vague"),
        ("1990s", 1990, 1999, "vague"),
        ("00年代", 2000, 2009, "vague"),
        ("1985-1992", 1985, 1992, "range"),
        ("1985年—1992年", 1985, 1992, "range"),
        ("1985～1992", 1985, 1992, "range"),
        ("1985至1992年", 1985, 1992, "range"),
        ("1992-1985", 1985, 1992, "range"),
        ("1995-98", 1995, 1998, "range"),
        ("1998年5月-2000年3月", 1998, 2000, "range"),
        ("一期1998年，二期2003年", 1998, 2003, "range"),
        ("98-99年", 1998, 1999, "vague"),
        ("约1990年", 1990, 1990, "vague"),
        ("1998年左右", 1998, 1998, "vague"),
        ("2000前", None, 2000, "vague"),
        ("2000年以前", None, 2000, "vague"),
        ("2000年底前", None, 2000, "vague"),
        ("2000年及以前", None, 2000, "vague"),
        ("2000年以后", 2000, None, "vague"),
    ],
)
def test_years_are_read_as_clerks_write_them(
    text: str, first: int | None, last: int | None, confidence: str
) -> None:
    assert read_years(text) == Years(first, last, confidence)


@pytest.mark.parametrize(
    "text", ["", "不详", "abc", "12", "123", "2150", "36000", "1998.13", "1998万", "1998年10", "三"]
)
def test_what_is_no_year_is_not_guessed(text: str) -> None:
    assert read_years(text) is None


def test_a_cell_that_says_nothing_is_blank_and_a_wrong_one_is_not() -> None:
    assert is_blank(" － ")
    assert is_blank("不详")
    assert not is_blank("abc")


FULL = st.integers(EARLIEST, LATEST)


@given(FULL, FULL, st.sampled_from("-—–~～至到、"), st.sampled_from(["", "年"]))
def test_any_two_full_years_make_their_range(one: int, two: int, dash: str, unit: str) -> None:
    got = read_years(f"{one}{unit}{dash}{two}{unit}")
    assert got is not None
    assert (got.first, got.last) == (min(one, two), max(one, two))


@given(FULL, st.integers(1, 12), st.sampled_from(["{}年{}月", "{}.{:02}", "{}/{}", "{}{:02}"]))
def test_a_month_never_changes_the_year(year: int, month: int, form: str) -> None:
    assert read_years(form.format(year, month)) == Years(year, year, "stated")


@given(st.text(alphabet="0123456789年月代前后约-至.、一期 ", max_size=12))
def test_whatever_is_read_is_in_order_and_within_bounds(text: str) -> None:
    got = read_years(text)
    if got is not None:
        low, high = got.first or EARLIEST, got.last or LATEST
        assert EARLIEST <= low <= high <= LATEST
