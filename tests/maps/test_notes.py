"""Notes on the method: limits in the unit that decides, what a walking time holds."""

from __future__ import annotations

from maps.labels import Imprint
from maps.notes import marks, method, zoning_lines


def said(**settings: object) -> tuple[str, str]:
    notes = method(Imprint(title="甲", **settings))
    return "".join(zh for zh, _ in notes), " ".join(en for _, en in notes)


def test_by_distance_both_limits_are_metres():
    zh, en = said(limit_m=900.0, strict_m=700.0)
    assert "限值 900 m，严格读法 700 m" in zh
    assert "limit 900 m, read strictly 700 m" in en
    assert "about 720 m in the same time" in en


def test_by_time_both_limits_are_minutes():
    zh, en = said(rule="time", limit_minutes=10.0)
    assert "限值 10 分钟（成人 4 km/h），严格读法 8 分钟" in zh
    assert "limit 10 minutes (adults at 4 km/h), read strictly 8 minutes" in en
    assert "about 533 m in the same time" in en


def test_what_a_walking_time_holds_is_said():
    zh, en = said()
    assert "步行时间：台阶按平地步速的 46% 计。" in zh
    assert "Tobler" not in zh + en
    assert "wait" not in en
    zh, en = said(is_hilly=True, steps_share=0.5, crossing_wait_minutes=0.75)
    assert "坡度按 Tobler 函数计，台阶按平地步速的 50% 计，每过一条干路等候 0.75 分钟。" in zh
    assert "slopes after Tobler (1993), steps at 50 % of the speed on the flat, 0.75 min" in en


def test_estimated_households_are_counted_and_contradict_nothing():
    [(zh, en)] = marks(Imprint(title="甲", households_counts=(("buildings", 3), ("ledger", 147))))
    assert zh == "户数：3 个小区按楼栋估算，其余来自台账"
    assert en == "Households of 3 communities estimated from buildings, all others from the ledger"
    counts = (("area", 1), ("buildings", 2))
    [(zh, en)] = marks(Imprint(title="甲", households_counts=counts))
    assert zh == "户数：2 个小区按楼栋估算、1 个小区按用地面积估算"
    assert "of 1 community estimated from land area" in en
    assert marks(Imprint(title="甲", households_counts=(("ledger", 9),))) == []


def test_a_plan_by_hand_is_announced():
    by_hand = (("stopped_by", "planner"), ("rules_broken", "2"))
    assert marks(Imprint(title="甲", zoning=by_hand)) == [
        ("片区由人工给定，违反规则 2 条", "Zones given by hand, rules broken: 2")
    ]
    assert marks(Imprint(title="甲", zoning=(("stopped_by", "optimal"),))) == []


def test_what_a_bound_is_of_is_said_with_the_figures():
    zoning = (
        ("objective", "2233334.2"),
        ("bound", "2227079.9"),
        ("gap_share", "0.0028"),
        ("bound_of", "rules"),
        ("unpriced", "None"),
        ("rules_broken", "0"),
    )
    said = zoning_lines(Imprint(title="甲", zoning=zoning))
    assert [zh for zh, _ in said[:4]] == [
        "目标值（户 × 米）：2,233,334",
        "已证下界：2,227,080",
        "与下界相差：0.28%",
        "下界所指：遵守全部规则的方案",
    ]
    assert len(said) == 5
    broken = Imprint(title="甲", zoning=(*zoning[:5], ("rules_broken", "1")))
    [(zh, en)] = zoning_lines(broken, {"bound_of"})
    assert zh.endswith("；本方案违反规则，不在其列")
    assert en.endswith("plans that keep every rule; this plan breaks rules and is none of them")
