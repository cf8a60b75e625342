"""A reason for a link is a sentence, not a document."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.errors import InputError
from zoning.link_edits import LONGEST_REASON, read_edits


def links(reason: str) -> pd.DataFrame:
    rows = {"focal": ["a"], "neighbor": ["b"], "action": ["add"], "reason": [reason]}
    return pd.DataFrame(rows, index=pd.Index([7], name="row"))


def test_a_reason_of_the_greatest_length_is_taken():
    edits, findings = read_edits(links("长" * LONGEST_REASON), frozenset("ab"))
    assert len(edits[0].reason) == LONGEST_REASON
    assert findings == []


def test_a_longer_one_is_refused_with_its_row_and_length():
    with pytest.raises(InputError) as caught:
        read_edits(links("长" * 40_000), frozenset("ab"))
    assert "row 7: a, b: a reason of 40,000 characters, expected at most 1,000" in caught.value.en
    assert "第 7 行" in caught.value.zh
    assert "40,000" in caught.value.zh
    assert len(caught.value.en) < 300
