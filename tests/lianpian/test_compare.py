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
            {"value": [households], "unit": ["户"], "zh": ["户数"], "en": ["Households"]},
            index=pd.Index(["households"], name="figure"),
        ),
        "assignment": pd.DataFrame({"zone_id": pd.Series(zones, dtype="str")}, index=index),
        "communities": pd.DataFrame({"name": ["幸福里", *[None] * (len(zones) - 1)]}, index=index),
    }


def test_only_who_changed_company_has_moved():
    first = plan({"a": "Z01", "b": "Z01", "c": "Z01", "d": "Z02", "e": "Z02", "f": None})
    second = plan({"a": "Z02", "b": "Z01", "c": "Z01", "d": "Z02", "e": "Z02", "f": None})
    result = compare_plans(first, second)
    assert result.document["moved"] == {"a": {"name": "幸福里", "first": "Z01", "second": "Z02"}}
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
        "b": {"name": None, "first": "Z01", "second": None},
        "c": {"name": None, "first": None, "second": "Z01"},
        "d": {"name": None, "first": "Z02", "second": "Z01"},
    }


def test_the_last_digit_of_a_sum_is_no_difference():
    result = compare_plans(plan({"a": None}, 14.999999999999998), plan({"a": None}, 15.0))
    assert result.document["figures"] == {}


def test_figures_are_printed_as_people_read_them():
    lines = compare_plans(plan({"a": None}, 636119.9752), plan({"a": None}, 9.93788)).lines
    assert lines[0] == ("户数：636,120 → 10 户", "Households: 636,120 -> 10 households")


def test_figures_and_moves_are_given_to_whoever_draws_them():
    first = plan({"a": "Z01", "b": "Z01", "c": "Z02"}, 900.0)
    second = plan({"a": "Z05", "b": "Z05", "c": "Z05"}, 950.0)
    result = compare_plans(first, second)
    assert result.figures == ((("户数（户）", "Households"), "900", "950"),)
    assert result.same == {"Z05": "Z01"}
    assert result.moved == {"c": ("Z02", "Z05")}


def test_quality_rules_and_zones_of_both_plans_are_told_with_units():
    first, second = town_tables(), town_tables()
    one = str(first["assignment"]["zone_id"].dropna().index[0])
    zone = str(first["assignment"].loc[one, "zone_id"])
    for plan_tables, objective, bound, gap in (
        (first, 1000.0, 1000.0, 0.0),
        (second, 1005.0, 1000.0, 0.005),
    ):
        plans = pd.DataFrame(
            {"kind": ["drawn"], "objective": [objective], "bound": [bound], "gap_share": [gap]},
            index=pd.Index(["A0"], name="plan"),
        )
        plan_tables["plans"] = plans
    second["zones"] = second["zones"].copy()
    second["zones"].loc[zone, "walk_minutes_max"] = 13.68
    before = float(first["zones"].loc[zone, "households"])
    second["zones"].loc[zone, "households"] = before + 71
    second["findings"] = pd.DataFrame(
        {
            "table_name": ["assignment", "assignment", "ledger"],
            "code": [
                "households-above-cap",
                "assignment-without-community",
                "households-above-cap",
            ],
            "zh": ["Z01 超上限", "x", "y"],
            "en": ["Z01 above its cap", "x", "y"],
        }
    )
    first["findings"] = second["findings"].iloc[1:]
    result = compare_plans(
        first, second, zoning=({"bound_of": "rules"}, {"bound_of": "rules", "rules_broken": 1})
    )
    zh, en = (list(texts) for texts in zip(*result.lines, strict=True))
    assert any(line.startswith("目标值") and line.endswith("：1,000 → 1,005 户·米") for line in zh)
    assert "Distance of the objective to the bound: 0.0% -> 0.50%" in en
    assert "违反规则（条）：0 → 1" in zh
    assert "  仅方案二违反规则：Z01 超上限" in zh
    swapped = [zh for zh, _ in compare_plans(second, first).lines]
    assert "  仅方案一违反规则：Z01 超上限" in swapped
    alike = [en for _, en in compare_plans(second, second).lines]
    assert "  Both plans: Rule broken: Z01 above its cap" in alike
    assert any(line.endswith("；本方案违反规则，不在其列") for line in zh)
    assert f"片区 {zone}：户数：{before:,.0f} → {before + 71:,.0f} 户" in zh
    [walk] = [line for line in en if "longest walk" in line]
    assert walk.endswith("-> 13.7 min")
    captions = [caption for (caption, _), *_ in result.figures]
    assert f"片区 {zone}：最远步行（分钟）" in captions
    assert result.document["rules_broken"]["second"] == [
        {"zh": "Z01 超上限", "en": "Z01 above its cap"}
    ]
    assert result.document["quality"]["gap_share"]["second"] == 0.005
    assert {row["figure"] for row in result.document["zones"]} == {"households", "walk_minutes_max"}


def test_what_a_zone_lacks_is_told_where_it_differs():
    first, second = town_tables(), town_tables()
    gaps = second["gaps"].copy()
    zone_of = second["assignment"]["zone_id"]
    adult = gaps.index.get_level_values("walker") == "adult"
    toilet = gaps.index.get_level_values("category") == "toilet"
    inside = gaps.index.get_level_values("community_id").isin(zone_of.index[zone_of == "Z01"])
    gaps.loc[adult & toilet & inside, "status"] = "gap"
    second["gaps"] = gaps
    first["gaps"] = gaps.copy()
    first["gaps"].loc[adult & toilet & inside, "status"] = "met"
    [line] = [zh for zh, _ in compare_plans(first, second).lines if "缺项小区" in zh]
    assert line == f"片区 Z01：公用厕所缺项小区：0 → {int(zone_of.eq('Z01').sum())}"


def test_zones_that_match_none_are_told_beside_nothing():
    first, second = town_tables(), town_tables()
    second["zones"] = second["zones"].drop(index="Z03")
    second["assignment"] = second["assignment"].copy()
    gone = second["assignment"]["zone_id"].eq("Z03")
    second["assignment"].loc[gone, "zone_id"] = "Z02"
    lines = [zh for zh, _ in compare_plans(first, second).lines]
    assert any(line.startswith("片区 Z03：户数：") and line.endswith("→ — 户") for line in lines)


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
