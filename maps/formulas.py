"""Formulas of the workbook: each figure of the summary again, counted from the sheets beside it.

A formula holds addresses and our own words only, never a text of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from maps.words import HAVES, YES_NO, say
from maps.worksheets import Sheet
from zoning.tables import LEFT_OUT

_ANSWERS: Final[Mapping[str, tuple[str, ...]]] = {
    "met": ("met", "small"),
    "gaps": ("far", "gap"),
    "far": ("far",),
    "unconfirmed": ("unconfirmed",),
    "no_data": ("no_data",),
}
"""Statuses that a figure counts, by the first word of its name."""

_NINE: Final = len(HAVES)
_ANY: Final = '"<>"'


class Formulas:
    """Writes formulas over the sheets of one workbook.

    Parameters
    ----------
    sheets
        Sheets by the name of their table; `ledger` is the ledger.
    languages
        The first one gives the words that the cells hold.
    """

    def __init__(self, sheets: Mapping[str, Sheet], languages: tuple[str, ...]) -> None:
        self.sheets = {name: sheet for name, sheet in sheets.items() if sheet.rows}
        self.language = languages[:1]
        self.first_row = len(languages) + 1

    def of_figures(self) -> dict[str, str]:
        """Give the formulas of all figures that the sheets hold, by figure, without ``=``."""
        found: dict[str, str] = {}
        for needed, write in (
            ("communities", self._communities),
            ("ledger", self._ledger),
            ("zones", self._zones),
            ("facilities", self._facilities),
            ("gaps", self._gaps),
            ("zone_gaps", self._zone_gaps),
            ("adjacency", self._adjacency),
        ):
            if needed in self.sheets:
                found |= write()
        for name in ("access_points", "findings"):
            if name in self.sheets:
                column = "kind" if name == "access_points" else "severity"
                for word in _WORDS[name]:
                    found[f"{name}_{word}"] = self._count(
                        name, **{column: self._word(name, column, word)}
                    )
        for name, column in (("review", "facility_id"), ("subdistricts", "subdistrict_id")):
            if name in self.sheets:
                found[name] = f"COUNTA({self.area(name, column)})"
        return found

    def area(self, name: str, field: str) -> str:
        """Give the address of a column of a table's sheet."""
        return self.sheets[name].area(field, self.first_row)

    def members(self, zone: str) -> tuple[str, str]:
        """Give the formulas of a zone's communities and households; `zone` is a cell's address."""
        zones = self.area("ledger", "zone_id")
        households = self.area("ledger", "households")
        return f"COUNTIFS({zones},{zone})", f"SUMIFS({households},{zones},{zone})"

    def _word(self, table: str, column: str, code: str) -> str:
        return f'"{say(table, column, code, self.language)}"'

    def _yes(self, *, yes: bool = True) -> str:
        zh, en = YES_NO[yes]
        return f'"{zh if self.language == ("zh",) else en}"'

    def _where(self, name: str, conditions: Mapping[str, str]) -> str:
        return ",".join(
            f"{self.area(name, field)},{wanted}" for field, wanted in conditions.items()
        )

    def _count(self, name: str, **conditions: str) -> str:
        return f"COUNTIFS({self._where(name, conditions)})"

    def _sum(self, name: str, summed: str, **conditions: str) -> str:
        return f"SUMIFS({self.area(name, summed)},{self._where(name, conditions)})"

    def _communities(self) -> dict[str, str]:
        households = self.area("communities", "households")
        found = {
            "communities": f"COUNTA({self.area('communities', 'community_id')})",
            "households": f"SUM({households})",
            "households_unknown_communities": f"COUNTBLANK({households})",
            "area_m2": f"SUM({self.area('communities', 'area_m2')})",
            "edge_communities": self._count("communities", edge=self._yes()),
        }
        for source in ("ledger", "buildings", "area"):
            word = self._word("communities", "households_source", source)
            found[f"households_{source}"] = self._sum(
                "communities", "households", households_source=word
            )
        return found

    def _ledger(self) -> dict[str, str]:
        households = self.area("ledger", "households")
        zones = self.area("ledger", "zone_id")
        in_zones = self._sum("ledger", "households", zone_id=_ANY)
        absorbed = self._word("assignment", "role", "absorbed")
        core = self._word("eligibility", "status", "core")
        other = f'"<>{core[1:]}'
        found = {
            "communities_in_zones": f"COUNTA({zones})",
            "households_in_zones": in_zones,
            "outside_communities": f"COUNTBLANK({zones})",
            "outside_households": f"SUM({households})-{in_zones}",
            "absorbed_communities": self._count("ledger", role=absorbed),
            "absorbed_households": self._sum("ledger", "households", role=absorbed),
            "renovatable_communities": f"{self._count('ledger', status=core)}"
            f"+{self._count('ledger', role=absorbed, status=other)}",
            "renovatable_households": f"{self._sum('ledger', 'households', status=core)}"
            f"+{self._sum('ledger', 'households', role=absorbed, status=other)}",
            "communities_all_met": self._count("ledger", met=str(_NINE)),
            "communities_with_gaps": self._count("ledger", missing='">0"'),
        }
        for status in ("core", "absorbable", "excluded", "unknown"):
            word = self._word("eligibility", "status", status)
            found[f"{status}_communities"] = self._count("ledger", status=word)
            found[f"{status}_households"] = self._sum("ledger", "households", status=word)
        for reason in LEFT_OUT:
            word = self._word("assignment", "reason", reason)
            found[f"outside_{reason}_communities"] = self._count("ledger", left_out=word)
        return found

    def _zones(self) -> dict[str, str]:
        households = self.area("zones", "households")
        return {
            "zones": f"COUNTA({self.area('zones', 'zone_id')})",
            "zones_bounds_broken": self._count("zones", bounds_met=self._yes(yes=False)),
            "zone_households_min": f"MIN({households})",
            "zone_households_max": f"MAX({households})",
            "zone_walk_minutes_max": f"MAX({self.area('zones', 'walk_minutes_max')})",
        }

    def _facilities(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, yes in (("confirmed", True), ("review", False)):
            word = self._yes(yes=yes)
            found[f"facilities_{name}"] = self._count("facilities", confirmed=word)
            for have in HAVES:
                category = self._word("facilities", "category", have)
                counted = self._count("facilities", category=category, confirmed=word)
                found[f"facilities_{have}_{name}"] = counted
        return found

    def _gaps(self) -> dict[str, str]:
        adult = {"walker": self._word("gaps", "walker", "adult")}
        flips = {**adult, "flips_at_strict": self._yes()}
        found = {"flips": self._count("gaps", **flips)}
        for name in ("gaps", "unconfirmed", "no_data"):
            found[name] = self._answers(name, lambda status: self._count("gaps", **adult, **status))
        for have in HAVES:
            here = {**adult, "category": self._word("gaps", "category", have)}
            for name in _ANSWERS:
                found[f"{name}_{have}_communities"] = self._answers(
                    name,
                    lambda status, here=here: self._count("gaps", **here, **status),  # type: ignore[misc]  # bound here
                )
            found[f"flips_{have}_communities"] = self._count(
                "gaps", **here, flips_at_strict=self._yes()
            )
            covered = self._sum("gaps", "households_covered", **here)
            whole = self._sum("gaps", "households", **here, households_covered=_ANY)
            found[f"covered_{have}_households"] = covered
            found[f"covered_{have}_share"] = f"{covered}/{whole}"
            known = {**here, "households_covered": _ANY}
            found[f"gaps_{have}_households"] = "+".join(
                f"{self._sum('gaps', 'households', **known, status=word)}"
                f"-{self._sum('gaps', 'households_covered', **known, status=word)}"
                for word in self._statuses("gaps")
            )
        return found

    def _statuses(self, name: str) -> list[str]:
        return [self._word("gaps", "status", status) for status in _ANSWERS[name]]

    def _answers(self, name: str, count: Callable[[dict[str, str]], str]) -> str:
        return "+".join(count({"status": word}) for word in self._statuses(name))

    def _zone_gaps(self) -> dict[str, str]:
        adult = self._word("zone_gaps", "walker", "adult")
        return {
            f"zones_met_{have}": self._count(
                "zone_gaps",
                walker=adult,
                category=self._word("zone_gaps", "category", have),
                met=self._yes(),
            )
            for have in HAVES
        }

    def _adjacency(self) -> dict[str, str]:
        found = {"links": self._count("adjacency", linked=self._yes())}
        for kind in ("added", "cut"):
            word = self._word("adjacency", "kind", kind)
            found[f"links_{kind}"] = self._count("adjacency", kind=word)
        return found


_WORDS: Final = {
    "access_points": ("surveyed", "inferred", "nearest"),
    "findings": ("decide", "check", "note"),
}
