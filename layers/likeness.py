"""How alike two names, addresses or street offices are, as clerks write them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from layers.fields import fold

SAME_OFFICE_BONUS: Final = 0.15
"""What a shared street office adds to the likeness of two names."""

LEAST_LIKENESS: Final = 0.5
"""Below this no partner is suggested: half of the characters differ."""

# Addresses that share three characters in four and every number are one; below a third shared, or
# with no number in common, they are two.
_ALIKE: Final = 0.75
_UNLIKE: Final = 0.3

_TRIED: Final = 10

# Characters of more names than this (小区, 家属院) are left out of the first comparison: their
# product is dense and tells nothing.
_COMMON_COUNT: Final = 50
_COMMON_SHARE: Final = 0.1
_OFFICE_ENDING: Final = re.compile(r"(?:街道办事处|街道办|办事处|街道|镇人民政府)$")
_MARKS: Final = re.compile(r"[^\w]+|_")


@dataclass(frozen=True)
class Partner:
    """The likeliest counterpart of a name: its place in the other list, and the likeness."""

    place: int
    likeness: float


def name_key(name: object) -> str:
    """Fold a name for comparison: width, case, spaces, brackets and dashes do not matter."""
    return "" if pd.isna(name) else _MARKS.sub("", fold(name))  # type: ignore[call-overload]  # any scalar may be missing


def code_key(code: object) -> str:
    """Fold a code for comparison: width, case and spaces do not matter, leading zeros do."""
    return "" if pd.isna(code) else fold(code)  # type: ignore[call-overload]  # any scalar may be missing


def same_office(one: object, other: object) -> bool | None:
    """Tell whether two street offices are one: 老城街道 and 偃师区老城街道办事处 are.

    Returns
    -------
    bool or None
        None when either is unknown.
    """
    left, right = (_OFFICE_ENDING.sub("", name_key(office)) for office in (one, other))
    if not left or not right:
        return None
    return left.endswith(right) or right.endswith(left)


def same_address(one: object, other: object) -> bool | None:
    """Tell whether two addresses are one.

    Returns
    -------
    bool or None
        True when one contains the other, or when they share their numbers and three characters in
        four; False when they share no number or hardly a character; None when either is unknown or
        it cannot be said.
    """
    left, right = name_key(one), name_key(other)
    if not left or not right:
        return None
    if left in right or right in left:
        return True
    numbers = [set(re.findall(r"\d+", text)) for text in (left, right)]
    ratio = difflib.SequenceMatcher(None, left, right, autojunk=False).ratio()
    if ratio >= _ALIKE and numbers[0] == numbers[1]:
        return True
    if ratio < _UNLIKE or (all(numbers) and not numbers[0] & numbers[1]):
        return False
    return None


def likeness(one: object, other: object) -> float:
    """Measure how alike two names are, 0 to 1."""
    left, right = sorted((name_key(one), name_key(other)))
    return difflib.SequenceMatcher(None, left, right, autojunk=False).ratio()


def find_partners(
    names: Sequence[object],
    offices: Sequence[object],
    other_names: Sequence[object],
    other_offices: Sequence[object],
) -> list[Partner | None]:
    """Find the likeliest counterpart of each name in another list.

    Parameters
    ----------
    names, offices
        The names that look for a partner, and their street offices.
    other_names, other_offices
        The list to look in.

    Returns
    -------
    list of Partner or None
        One for each name; None when nothing is alike. Of equals the earlier one in the other list.

    Notes
    -----
    Names are first compared by shared characters (a sparse product), and only the ten nearest by
    difflib, so that thousands against thousands take a second.
    """
    if not len(names) or not len(other_names):
        return [None] * len(names)
    shared = _shared_characters(names, other_names)
    partners: list[Partner | None] = []
    for row, (name, office) in enumerate(zip(names, offices, strict=True)):
        near = shared.indices[shared.indptr[row] : shared.indptr[row + 1]]
        weight = shared.data[shared.indptr[row] : shared.indptr[row + 1]]
        tried = near[np.lexsort((near, -weight))][:_TRIED]
        scored = [
            (_score(name, other_names[j], office, other_offices[j]), -int(j))
            for j in tried.tolist()
        ]
        best = max(scored, default=(0.0, 0))
        alike = best[0] >= LEAST_LIKENESS
        partners.append(Partner(-best[1], round(min(best[0], 1.0), 3)) if alike else None)
    return partners


def _score(name: object, other: object, office: object, other_office: object) -> float:
    bonus = SAME_OFFICE_BONUS if same_office(office, other_office) else 0.0
    return likeness(name, other) + bonus


def _shared_characters(names: Sequence[object], others: Sequence[object]) -> sparse.csr_array:
    """Weigh shared characters and pairs of characters; those of many names tell nothing."""
    marks: dict[str, int] = {}
    left, right = (_marks_of(part, marks) for part in (names, others))
    left.resize((left.shape[0], len(marks)))
    right.resize((right.shape[0], len(marks)))
    seen = np.bincount(right.indices, minlength=len(marks)).astype("float64")
    telling = seen <= max(_COMMON_COUNT, _COMMON_SHARE * len(others))
    weights = sparse.diags_array(np.where(telling, 1.0 / (seen + 1.0), 0.0))
    scaled: sparse.csr_array = (left @ weights).tocsr()
    scaled.eliminate_zeros()
    product: sparse.csr_array = (scaled @ right.T).tocsr()
    return product


def _marks_of(names: Sequence[object], marks: dict[str, int]) -> sparse.csr_array:
    rows: list[int] = []
    columns: list[int] = []
    for row, name in enumerate(names):
        text = name_key(name)
        for mark in sorted({*text, *(text[i : i + 2] for i in range(len(text) - 1))}):
            rows.append(row)
            columns.append(marks.setdefault(mark, len(marks)))
    ones: npt.NDArray[np.float64] = np.ones(len(rows))
    width = max(len(marks), 1)
    return sparse.csr_array((ones, (rows, columns)), shape=(len(names), width))
