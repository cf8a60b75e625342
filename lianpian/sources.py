"""From the job file's words to the frozen dataclasses that the steps take."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Final

import pandas as pd

from layers.checks import Finding, InputRecord
from layers.errors import JobError
from layers.files import Source
from layers.ground import Ground, Inputs, read_ground
from lianpian.assignment_ids import require_somebody
from lianpian.job import FileInput, LocatedJob, RasterInput, ZonesSection
from lianpian.starting import leave_out_untouched
from zoning.regionalization.settings import ZoningSettings, ZoningTerms


def inputs_of(
    located: LocatedJob, *, assignment: Path | None = None, links: Path | None = None
) -> Inputs:
    """Resolve every input of a job against its folder.

    Parameters
    ----------
    located
        The job.
    assignment, links
        Files given on the command line; they take the place of those in the job.
    """
    given = located.job.inputs

    def source(item: FileInput | None) -> Source | None:
        if item is None:
            return None
        return Source(
            path=located.folder / item.path,
            encoding=item.encoding,
            layer=item.layer,
            crs=item.crs,
            coordinates=item.coordinates or "wgs84",
            coordinates_stated=item.coordinates is not None,
            fields=item.fields,
        )

    named = [getattr(given, name) for name in type(given).model_fields]
    items = [part for item in named for part in (item if isinstance(item, tuple) else (item,))]
    files = [item for item in items if isinstance(item, FileInput | RasterInput)]
    attributions = {item.source for item in files if item.source}
    heights = given.elevation
    return Inputs(
        osm=located.folder / given.osm if given.osm else None,
        communities=source(given.communities),
        ledger=source(given.ledger),
        facilities=tuple(found for item in given.facilities if (found := source(item))),
        review=source(given.review),
        joins=source(given.joins),
        gates=source(given.gates),
        streets=source(given.streets),
        buildings=source(given.buildings),
        barriers=source(given.barriers),
        subdistricts=source(given.subdistricts),
        built_up=source(given.built_up),
        protections=tuple(found for item in given.protections if (found := source(item))),
        protected_within_m=located.job.zones.protected_within_m,
        elevation=Source(path=located.folder / heights.path, crs=heights.crs) if heights else None,
        extent=source(given.extent),
        links=Source(path=links) if links else source(given.links),
        assignment=Source(path=assignment) if assignment else source(given.assignment),
        crs=located.job.job.crs,
        attributions=tuple(sorted(attributions)),
        is_sample=located.job.job.sample,
    )


def input_paths(located: LocatedJob) -> list[Path]:
    """List every file that the job file names, the job's own rulebook among them."""
    given = located.job.inputs
    named = [getattr(given, name) for name in type(given).model_fields]
    items = [part for item in named for part in (item if isinstance(item, tuple) else (item,))]
    names = [getattr(item, "path", item) for item in items if item]
    rulebook = located.job.job.rulebook
    names += [rulebook] * rulebook.endswith(".toml")
    template = located.job.outputs.report_template
    names += [template] if template else []
    return [located.folder / name for name in names]


def read_inputs(
    located: LocatedJob, *, assignment: Path | None = None, links: Path | None = None
) -> Ground:
    """Read every input of a job; files are named as the job names them.

    A result must not tell, nor depend on, where on a machine the job lies.

    Parameters
    ----------
    located
        The job.
    assignment, links
        Files given on the command line; they take the place of those in the job.

    Raises
    ------
    PlanningError
        If something must be mended in the inputs first; that message names the whole path.
    """
    located, untouched = leave_out_untouched(located)
    ground = read_ground(inputs_of(located, assignment=assignment, links=links))
    if ground.assignment is not None:
        named = next(one.path for one in ground.records if one.role == "assignment")
        require_somebody(ground.assignment, ground.communities.index, named)
    folder = f"{located.folder}{os.sep}"

    def short(text: str) -> str:
        return text.replace(folder, "")

    return replace(
        ground,
        findings=(
            *untouched,
            *(replace(f, zh=short(f.zh), en=short(f.en)) for f in ground.findings),
            *_minutes_only(located),
            *_given_twice(ground.records),
            *_doubt_unnamed(ground.communities),
        ),
        records=tuple(replace(r, path=short(r.path)) for r in ground.records),
    )


