"""What a result says of itself: the imprint of maps and papers, and the record of the run."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

import geopandas as gpd
import shapely

from layers.ground import Ground
from layers.households import HouseholdAssumptions
from layers.walk_filter import WALK_FILTER
from lianpian.job import LocatedJob
from maps.labels import Imprint
from zoning.rulebooks import Rulebook

EDGE_BENDS_M: Final = 2.0
"""Bends of the data's border below this are not kept: the line is drawn, not measured."""


def make_imprint(
    located: LocatedJob,
    ground: Ground,
    rulebook: Rulebook,
    communities: gpd.GeoDataFrame,
    zoning: Mapping[str, Any],
) -> Imprint:
    """Gather what stands on every map and paper: names, dates, rules, sources, assumptions."""
    job, walking = located.job.job, located.job.walking
    return Imprint(
        title=job.name,
        date=job.date,
        data_date=ground.data_date,
        rulebook=rulebook.name,
        rulebook_zh=rulebook.title_zh,
        rulebook_en=rulebook.title_en,
        languages=located.job.outputs.languages,
        rule=walking.rule,
        limit_m=walking.limit_m,
        strict_m=walking.strict_m,
        limit_minutes=walking.limit_minutes,
        speed_kmh=walking.speed_kmh,
        older_speed_kmh=walking.older_speed_kmh,
        is_hilly=ground.heights is not None,
        steps_share=walking.steps_share,
        crossing_wait_minutes=walking.crossing_wait_minutes,
        sources=ground.sources,
        households_sources=tuple(sorted(communities["households_source"].dropna().unique())),
        households_counts=tuple(
            (str(source), int(count))
            for source, count in sorted(communities["households_source"].value_counts().items())
        ),
        drafting_unit=located.job.outputs.drafting_unit,
        review_number=located.job.outputs.review_number,
        tiles_url=located.job.outputs.tiles_url,
        tiles_attribution=located.job.outputs.tiles_attribution,
        public_columns=located.job.outputs.public_columns,
        made_data=job.sample,
        includes_unknown="unknown" in located.job.zones.include,
        edge_ignored=walking.edge == "ignore",
        data_edge=_corners_of(ground.extent),
        zoning=tuple((key, str(value)) for key, value in zoning.items()),
        version=version("lianpian"),
    )


def _corners_of(extent: shapely.Polygon) -> tuple[tuple[float, float], ...]:
    """Give the corners of the data's area to the decimetre, small bends left out."""
    ring = shapely.simplify(extent, EDGE_BENDS_M).exterior
    return tuple((round(x, 1), round(y, 1)) for x, y in shapely.get_coordinates(ring).tolist())


def make_record(
    located: LocatedJob, ground: Ground, imprint: Imprint, zoning: Mapping[str, Any]
) -> dict[str, Any]:
    """Gather what ``run.json`` tells of a run beside its inputs and files."""
    names = ["geopandas", "shapely", "numpy", "pandas", "numba", "highspy", "pyogrio", "osmium"]
    if ground.heights is not None:
        names.append("rasterio")
    return {
        "name": imprint.title,
        "version": imprint.version,
        "crs": ground.crs.to_string(),
        "job": located.job.model_dump(mode="json"),
        "rulebook": {
            "name": imprint.rulebook,
            "zh": imprint.rulebook_zh,
            "en": imprint.rulebook_en,
        },
        "seed": located.job.job.seed,
        "versions": {name: version(name) for name in names},
        "walk_filter": [vars(rule) for rule in WALK_FILTER],
        "household_estimates": vars(HouseholdAssumptions()),
        "zoning": dict(zoning),
    }
