from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.likeness import (
    code_key,
    find_partners,
    likeness,
    name_key,
    same_address,
    same_office,
)

NAMES = st.text(alphabet="甲乙丙丁院楼区号12（）", max_size=8)


def test_brackets_width_and_spaces_do_not_part_names() -> None:
    assert name_key("粮食局 家属院（东）") == name_key("粮食局家属院(东)") == "粮食局家属院东"
    assert name_key(None) == name_key(float("nan")) == ""


def test_leading_zeros_part_codes() -> None:
    assert code_key(" ａ07 ") == "a07" != code_key("a7")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("老城街道", "偃师区老城街道办事处", True),
        ("老城街道", "槐新街道办", False),
        ("老城街道", None, None),
    ],
)
def test_street_offices(one: str, other: str | None, *, same: bool | None) -> None:
    assert same_office(one, other) is same
    assert same_office(other, one) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("商都路12号", "偃师区商都路12号", True),
        ("商都路12号", "商都路 １２号", True),
        ("商都路12号", "商都路13号", False),
        ("商都路12号", "华夏路3号", False),
        ("商都路北段", "商都西路", None),
        ("商都路12号", "", None),
    ],
)
def test_addresses(one: str, other: str, *, same: bool | None) -> None:
    assert same_address(one, other) is same
    assert same_address(other, one) is same


def test_of_two_equal_names_the_one_in_the_same_office_is_the_partner() -> None:
    got = find_partners(
        ["粮食局家属院"], ["槐新街道"], ["粮食局家属楼"] * 2, ["老城街道", "槐新街道"]
    )
    assert got[0] is not None
    assert got[0].place == 1


def test_nothing_alike_has_no_partner() -> None:
    assert find_partners(["气象局"], [None], ["伊洛花园"], [None]) == [None]
    assert find_partners([], [], ["伊洛花园"], [None]) == []
    assert find_partners(["气象局"], [None], [], []) == [None]


@given(NAMES, NAMES)
def test_likeness_is_symmetric_and_one_for_equals(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == 1.0
    assert 0.0 <= likeness(one, other) <= 1.0


@given(st.lists(NAMES, min_size=1, max_size=6), st.lists(NAMES, min_size=1, max_size=6))
def test_a_partner_is_never_less_alike_than_half(names: list[str], others: list[str]) -> None:
    partners = find_partners(names, [None] * len(names), others, [None] * len(others))
    for name, partner in zip(names, partners, strict=True):
        if partner is not None:
            assert partner.likeness >= 0.5
            assert partner.likeness == round(likeness(name, others[partner.place]), 3)