def _minutes_only(located: LocatedJob) -> list[Finding]:
    """Tell of settings that move walking times where metres decide."""
    walking = located.job.walking
    keys = []
    if located.job.inputs.elevation is not None:
        keys.append("[inputs.elevation]")
    if walking.crossing_wait_minutes > 0:
        keys.append("[walking] crossing_wait_minutes")
    return [
        Finding(
            severity="note",
            table_name="job",
            row_key=key,
            code="minutes-only",
            zh=f'rule = "distance"：缺项按米判定，{key} 只影响步行时间。',
            en=f'rule = "distance": metres decide what is missing; {key} moves walking times only.',
            remedy='[walking] rule = "time"',
        )
        for key in (keys if walking.rule == "distance" else [])
    ]


_LARGE_SHARE: Final = 0.2
_FEW: Final = 5
"""So few communities hold a fifth each by themselves."""


def _doubt_unnamed(communities: pd.DataFrame) -> list[Finding]:
    """Ask about a community without a name that holds a large share of all households."""
    if len(communities) <= _FEW:
        return []
    households = communities["households"]
    share = households / households.sum()
    large = share[(share > _LARGE_SHARE) & communities["name"].isna()]
    return [
        Finding(
            severity="decide",
            table_name="communities",
            row_key=str(one),
            code="community-unnamed-large",
            zh=f"没有名称的小区 {one} 有 {homes:,.0f} 户，占全部户数的 {part:.0%}。",
            en=f"community {one} has no name and {homes:,.0f} households, {part:.0%} of all.",
            remedy="核对是否为一个小区：补填名称和户数，或拆分、删去"
            " / See whether it is one community: give its name and households, split or delete it",
        )
        for one, part, homes in zip(large.index, large, households[large.index], strict=True)
    ]


def _given_twice(records: tuple[InputRecord, ...]) -> list[Finding]:
    """Tell of one file that was given twice for one purpose: its rows are listed once."""
    groups: dict[tuple[str, str], list[str]] = {}
    for record in records:
        groups.setdefault((record.role, record.sha256), []).append(Path(record.path).name)
    return [
        Finding(
            severity="check",
            table_name=role,
            row_key="",
            code="input-given-twice",
            zh=f"{'、'.join(names)} 内容相同，同一数据给出了 {len(names):,} 次。",
            en=f"{', '.join(names)} are the same data, given {len(names):,} times.",
            remedy="只保留一个 / Keep one of them",
        )
        for (role, _), names in groups.items()
        if len(names) > 1
    ]


_BESIDE: Final = (
    "time_limit_s",
    "min_shared_m",
    "arterial",
    "package_households",
    "package_walk_m",
    "protected_within_m",
    "finish",
)
"""Keys of ``[zones]`` that other steps take than the drawing of zones."""


def asked_to_finish(located: LocatedJob, ground: Ground, *, finish: bool) -> LocatedJob:
    """Give the job with the wish to finish a planner's assignment written into it.

    Parameters
    ----------
    located, ground
        The job and what was read for it.
    finish
        Whether the command line asks for it; the job file may ask too.

    Raises
    ------
    JobError
        If there is no assignment whose locked rows could be kept.
    """
    if not (finish or located.job.zones.finish):
        return located
    if ground.assignment is None:
        raise JobError(
            en="finish keeps the locked rows of an assignment, and none is given. Add "
            "--assignment CSV or [inputs.assignment], or leave finish out.",
            zh="finish 用于保留归属表中锁定的行，但没有给出归属表。"
            "请加上 --assignment CSV 或 [inputs.assignment]，或去掉 finish。",
        )
    zones = located.job.zones.model_copy(update={"finish": True})
    return located._replace(job=located.job.model_copy(update={"zones": zones}))


def zoning_settings(located: LocatedJob) -> ZoningSettings:
    """Give the ``[zones]`` section as the dataclass that the zoning rooms take."""
    return settings_of(located.job.zones)


def settings_of(section: ZonesSection) -> ZoningSettings:
    """Give a ``[zones]`` section, of a job file or read back from ``run.json``, as settings."""
    values = section.model_dump(exclude={*_BESIDE, "locked", "terms"})
    locked = {one: f"{n}" for n, group in enumerate(section.locked, start=1) for one in group}
    terms = ZoningTerms(**section.terms.model_dump())
    return ZoningSettings(**values, locked=locked, terms=terms)
