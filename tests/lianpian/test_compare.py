"""Two plans side by side."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from layers.errors import InputError, OutputError
from lianpian.compare import compare_plans
from lianpian.comparing import draw_pair, names_of
from maps.labels import Imprint
from tests.town import town_tables


def plan(zones: dict[str, str | None], households: float = 900.0) -> dict[str, pd.DataFrame]:
    index = pd.Index(list(zones), name="community_id")
    return {
        "summary": pd.DataFrame(
            {"value": [households], "zh": ["户数"], "en": ["Households"]},
            index=pd.Index(["households"], name="figure"),
        ),
        "assignment": pd.DataFrame({"zone_id": pd.Series(zones, dtype="str")}, index=index),
        "communities": pd.DataFrame({"name": ["幸福里", *[None] * (len(zones) - 1)]}, index=index),
    }


def test_only_who_changed_company_has_moved():
    first = plan({"a": "Z01", "b": "Z01", "c": "Z01", "d": "Z02", "e": "Z02", "f": None})
    second = plan({"a": "Z02", "b": "Z01", "c": "Z01", "d": "Z02", "e": "Z02", "f": None})
    result = compare_plans(first, second)
    assert result.document["moved"] == {"a": {"first": "Z01", "second": "Z02"}}
    assert ("  幸福里（a）：Z01 → Z02", "  幸福里 (a): Z01 → Z02") in result.lines


def test_zones_that_only_changed_their_number_hold_nobody_who_moved():
    first = plan({"a": "Z01", "b": "Z02", "c": "Z02"})
    second = plan({"a": "Z02", "b": "Z01", "c": "Z01"})
    result = compare_plans(first, second)
    assert result.document["moved"] == {}
    assert ("片区 Z02 在第二个方案中为 Z01", "Z02 is Z01 in the second") in result.lines


def test_who_left_or_joined_all_zones_has_moved():
    first = plan({"a": "Z01", "b": "Z01", "c": None, "d": "Z02"})
    second = plan({"a": "Z01", "b": None, "c": "Z01", "d": "Z01"})
    moved = compare_plans(first, second).document["moved"]
    assert moved == {
        "b": {"first": "Z01", "second": None},
        "c": {"first": None, "second": "Z01"},
        "d": {"first": "Z02", "second": "Z01"},
    }


def test_the_last_digit_of_a_sum_is_no_difference():
    result = compare_plans(plan({"a": None}, 14.999999999999998), plan({"a": None}, 15.0))
    assert result.document["figures"] == {}


def test_figures_are_printed_as_people_read_them():
    lines = compare_plans(plan({"a": None}, 636119.9752), plan({"a": None}, 9.93788)).lines
    assert lines[0] == ("户数：636,120 → 9.938", "Households: 636,120 -> 9.938")


def test_figures_and_moves_are_given_to_whoever_draws_them():
    first = plan({"a": "Z01", "b": "Z01", "c": "Z02"}, 900.0)
    second = plan({"a": "Z05", "b": "Z05", "c": "Z05"}, 950.0)
    result = compare_plans(first, second)
    assert result.figures == ((("户数", "Households"), "900", "950"),)
    assert result.same == {"Z05": "Z01"}
    assert result.moved == {"c": ("Z02", "Z05")}


def test_both_plans_are_drawn_into_a_folder_that_holds_nothing_else(tmp_path: Path):
    tables = town_tables()
    result = compare_plans(tables, tables)
    imprint = Imprint(title="x", made_data=True)
    folder = tmp_path / "对照"
    for _ in range(2):
        page, sheet = draw_pair(tables, tables, result, imprint, ("a", "b"), folder)
    assert {path.name for path in folder.iterdir()} == {"comparison.html", "comparison.png"}
    assert page.stat().st_size > 1000 < sheet.stat().st_size
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        draw_pair(tables, tables, result, imprint, ("a", "b"), folder)


def test_plans_in_two_reference_systems_are_not_laid_side_by_side(tmp_path: Path):
    tables = town_tables()
    other = dict(tables)
    other["communities"] = tables["communities"].to_crs("EPSG:4548")
    result = compare_plans(tables, other)
    with pytest.raises(InputError, match="EPSG:4548"):
        draw_pair(tables, other, result, Imprint(title="x"), ("a", "b"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("one/result", "two/result", ("one", "two")),
        ("job/result", "job/result-b", ("result", "result-b")),
        ("a/x/result", "b/x/result", ("a", "b")),
        ("job/result", "job/result", ("result", "result")),
    ],
)
def test_two_plans_are_called_by_what_tells_their_folders_apart(
    first: str, second: str, names: tuple[str, str]
):
    assert names_of(Path(first), Path(second)) == names
