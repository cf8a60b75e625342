"""Which of the nine haves a point is, and by which row of evidence (`data/nine_haves.csv`).

Order of decision, for each have on its own:

1. a name that is vetoed (``exclude``, ``route`` to another have) is not this have;
2. a name in doubt (``review``) sends to a person what one row alone would include;
3. a name that is enough (``include``) includes;
4. a code that is vetoed is not this have;
5. a code in doubt sends to a person what a code would include;
6. a code that is enough includes;
7. a weak name and a weak code together include;
8. one weak sign waits for a person. A weak *code* does not where another have is included: a mixed
   code (`社区中心`) is then explained.

Gates and dwellings told by code (the ``support_`` rows) are none of the nine, whatever their names
say. Codes are OSM tags, AMap type codes and Baidu tags.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.facility_fields import read_fields
from layers.tables import CATEGORIES

Action = Literal["include", "weak", "exclude", "route", "review"]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

DECISIONS: Final = ("include", "weak", "review")
"""``include`` is confirmed; the other two wait for a person."""
NEVER_HAVES: Final = ("support_gate", "support_community")
AMAP_DIGITS: Final = 6
KEYS: Final = ["facility_id", "category"]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row of ``nine_haves.csv``.

    Parameters
    ----------
    category
        One of the nine haves, or a ``support_`` layer.
    source
        ``name``, ``osm``, ``amap`` or ``baidu``.
    key, value
        Tag and its value, or a regular expression for names.
    also
        Another OSM tag that must hold as well, ``key=value``, or empty.
    action
        What the row says of its category.
    note
        What to look at.
    row
        Row of the rule in its file, as a spreadsheet counts; the header is row 1.
    """

    category: str
    source: str
    key: str
    value: str
    also: str
    action: Action
    note: str
    row: int

    def evidence(self, words: str = "") -> str:
        """Name the rule for people: its code, or what of the name it matched and its row."""
        if self.source == "osm":
            return f"osm: {self.key}={self.value}" + (f" + {self.also}" if self.also else "")
        if self.source == "name":
            return f"name: {words} (nine_haves.csv:{self.row})"
        return f"{self.source}: {self.value}"


@dataclass(frozen=True)
class Signs:
    """What one kind of evidence says of every point, by action: flags and the deciding rows."""

    flags: Mapping[str, Flags]
    rows: Mapping[str, Texts]


@lru_cache(maxsize=1)
def load_rules() -> tuple[Rule, ...]:
    """Read the shipped rules, in the order of the file."""
    text = files("layers").joinpath("data/nine_haves.csv").read_text("utf-8")
    return tuple(
        Rule(
            category=row["category"],
            source=row["source"],
            key=row["key"],
            value=row["value"],
            also=row["with"],
            action=row["action"],  # type: ignore[arg-type]  # a test checks the file's words
            note=row["note"],
            row=number,
        )
        for number, row in enumerate(csv.DictReader(text.splitlines()), start=2)
    )


def rule_behind(category: str, evidence: str) -> Rule | None:
    """Give the rule behind a have's evidence, as `classify` writes it; None for any other text."""
    named = re.fullmatch(r"name: .* \(nine_haves\.csv:(\d+)\)", evidence)
    if named:
        return load_rules()[int(named[1]) - 2]
    return _rules_by_code().get((category, evidence))


@lru_cache(maxsize=1)
def _rules_by_code() -> Mapping[tuple[str, str], Rule]:
    rules = [rule for rule in load_rules() if rule.source != "name"]
    return {(rule.category, rule.evidence()): rule for rule in rules}


