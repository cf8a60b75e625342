from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from zoning.solver import Programme, solve


def knapsack(capacity: float) -> Programme:
    """Values 6, 5, 4 with weights 3, 2, 2, as a minimisation."""
    return Programme(
        cost=np.array([-6.0, -5.0, -4.0]),
        lower=np.zeros(3),
        upper=np.ones(3),
        whole=np.ones(3, dtype=bool),
        rows=csr_array(np.array([[3.0, 2.0, 2.0]])),
        row_lower=np.array([-np.inf]),
        row_upper=np.array([capacity]),
    )


def test_a_knapsack_is_solved_to_the_optimum_with_its_bound() -> None:
    found = solve(knapsack(4))
    assert found.status == "optimal"
    assert found.values is not None
    assert found.values.round().tolist() == [0, 1, 1]
    assert found.objective == pytest.approx(-9)
    assert found.bound == pytest.approx(-9)
    assert found.gap_share == pytest.approx(0)


def test_further_rows_cut_a_solution_off() -> None:
    cut = knapsack(4).with_rows(
        csr_array(np.array([[0.0, 1.0, 1.0]])), np.array([-np.inf]), np.array([1.0])
    )
    assert solve(cut).objective == pytest.approx(-6)


def test_an_impossible_programme_is_infeasible_and_has_no_finite_bound() -> None:
    impossible = knapsack(4).with_rows(
        csr_array(np.array([[1.0, 1.0, 1.0]])), np.array([4.0]), np.array([np.inf])
    )
    found = solve(impossible)
    assert found.status == "infeasible"
    assert found.values is None
    assert found.bound == np.inf
    assert found.gap_share == np.inf


def test_a_start_does_not_change_the_optimum() -> None:
    assert solve(knapsack(4), start=np.array([1.0, 0.0, 0.0])).objective == pytest.approx(-9)


def test_a_linear_programme_gives_its_objective_as_bound() -> None:
    relaxed = knapsack(4)
    linear = Programme(
        cost=relaxed.cost,
        lower=relaxed.lower,
        upper=relaxed.upper,
        whole=np.zeros(3, dtype=bool),
        rows=relaxed.rows,
        row_lower=relaxed.row_lower,
        row_upper=relaxed.row_upper,
    )
    found = solve(linear)
    assert found.objective == pytest.approx(-9)
    assert found.bound == found.objective


def test_a_programme_whose_shapes_differ_is_refused() -> None:
    good = knapsack(4)
    bad = Programme(
        cost=good.cost,
        lower=good.lower,
        upper=good.upper,
        whole=good.whole,
        rows=good.rows,
        row_lower=np.array([-np.inf, 0.0]),
        row_upper=good.row_upper,
    )
    with pytest.raises(ValueError, match=r"\(1, 3\)"):
        solve(bad)


def test_a_limit_on_nodes_stops_with_a_bound_that_holds() -> None:
    rng = np.random.default_rng(0)
    weight = rng.integers(20, 60, (4, 40)).astype(float)
    hard = Programme(
        cost=-rng.integers(20, 60, 40).astype(float),
        lower=np.zeros(40),
        upper=np.ones(40),
        whole=np.ones(40, dtype=bool),
        rows=csr_array(weight),
        row_lower=np.full(4, -np.inf),
        row_upper=weight.sum(axis=1) / 3,
    )
    stopped, full = solve(hard, max_nodes=1), solve(hard)
    assert full.status == "optimal"
    assert stopped.bound <= full.objective + 1e-6
    assert stopped.objective >= full.objective - 1e-6
