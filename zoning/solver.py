"""The one door to HiGHS: sparse arrays in; solution, bound and gap out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, cast

import highspy
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]

ABSOLUTE_GAP: Final = 1e-7
FEASIBILITY: Final = 1e-7
"""Tolerances handed to HiGHS; objectives should be scaled so that a gap of 1e-7 is nothing."""


_LENGTHS: Final = {
    "cost": 1,
    "lower": 1,
    "upper": 1,
    "whole": 1,
    "row_lower": 0,
    "row_upper": 0,
}
"""Which side of the rows' shape each array goes with."""


@dataclass(frozen=True, kw_only=True)
class Programme:
    """A mixed-integer linear programme, minimised.

    Parameters
    ----------
    cost
        Cost of each variable.
    lower, upper
        Bounds of each variable.
    whole
        Which variables must be whole numbers.
    rows
        Coefficients, rows x variables.
    row_lower, row_upper
        Bounds of each row; infinite where there is none.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    whole: npt.NDArray[np.bool_]
    rows: csr_array
    row_lower: Floats
    row_upper: Floats

    def with_rows(self, rows: csr_array, lower: Floats, upper: Floats) -> Programme:
        """Give the programme with further rows."""
        joined = csr_array(
            (
                np.concatenate([self.rows.data, rows.data]),
                np.concatenate([self.rows.indices, rows.indices]),
                np.concatenate([self.rows.indptr, self.rows.indptr[-1] + rows.indptr[1:]]),
            ),
            shape=(self.rows.shape[0] + rows.shape[0], self.rows.shape[1]),
        )
        return Programme(
            cost=self.cost,
            lower=self.lower,
            upper=self.upper,
            whole=self.whole,
            rows=joined,
            row_lower=np.concatenate([self.row_lower, lower]),
            row_upper=np.concatenate([self.row_upper, upper]),
        )


@dataclass(frozen=True, kw_only=True)
class Solution:
    """What HiGHS found.

    Parameters
    ----------
    status
        ``optimal``, ``infeasible``, or ``stopped`` by a limit.
    values
        Best solution, None when there is none.
    objective
        Its cost, ``inf`` when there is none.
    bound
        Proven lower bound: ``inf`` when infeasible, ``-inf`` when nothing is proven.
    nodes
        Nodes of the search tree.
    """

    status: Literal["optimal", "infeasible", "stopped"]
    values: Floats | None
    objective: float
    bound: float
    nodes: int

    @property
    def gap_share(self) -> float:
        """Give the gap between objective and bound as a share of the objective."""
        if self.values is None:
            return float("inf")
        return max(0.0, self.objective - self.bound) / max(abs(self.objective), 1e-12)


def solve(
    programme: Programme,
    *,
    max_nodes: int = 100_000,
    time_limit_s: float | None = None,
    start: Floats | None = None,
) -> Solution:
    """Solve a programme on one thread, with a fixed seed: equal input gives equal output.

    Parameters
    ----------
    programme
        The programme.
    max_nodes
        Most nodes of the search tree: the limit by counted work.
    time_limit_s
        Seconds after which the best solution so far is given; None for no limit.
    start
        A feasible solution to start from; HiGHS then spends its effort on the bound alone.

    Returns
    -------
    Solution
        The best solution and the proven bound.

    Raises
    ------
    ValueError
        If the shapes differ, or HiGHS refuses the programme: numbers that are none.
    """
    rows, columns = programme.rows.shape
    for name, expected in _LENGTHS.items():
        found = len(getattr(programme, name))
        if found != (rows, columns)[expected]:
            raise ValueError(f"{name} has {found} entries for rows of shape {(rows, columns)!r}")
    solver = cast("Callable[[], highspy.Highs]", highspy.Highs)()  # its class has no types
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("parallel", "off"),
        ("random_seed", 0),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", ABSOLUTE_GAP),
        ("mip_feasibility_tolerance", FEASIBILITY),
        ("primal_feasibility_tolerance", FEASIBILITY),
        ("mip_max_nodes", int(max_nodes)),
    ):
        solver.setOptionValue(name, value)
    if time_limit_s is not None:
        solver.setOptionValue("time_limit", max(0.01, float(time_limit_s)))
    if solver.passModel(_model(programme)) == highspy.HighsStatus.kError:
        raise ValueError(f"HiGHS refuses a programme of shape {programme.rows.shape!r}")
    if start is not None:
        # a known plan is what heuristics would look for, and what presolve hides from the search
        solver.setOptionValue("mip_heuristic_effort", 0.0)
        solver.setOptionValue("presolve", "off")
        given = highspy.HighsSolution()
        given.col_value = start.tolist()
        solver.setSolution(given)
    solver.run()
    return _read(solver, whole=bool(programme.whole.any()))


def _model(programme: Programme) -> highspy.HighsLp:
    model = highspy.HighsLp()
    rows, columns = programme.rows.shape
    model.num_col_, model.num_row_ = columns, rows
    model.col_cost_ = programme.cost
    model.col_lower_, model.col_upper_ = programme.lower, programme.upper
    model.row_lower_, model.row_upper_ = programme.row_lower, programme.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.num_col_, model.a_matrix_.num_row_ = columns, rows
    model.a_matrix_.start_ = programme.rows.indptr.astype(np.int32)
    model.a_matrix_.index_ = programme.rows.indices.astype(np.int32)
    model.a_matrix_.value_ = programme.rows.data.astype(np.float64)
    if programme.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(flag)] for flag in programme.whole]
    return model


def _read(solver: highspy.Highs, *, whole: bool) -> Solution:
    status = solver.getModelStatus()
    found = solver.getInfo()
    words = highspy.HighsModelStatus
    if status == words.kInfeasible:
        return Solution(status="infeasible", values=None, objective=np.inf, bound=np.inf, nodes=0)
    feasible = found.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(solver.getSolution().col_value) if feasible else None
    objective = float(found.objective_function_value) if feasible else np.inf
    if status == words.kOptimal:
        bound = float(found.mip_dual_bound) if whole else objective
        return Solution(
            status="optimal",
            values=values,
            objective=objective,
            bound=min(bound, objective),
            nodes=max(0, int(found.mip_node_count)),
        )
    bound = float(found.mip_dual_bound) if whole else -np.inf
    return Solution(
        status="stopped",
        values=values,
        objective=objective,
        bound=bound,
        nodes=max(0, int(found.mip_node_count)),
    )