def classify(points: pd.DataFrame) -> pd.DataFrame:
    """Decide which of the nine haves each point is.

    Parameters
    ----------
    points
        Points of any source, keyed by ``facility_id``. Columns, each of which may be missing or NA:
        ``name``; ``tags`` (OSM tags as a JSON object); ``typecode`` (AMap, several joined by
        ``|``); ``baidu`` (Baidu tag).

    Returns
    -------
    DataFrame
        One row a point and have that has any standing evidence, keyed ``(facility_id, category)``:
        ``decision`` (``include``, ``weak`` or ``review``) and ``evidence``, which names the rows
        that decided. A point may be several haves; one that is none has no row.

    Raises
    ------
    ValueError
        If the key is not unique.

    References
    ----------
    RULES 2.5: order of decision; FEATURES F06: each result says which row decided.
    """
    if not points.index.is_unique:
        raise ValueError(
            f"facility_id is not unique: {points.index[points.index.duplicated()][0]!r}"
        )
    size = len(points)
    place_of, distinct = _names(points)
    matched = _match_codes(_codes(points))
    barred = _support(matched, NEVER_HAVES, size)
    parts = [
        _decide(
            category,
            _read_names(category, place_of, distinct),
            _read_codes(category, matched, size),
            barred,
        )
        for category in CATEGORIES
    ]
    table = pd.concat(parts, ignore_index=True)
    included = set(table.loc[table["decision"] == "include", "place"])
    explained = (table["decision"] == "weak") & table["by_code"] & table["place"].isin(included)
    table = table[~explained]
    table["facility_id"] = points.index.to_numpy()[table["place"].to_numpy(dtype=int)]
    keyed = table.set_index(KEYS)[["decision", "evidence"]].astype("str")
    return keyed.sort_index(kind="stable")


def is_gate(points: pd.DataFrame) -> pd.Series:
    """Tell the gates among points of a map provider, by code (AMap 991400, 991401; OSM gates).

    Parameters
    ----------
    points
        Points with headers of any source, as in `facility_fields.HEADERS`.

    Returns
    -------
    Series of bool
        Under the caller's keys.
    """
    codes = _codes(read_fields(points))
    found = _support(_match_codes(codes), NEVER_HAVES[:1], len(points))
    return pd.Series(found, index=points.index, name="is_gate")


def fold_name(name: str) -> str:
    """Bring a name into the form that the rules read: half-width, without outer blanks."""
    return unicodedata.normalize("NFKC", name).strip()


def _names(points: pd.DataFrame) -> tuple[npt.NDArray[np.int64], list[str]]:
    """List the distinct names, and which of them each point has."""
    texts = np.full(len(points), "", dtype=object)
    for place, name in _filled(points, "name"):
        texts[place] = fold_name(name)
    place_of, distinct = pd.factorize(texts)
    return place_of, distinct.tolist()


def _codes(points: pd.DataFrame) -> pd.DataFrame:
    """List all codes of all points: place of the point, source, key, value."""
    rows: list[tuple[int, str, str, str]] = []
    for place, tags in _filled(points, "tags"):
        for key, value in _tags_of(tags).items():
            values = {value, *(part.strip() for part in value.split(";"))}
            rows.extend((place, "osm", key, one) for one in sorted(values))
    for place, cell in _filled(points, "typecode"):
        digits = (part.strip().removesuffix(".0") for part in re.split(r"[|;,、]", cell))
        rows.extend((place, "amap", "typecode", code.zfill(AMAP_DIGITS)) for code in digits if code)
    rows.extend((place, "baidu", "tag", cell.strip()) for place, cell in _filled(points, "baidu"))
    return pd.DataFrame(rows, columns=["place", "source", "key", "value"])


def _filled(points: pd.DataFrame, column: str) -> Iterable[tuple[int, str]]:
    if column not in points.columns:
        return ()
    return (
        (place, str(cell))
        for place, (cell, filled) in enumerate(
            zip(points[column].array, points[column].notna(), strict=True)
        )
        if filled
    )


def _tags_of(cell: str) -> dict[str, str]:
    """Read OSM tags; a cell that is no JSON object of text says nothing."""
    try:
        tags = json.loads(cell)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in tags.items()} if isinstance(tags, dict) else {}


@lru_cache(maxsize=1)
def _code_rules() -> pd.DataFrame:
    rules = [rule for rule in load_rules() if rule.source != "name"]
    return pd.DataFrame(
        {
            "category": [rule.category for rule in rules],
            "source": [rule.source for rule in rules],
            "key": [rule.key for rule in rules],
            "value": [rule.value for rule in rules],
            "also": [rule.also for rule in rules],
            "action": ["exclude" if rule.action == "route" else rule.action for rule in rules],
            "evidence": [rule.evidence() for rule in rules],
            "order": range(len(rules)),
        }
    )


