"""Rulebooks: what the shipped ones say, and how a broken one is refused."""

from __future__ import annotations

import dataclasses
from importlib.resources import files
from pathlib import Path

import pytest

from layers.errors import RulebookError
from layers.tables import CATEGORIES
from zoning.rulebooks import read_rulebook, shipped_rulebooks

SHIPPED = (
    "gansu_2022",
    "guizhou_2020",
    "henan_2023",
    "kaifeng_2019",
    "national",
    "yanshi_2021",
)


def own(folder: Path, *changes: tuple[str, str], copy_of: str = "yanshi_2021") -> Path:
    """Write a copy of a shipped rulebook with some text replaced."""
    content = files("zoning").joinpath("rulebooks", f"{copy_of}.toml").read_text("utf-8")
    for old, new in changes:
        assert old in content
        content = content.replace(old, new, 1)
    path = folder / "own.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_six_rulebooks_are_shipped() -> None:
    assert shipped_rulebooks() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_value_of_a_shipped_rulebook_has_document_and_rule(name: str) -> None:
    rulebook = read_rulebook(name)
    citations = [
        rulebook.build_date.citation,
        rulebook.life_circle.citation,
        rulebook.thin_data.citation,
        *(have.citation for have in rulebook.haves.values()),
        *(rule.citation for rule in (*rulebook.exclusions, *rulebook.cautions)),
        *(gate.citation for gate in rulebook.consent),
    ]
    assert rulebook.name == name
    assert rulebook.document.number
    assert all(one.document.number and one.clause and one.rule for one in citations)
    assert tuple(rulebook.haves) == CATEGORIES


@pytest.mark.parametrize("name", SHIPPED)
def test_every_have_has_a_bureau_or_is_to_be_settled_with_who_acts_in_practice(name: str) -> None:
    for have in read_rulebook(name).haves.values():
        if have.bureau_zh:
            assert have.bureau_clause
            assert have.bureau == f"{have.bureau_zh} / {have.bureau_en}"
        else:
            assert have.bureau.startswith("待明确（通常：")
            assert have.practice_en in have.bureau


def test_values_of_places_are_those_of_their_documents() -> None:
    yanshi, gansu = read_rulebook("yanshi_2021"), read_rulebook("gansu_2022")
    kaifeng, henan = read_rulebook("kaifeng_2019"), read_rulebook("henan_2023")
    assert yanshi.build_date.last_year == 2000
    assert yanshi.absorb is not None
    assert (yanshi.absorb.from_year, yanshi.absorb.to_year) == (2001, 2005)
    assert yanshi.absorb.citation.text == "偃政办〔2021〕4号 二(一)"
    assert read_rulebook("national").build_date.citation.text.startswith("国办发〔2020〕23号")
    codes = {rule.citation.rule for rule in kaifeng.exclusions}
    assert codes == {"E04", "E08", "E09", "E10", "E11"}
    assert "E08" not in {rule.citation.rule for rule in read_rulebook("guizhou_2020").exclusions}
    assert [(gate.stage, gate.at_least) for gate in gansu.consent] == [
        ("enter", 0.75),
        ("enter", 0.75),
        ("start", 0.70),
        ("finish", 0.75),
        ("finish", 0.80),
    ]
    assert [(gate.stage, gate.at_least) for gate in henan.consent] == [("start", 0.8)] * 2


def test_before_2000_keeps_both_readings() -> None:
    dates = read_rulebook("kaifeng_2019").build_date
    assert dates.readings == {"end_of_2000": 2000, "start_of_2000": 1999}
    assert (dates.last_year, dates.other_last_years) == (2000, (1999,))
    other = dataclasses.replace(dates, reading="start_of_2000")
    assert (other.last_year, other.other_last_years) == (1999, (2000,))


def test_own_rulebook_is_read_by_path(tmp_path: Path) -> None:
    path = own(tmp_path, ("to_year = 2005", "to_year = 2003"))
    for spec in (path, str(path)):
        rulebook = read_rulebook(spec)
        assert rulebook.name == "own"
        assert rulebook.absorb is not None
        assert rulebook.absorb.to_year == 2003


