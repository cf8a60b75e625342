"""What a planner asks of the zones: links, pins, an assignment; judged before the computing."""

from __future__ import annotations

import pandas as pd

from layers.checks import Finding
from layers.ground import Ground
from lianpian.hand_edits import keep_locked, read_rows
from lianpian.job import LocatedJob
from lianpian.sources import asked_to_finish, zoning_settings
from lianpian.zoned import Zoned
from zoning.eligibility import judge_eligibility
from zoning.link_edits import read_edits
from zoning.regionalization.pins import (
    idle_pins,
    require_agreeing_pins,
    require_known_pins,
)
from zoning.regionalization.problem import judge_units
from zoning.rulebooks import Rulebook


def doubt_wishes(located: LocatedJob, ground: Ground, rulebook: Rulebook) -> list[Finding]:
    """Judge links, pins and an assignment by what is known without any walk.

    Parameters
    ----------
    located, ground, rulebook
        The job, its inputs as read, its rules.

    Returns
    -------
    list of Finding
        What the steps that draw zones will say as well: links and rows that name nobody, pins of
        communities that are not to be zoned, words that are not understood.

    Raises
    ------
    InputError
        If links lack a column or a reason, or contradict each other.
    JobError
        If a pin names a community that does not exist, or nothing is there to be finished.
    InfeasibleError
        If pins contradict each other.
    """
    communities = ground.communities
    located = asked_to_finish(located, ground, finish=False)
    findings: list[Finding] = []
    if ground.links is not None and len(ground.links):
        _, findings = read_edits(ground.links, frozenset(map(str, communities.index)))
    settings = zoning_settings(located)
    require_known_pins(settings, communities.index)
    given = Zoned(
        communities=communities,
        eligibility=judge_eligibility(communities, rulebook),
        walks=pd.DataFrame(),
        gaps=pd.DataFrame(),
        adjacency=pd.DataFrame(),
        settings=settings,
        walking=located.job.walking.assumptions(),
    )
    if ground.assignment is not None:
        rows = read_rows(given, ground.assignment)
        findings += rows.findings
        if not located.job.zones.finish:
            return findings
        given = keep_locked(given, rows)
    units, _ = judge_units(communities, given.eligibility, given.settings)
    known = communities["name"].dropna()
    names = {str(one): str(name) for one, name in known.items()}
    require_agreeing_pins(given.settings, units, names)
    return [*findings, *idle_pins(given.settings, units)]
