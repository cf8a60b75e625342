"""Reasons of eligibility: code, sentence in two languages, clause; and how they are joined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from layers.contracts import captions_of
from layers.tables import COMMUNITIES
from zoning.informants import Both
from zoning.rules import Citation

VERDICTS: Final[dict[str, Both]] = {
    "core": ("核心改造", "core"),
    "absorbable": ("可并入", "can be absorbed"),
    "excluded": ("不纳入", "excluded"),
    "unknown": ("待定", "unknown"),
}
"""Verdicts in words."""

_SURVEYS: Final[dict[str, Both]] = {
    "participation_share": ("参与率", "Participation"),
    "scheme_vote_share": ("方案同意率", "Vote for the scheme"),
    "satisfaction_survey_share": ("满意度调查率", "Surveyed"),
    "satisfaction_share": ("满意率", "Satisfied"),
}
"""Captions of shares that stand beside the contract of communities."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A reason of a verdict.

    Parameters
    ----------
    code
        Code of the table's column ``reasons``.
    said
        The sentence, Chinese and English, without its full stop; empty where another one says it.
    clause
        The clause that it rests on; empty for a note.
    """

    code: str
    said: Both
    clause: str = ""


def tell(reasons: Iterable[Reason]) -> Both:
    """Join the sentences of reasons, each once, in their order."""
    said = list(dict.fromkeys(reason.said for reason in reasons if reason.said[0]))
    return "".join(f"{zh}。" for zh, _ in said), " ".join(f"{_capital(en)}." for _, en in said)


def mark(cited: Citation, *, met: bool) -> Both:
    """Say whether a rule is met."""
    return (
        f"{'满足' if met else '未满足'} {cited.rule}",
        f"{cited.rule} {'met' if met else 'not met'}",
    )


def caption_of(column: str) -> Both:
    """Give the caption of a column of the communities, or of a survey that no contract names."""
    captions = captions_of(COMMUNITIES)
    if column in captions:
        return captions[column]["zh"], captions[column]["en"]
    return _SURVEYS.get(column, (column, column))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
