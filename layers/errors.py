"""Errors that a planner can mend, and faults of code that they cannot."""

from __future__ import annotations


class PlanningError(Exception):
    """Tell a planner what is wrong, where, and what to do next, in Chinese and English.

    Every message names the thing, the value found, what was expected and the next step. The command
    line prints it without a traceback and ends with exit code 2.

    Parameters
    ----------
    en
        The message in English.
    zh
        The same message in Chinese.
    """

    def __init__(self, *, en: str, zh: str) -> None:
        self.en = en
        self.zh = zh
        super().__init__(f"{zh}\n{en}")

    def __reduce__(self) -> tuple[object, ...]:
        """Keep both texts when the error crosses a process border."""
        return (_rebuild, (type(self), self.en, self.zh))


def _rebuild(kind: type[PlanningError], en: str, zh: str) -> PlanningError:
    return kind(en=en, zh=zh)


class JobError(PlanningError):
    """The job file is wrong: an unknown key, a value out of range, a missing path."""


class InputError(PlanningError):
    """A file is missing, may not be opened, or does not hold what it should."""


class CrsError(PlanningError):
    """Coordinates have no reference system, or not one in which metres can be measured."""


class GeometryError(PlanningError):
    """A geometry is missing or cannot be repaired."""


class KeyConflictError(PlanningError):
    """Two rows claim the same identifier."""


class RulebookError(PlanningError):
    """A rulebook is missing or breaks its form."""


class InfeasibleError(PlanningError):
    """No plan satisfies all rules at once.

    Parameters
    ----------
    conflicts
        The rules in conflict, one sentence each: ``(en, zh)``.
    changes
        Changes that were found to work, the nearest first: ``(en, zh)``.
    """

    def __init__(
        self,
        *,
        en: str,
        zh: str,
        conflicts: tuple[tuple[str, str], ...] = (),
        changes: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(en=en, zh=zh)
        self.conflicts = conflicts
        self.changes = changes

    def __reduce__(self) -> tuple[object, ...]:
        """Keep conflicts and changes when the error crosses a process border."""
        return (_rebuild_infeasible, (self.en, self.zh, self.conflicts, self.changes))


def _rebuild_infeasible(
    en: str,
    zh: str,
    conflicts: tuple[tuple[str, str], ...],
    changes: tuple[tuple[str, str], ...],
) -> InfeasibleError:
    return InfeasibleError(en=en, zh=zh, conflicts=conflicts, changes=changes)


class OutputError(PlanningError):
    """The result cannot be written: a locked folder, a full disk, a missing glyph."""


class ContractError(ValueError):
    """A table breaks its contract: a fault of code, not of the planner.

    Parameters
    ----------
    table
        Name of the contract.
    faults
        One line for each fault: column, check, first offending key and value.
    """

    def __init__(self, table: str, faults: tuple[str, ...]) -> None:
        self.table = table
        self.faults = faults
        super().__init__(f"table {table!r} breaks its contract:\n  " + "\n  ".join(faults))

    def __reduce__(self) -> tuple[object, ...]:
        """Keep table and faults when the error crosses a process border."""
        return (ContractError, (self.table, self.faults))
