"""Columns of tables for people."""

from __future__ import annotations

import pandas as pd
import pytest

from maps.columns import column_of


@pytest.mark.parametrize("languages", [("zh",), ("en",), ("zh", "en")])
def test_the_reason_of_the_review_stands_in_the_languages_asked_for(
    languages: tuple[str, ...],
) -> None:
    halves = ("证据不足：名称含“食堂”", "weak evidence: the name")
    cells = pd.Series([" / ".join(halves), None], dtype="str")
    caption = {"zh": "待核实原因", "en": "Reason", "unit": ""}
    shown = column_of("review", "reason", cells, caption, languages).cells
    if len(languages) == 1:
        assert shown[0] == halves[languages[0] == "en"]
    else:
        assert shown[0] == " / ".join(halves)
    assert pd.isna(shown[1])
