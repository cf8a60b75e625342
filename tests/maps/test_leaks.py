import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import InputError
from maps.interactive import draw_public_map, draw_withheld_map, draw_working_map
from maps.labels import Imprint
from maps.leaks import LeakError, find_leaks, kinds_in, list_findings

Town = dict[str, pd.DataFrame]

PLANTED = {
    "identity, its check sign right": ("11010519491231002X", "identity"),
    "identity, its check sign wrong": ("110105194912310021", "identity"),
    "identity in words": ("王某 410381198001011234 登记", "identity"),
    "identity in groups": ("410381 19800101 1234", "identity"),
    "identity in wide signs": ("４１０３８１１９８００１０１１２３４", "identity"),
    "identity, small x": ("11010519491231002x", "identity"),
    "mobile": ("张师傅修车13812345678", "mobile"),
    "mobile in groups": ("电话 138 1234 5678", "mobile"),
    "mobile with the country": ("+8613812345678", "mobile"),
    "mobile dialled from abroad": ("008613812345678", "mobile"),
    "mobile in other groups": ("(138) 123 45678", "mobile"),
    "mobile with an unseen sign in it": ("138\u200b12345678", "mobile"),
    "identity beside letters": ("ID110105194912310021", "identity"),
    "plate": ("豫C·A1234停车", "plate"),
    "plate without a dot": ("豫CA1234", "plate"),
    "plate of a car with new energy": ("豫CD12345", "plate"),
    "plate, small letters": ("豫ca1234", "plate"),
}
HARMLESS = (
    "建设路12号院",
    "幸福里小区3栋2单元",
    "410381001002003",
    "GB 50180-2018",
    "0379-67712345",
    "新A座12号",
    "豫S(2025)1号",
    "偃政办〔2021〕4号 二(四)",
    "© OpenStreetMap contributors, ODbL 1.0",
    "410381001002003004005006",
    "B110105001001099992",
    "1995-2005.12",
)
SINKS = (
    ("communities", "name"),
    ("communities", "subdistrict"),
    ("facilities", "name"),
    ("streets", "name"),
    ("land", "name"),
)


@pytest.mark.parametrize("case", PLANTED)
def test_marks_of_persons_are_told_by_kind(case: str) -> None:
    text, kind = PLANTED[case]
    assert kinds_in(text) == [kind]


@pytest.mark.parametrize("text", HARMLESS)
def test_names_and_numbers_of_other_things_are_none(text: str) -> None:
    assert kinds_in(text) == []


@settings(max_examples=150)
@given(
    st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True),
    st.sampled_from(["", "甲", "编号：", " "]),
)
def test_every_number_of_eighteen_signs_is_seen(number: str, before: str) -> None:
    assert "identity" in kinds_in(f"{before}{number}{before}")


@pytest.mark.parametrize(("table", "column"), SINKS)
@pytest.mark.parametrize("case", ["identity, its check sign wrong", "mobile", "plate"])
def test_a_mark_of_a_person_anywhere_stops_publication(
    table: str, column: str, case: str, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    text, _ = PLANTED[case]
    tables = dict(town)
    values = town[table][column].copy()
    values.iloc[0] = text
    tables[table] = town[table].assign(**{column: values})
    path = tmp_path / "map_public.html"
    with pytest.raises(LeakError) as caught:
        draw_public_map(tables, imprint, path)
    assert isinstance(caught.value, InputError)
    assert not path.exists()
    for said in (caught.value.en, caught.value.zh):
        assert text not in said
    [finding] = list_findings(tables)
    assert (finding.severity, finding.table_name) == ("decide", table)
    assert finding.row_key == str(town[table].index.get_level_values(0)[0])
    assert text not in finding.zh + finding.en
    draw_withheld_map(caught.value, imprint, path)
    page = path.read_text(encoding="utf-8")
    assert text not in page
    assert "Content-Security-Policy" in page
    draw_working_map(tables, imprint, tmp_path / "map_working.html")


def test_a_key_that_is_an_identity_number_is_not_repeated(town: Town) -> None:
    communities = town["communities"].rename(index={"c01": "410381198001011234"})
    [leak] = find_leaks({"communities": communities})
    assert leak.place == "communities.community_id"
    assert leak.key == "•"


def test_a_clean_plan_is_published(town: Town, public_map: Path) -> None:
    assert find_leaks(town) == []
    page = public_map.read_text(encoding="utf-8")
    assert not re.search(r"\b1[3-9]\d{9}\b", page)


def test_the_answers_of_two_communities_are_no_identity_number(
    town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    tables = dict(town)
    tables["communities"] = town["communities"].iloc[:2]
    tables["facilities"] = town["facilities"].sort_index().iloc[:18]
    path = tmp_path / "map_public.html"
    draw_public_map(tables, imprint, path)
    assert path.exists()


def test_the_key_of_a_new_node_is_no_mobile_number(town: Town) -> None:
    facilities = town["facilities"]
    keys = facilities.index.to_frame(index=False)
    keys.loc[keys["facility_id"] == keys["facility_id"][0], "facility_id"] = "n13312345678"
    renamed = facilities.set_axis(pd.MultiIndex.from_frame(keys))
    assert find_leaks({**town, "facilities": renamed}) == []


def test_texts_of_the_job_itself_are_findings_too(town: Town) -> None:
    [finding] = list_findings(town, {"name": "改造计划", "drafting_unit": "电话13812345678"})
    assert (finding.table_name, finding.row_key) == ("job", "drafting_unit")
    assert "13812345678" not in finding.zh + finding.en
    assert "the public map is withheld" in finding.en


def test_a_street_is_not_said_to_have_stopped_what_may_not_draw_it() -> None:
    streets = pd.DataFrame(
        {"name": ["张三13812345678巷"]}, index=pd.Index(["w1"], name="street_id")
    )
    [finding] = list_findings({"streets": streets})
    assert "would show it" in finding.en
