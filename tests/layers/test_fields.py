from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from layers.fields import find_fields, fold, is_unit, match_fields, split_unit, unit_in


def test_headers_are_matched_whatever_their_width_case_and_spaces() -> None:
    got = match_fields(["小 区\n名 称", "ＨＳ", "Population *"], given={})
    assert got == {"name": "小 区\n名 称", "households": "ＨＳ", "residents": "Population *"}


def test_a_unit_in_brackets_is_taken_off_and_returned() -> None:
    got = find_fields(["建筑面积（万㎡）", "总投资【万元】", "参与率(%)"], given={})
    assert got.columns["floor_area_m2"] == "建筑面积（万㎡）"
    assert got.units == {"建筑面积（万㎡）": "万m2", "总投资【万元】": "万元", "参与率(%)": "%"}


def test_brackets_without_a_unit_belong_to_the_name() -> None:
    assert split_unit("小区（楼栋）名称") == ("小区(楼栋)名称", "")
    assert match_fields(["小区（楼栋）名称"], given={}) == {"name": "小区（楼栋）名称"}


def test_a_unit_may_stand_at_the_end_without_brackets() -> None:
    assert split_unit("建筑面积 万平方米") == ("建筑面积", "万平方米")


def test_the_same_name_cut_in_gbk_and_in_utf8_means_the_same_field() -> None:
    assert match_fields(["物业管理方"], given={}) == {"property_mgmt": "物业管理方"}
    assert match_fields(["物业管"], given={}) == {"property_mgmt": "物业管"}


def test_a_cut_name_that_could_mean_two_fields_is_told() -> None:
    got = find_fields(["物业管"], given={})
    assert got.doubts == {"物业管": ("property_mgmt", "property_mode_agreed")}


def test_a_latin_name_that_could_mean_two_fields_is_not_used() -> None:
    got = find_fields(["community_"], given={})
    assert got.columns == {}
    assert got.doubts == {"community_": ("community_id", "name")}


def test_a_name_cut_at_its_bracket_is_found_and_its_unit_is_lost() -> None:
    got = find_fields(["建筑面积（"], given={})
    assert got.columns == {"floor_area_m2": "建筑面积（"}
    assert got.cut == {"建筑面积（": "floor_area_m2"}
    assert got.units == {}


def test_a_short_name_that_is_no_alias_is_not_taken_for_a_cut_one() -> None:
    assert match_fields(["物业", "建筑"], given={}) == {}


def test_of_two_headers_for_one_field_the_earlier_alias_wins() -> None:
    got = find_fields(["序号", "套数", "小区编码", "户数"], given={})
    assert got.columns == {"community_id": "小区编码", "households": "户数"}
    assert got.passed_over == {"序号": "community_id", "套数": "households"}


def test_what_the_job_says_goes_before_the_aliases() -> None:
    got = find_fields(["户数", "核实数"], given={"households": "核实数"})
    assert got.columns == {"households": "核实数"}
    assert got.passed_over == {"户数": "households"}


def test_canonical_names_are_understood() -> None:
    assert match_fields(["community_id", "floor_area_m2"], given={}) == {
        "community_id": "community_id",
        "floor_area_m2": "floor_area_m2",
    }


def test_a_note_of_units_gives_the_unit_that_is_asked_for() -> None:
    assert unit_in("单位：户、万㎡、万元", among=["万m2", "m2"]) == "万m2"
    assert unit_in("单位：户", among=["万m2"]) == ""
    assert is_unit("（万㎡）")
    assert not is_unit("户数")


def widen(text: str) -> str:
    """Write ASCII characters in full width."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


WRITTEN = [*map(chr, range(0x20, 0x7F)), *map(chr, range(0xFF01, 0xFF5F)), *"小区户㎡²①　\n"]


@given(st.text(alphabet=WRITTEN, max_size=12))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=[chr(c) for c in range(0x21, 0x7F)] + list("小区名称户数"), max_size=12))
def test_width_and_case_do_not_matter(text: str) -> None:
    assert unicodedata.normalize("NFKC", widen(text)) == text
    assert fold(widen(text)) == fold(text) == fold(text.upper()) == fold(f" {text}\n")