def _match_codes(codes: pd.DataFrame) -> pd.DataFrame:
    """Match codes with the rows of all categories: place, category, action, evidence."""
    found = codes.merge(_code_rules(), on=["source", "key", "value"])
    osm = codes[codes["source"] == "osm"]
    held = set(zip(osm["place"], osm["key"] + "=" + osm["value"], strict=True))
    holds = [
        not also or (place, also) in held
        for place, also in zip(found["place"], found["also"], strict=True)
    ]
    return found[np.array(holds, dtype=bool)].sort_values(["place", "order"], kind="stable")


def _support(matched: pd.DataFrame, layers: Iterable[str], size: int) -> Flags:
    """Tell the points that are gates or dwellings by code."""
    is_support = matched["category"].isin(list(layers)) & (matched["action"] == "include")
    found = np.zeros(size, dtype=bool)
    found[matched.loc[is_support, "place"].to_numpy(dtype=int)] = True
    return found


def _read_codes(category: str, matched: pd.DataFrame, size: int) -> Signs:
    found = matched[matched["category"] == category]
    flags, rows = {}, {}
    for action in ("exclude", "review", "include", "weak"):
        first = found[found["action"] == action].drop_duplicates("place")
        places = first["place"].to_numpy(dtype=int)
        flags[action] = np.zeros(size, dtype=bool)
        flags[action][places] = True
        rows[action] = np.full(size, "", dtype=object)
        rows[action][places] = first["evidence"].to_numpy(dtype=object)
    return Signs(flags, rows)


def _read_names(category: str, place_of: npt.NDArray[np.int64], distinct: list[str]) -> Signs:
    flags, rows = {}, {}
    for action, (screen, rules) in _patterns(category).items():
        found = [_first_match(name, screen, rules) for name in distinct]
        rows[action] = np.array(found, dtype=object)[place_of]
        flags[action] = rows[action] != ""
    return Signs(flags, rows)


@lru_cache(maxsize=len(CATEGORIES))
def _patterns(category: str) -> dict[str, tuple[re.Pattern[str], list[Rule]]]:
    """Compile the name rows of one category: a pattern that screens for all of an action's."""
    by_action: dict[str, list[Rule]] = {"exclude": [], "review": [], "include": [], "weak": []}
    for rule in load_rules():
        if rule.category == category and rule.source == "name":
            by_action["exclude" if rule.action == "route" else rule.action].append(rule)
    return {
        action: (re.compile("|".join(f"(?:{rule.value})" for rule in rules) or r"(?!)"), rules)
        for action, rules in by_action.items()
    }


def _first_match(name: str, screen: re.Pattern[str], rules: list[Rule]) -> str:
    if not name or not screen.search(name):
        return ""
    matches = ((rule, re.search(rule.value, name)) for rule in rules)
    return next(rule.evidence(match.group()) for rule, match in matches if match)


def _decide(category: str, name: Signs, code: Signs, barred: Flags) -> pd.DataFrame:
    """Apply the order of decision of this module's docstring to one have."""
    code_stands = ~code.flags["exclude"]
    one_code = code.flags["include"] & code_stands
    pair = name.flags["weak"] & code.flags["weak"] & code_stands
    weak_name = name.flags["weak"] & code_stands
    weak_code = code.flags["weak"] & code_stands
    enough = name.flags["include"] | one_code
    weak_rows = np.where(weak_name, name.rows["weak"], code.rows["weak"])
    steps: list[tuple[Flags, str, Texts]] = [
        (barred | name.flags["exclude"], "", weak_rows),
        (name.flags["review"] & enough, "review", name.rows["review"]),
        (name.flags["review"], "", weak_rows),
        (name.flags["include"], "include", name.rows["include"]),
        (code.flags["review"] & one_code, "review", code.rows["review"]),
        (code.flags["review"], "", weak_rows),
        (one_code, "include", code.rows["include"]),
        (pair, "include", name.rows["weak"] + " + " + code.rows["weak"]),
        (weak_name | weak_code, "weak", weak_rows),
    ]
    conditions = [step[0] for step in steps]
    decision = np.select(conditions, [np.full(len(barred), step[1], object) for step in steps], "")
    evidence = np.select(conditions, [step[2] for step in steps], "")
    places = np.flatnonzero(decision != "")
    return pd.DataFrame(
        {
            "place": places,
            "category": category,
            "decision": decision[places],
            "evidence": evidence[places],
            "by_code": ~weak_name[places],
        }
    )