def test_byte_order_mark_of_an_editor_does_no_harm(tmp_path: Path) -> None:
    path = own(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_rulebook(path).name == "own"


def test_unknown_name_lists_the_shipped_ones_and_the_nearest() -> None:
    with pytest.raises(RulebookError) as caught:
        read_rulebook("yanshi_2012")
    for text in (caught.value.en, caught.value.zh):
        assert "'yanshi_2012'" in text
        assert "'yanshi_2021'" in text
        assert "guizhou_2020" in text


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as caught:
        read_rulebook(tmp_path / "none.toml")
    assert "none.toml" in caught.value.en
    assert "none.toml" in caught.value.zh
    with pytest.raises(RulebookError, match=r"无法读取"):
        read_rulebook("./folder/")


def test_unknown_keys_are_refused_with_the_nearest_one(tmp_path: Path) -> None:
    path = own(tmp_path, ("to_year = 2005", "to_yaer = 2005"), ("[life_circle]", "[life_circel]"))
    with pytest.raises(RulebookError) as caught:
        read_rulebook(path)
    assert "absorb.to_yaer: unknown key; the nearest known one is 'to_year'" in caught.value.en
    assert "absorb.to_yaer：没有这个键；最接近的是 'to_year'" in caught.value.zh
    assert "absorb.to_year: missing" in caught.value.en
    assert "life_circel: unknown key; the nearest known one is 'life_circle'" in caught.value.en
    assert "有 4 处错误" in caught.value.zh


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("to_year = 2005", "to_year = 1990", "absorb.to_year = 1990; expected at least"),
        ("to_year = 2005", 'to_year = "2005"', "absorb.to_year = '2005'; expected a whole number"),
        ("end_of_2000 = 2000", "end_of_2000 = true", "readings.end_of_2000 = True"),
        (
            'reading = "end_of_2000"',
            'reading = "spring"',
            "build_date.reading = 'spring'; expected one of end_of_2000",
        ),
        (
            'column = "excl_demolition"',
            'column = "excl_demo"',
            "exclusions #1.column = 'excl_demo'",
        ),
        ("when = false", "when = 0", "cautions #1.when = 0; expected true or false"),
        ('flag = "note"', 'flag = "no"', "missing_fields.flag = 'no'; expected one of note"),
        ("clinic = 16000", "clinic = 0", "households_per_facility.clinic = 0"),
        ('document = "YS21"', 'document = "YS22"', "document = 'YS22'; expected one of YS21"),
        ('rule = "E02"', 'rule = "E02"\nconfirmed = false', "absorb.confirmed = False"),
        ('zh = "便民服务中心"', 'zh = ""', "haves.service_centre.zh = ''; expected a text"),
        ("[[exclusions]]", "[exclusions]", "exclusions = {"),
        ("minimum_count = 1", "minimum_count = -1", "thin_data.minimum_count = -1"),
        ('bureau_en = "health commission"\n', "", "haves.clinic.bureau_en: missing"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(RulebookError) as caught:
        read_rulebook(own(tmp_path, (old, new)))
    assert message in caught.value.en
    assert message.split(" = ", maxsplit=1)[0].split(":", maxsplit=1)[0] in caught.value.zh


def test_consent_of_an_own_rulebook_is_checked(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        ("at_least = 0.75", "at_least = 75"),
        ('column = "agreement_share"', 'column = "agreement"'),
        copy_of="gansu_2022",
    )
    with pytest.raises(RulebookError) as caught:
        read_rulebook(path)
    assert "consent #1.at_least = 75; expected a number from 0 to 1" in caught.value.en
    assert "consent #2.column = 'agreement'" in caught.value.zh


def test_text_that_is_no_toml_or_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("title_zh = \n", encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        read_rulebook(path)
    assert "line 1" in caught.value.en
    path.write_bytes('title_zh = "偃师"'.encode("gbk"))
    with pytest.raises(RulebookError) as caught:
        read_rulebook(path)
    assert "not UTF-8 (byte 12)" in caught.value.en
    assert "第 12 字节" in caught.value.zh
