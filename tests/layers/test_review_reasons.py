"""Reasons of the review: plain words in both languages, whatever rule is behind them."""

from __future__ import annotations

import re

import pytest

from layers.categories import NEVER_HAVES, Rule, load_rules
from layers.facility_fields import TITLES
from layers.review_reasons import NOTES, reason_of

WAITING = [
    rule
    for rule in load_rules()
    if rule.action in {"weak", "review"} and not rule.category.startswith("support_")
]


@pytest.mark.parametrize("rule", WAITING, ids=lambda rule: f"{rule.row}")
def test_every_rule_that_makes_a_facility_wait_has_plain_words(rule: Rule) -> None:
    assert rule.category not in NEVER_HAVES
    assert rule.note in NOTES
    text = reason_of(rule.category, rule.evidence("幸福驿站"))
    zh, en = text.split(" / ")
    assert zh.startswith("证据不足：" if rule.action == "weak" else "存疑：")
    assert TITLES[rule.category][0] in zh
    assert TITLES[rule.category][1] in en
    for inside in ("nine_haves", ".csv", "profile", "subclass", "hospital_counts"):
        assert inside not in text
    if rule.source == "name":
        assert "名称含“幸福驿站”" in zh
        assert 'the name holds "幸福驿站"' in en
    else:
        assert rule.value in zh
        assert rule.value in en
    note_zh, note_en = NOTES[rule.note]
    assert bool(note_zh) == bool(note_en)
    assert note_zh in zh
    assert not re.search(r"[a-z]{3}", note_zh)
    assert not re.search(r"[\u4e00-\u9fff]", note_en)


def test_the_note_of_every_rule_is_used() -> None:
    assert set(NOTES) == {rule.note for rule in WAITING}


@pytest.mark.parametrize("evidence", ["given", "name: a / b", "osm: x=y", ""])
def test_other_evidence_is_told_in_two_halves_too(evidence: str) -> None:
    zh, en = reason_of("toilet", evidence).split(" / ")
    assert zh.startswith("证据不足：")
    assert en.startswith("weak evidence: ")
