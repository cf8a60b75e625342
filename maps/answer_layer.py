"""The layer ``answers``: communities with their answers, for a map of what is missing in a GIS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.tables import CATEGORIES
from maps.style import MISSING_CLASSES, NO_DATA, NONE_FOUND, Fill, missing_class
from maps.words import HAVES, STATUSES, Both
from zoning.tables import MISSING_STATUSES

_COLLECT: Final[Mapping[str, Callable[..., NDArray[np.object_]]]] = {
    "Polygon": shapely.multipolygons,
    "LineString": shapely.multilinestrings,
    "Point": shapely.multipoints,
}

ANSWERS: Final = "answers"
"""Layer beside those of the tables: communities with their answers, for a map of what is missing.
Nobody reads it back."""

ANSWER_CAPTIONS: Final[Mapping[str, Both]] = {
    "name": ("小区名称", "Name"),
    "zone_id": ("片区", "Zone"),
    "households": ("户数", "Households"),
    "missing": ("缺项数", "Haves missing"),
    "unconfirmed": ("待核实项数", "Haves unconfirmed"),
    "no_data": ("无数据项数", "Haves without data"),
    "class": ("图例分级", "Class of the map"),
    **HAVES,
}


def make_answers(tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Say of each community what adults lack, and the class that the map draws it in.

    Parameters
    ----------
    tables
        ``communities`` and ``gaps``; with ``assignment`` the layer names the zones.

    Returns
    -------
    GeoDataFrame
        Keyed ``community_id``: name, zone, households, number of haves ``missing``,
        ``unconfirmed`` and ``no_data``, ``class`` of the map, and the status of each have.
    """
    communities = gpd.GeoDataFrame(tables["communities"])
    long = tables["gaps"].reset_index()
    adult = (
        long[long["walker"].eq("adult")]
        .pivot_table(index="community_id", columns="category", values="status", aggfunc="first")
        .reindex(index=communities.index, columns=list(CATEGORIES))
    )
    missing = adult.isin(MISSING_STATUSES).sum(axis=1)
    unconfirmed = adult.isin(["unconfirmed"]).sum(axis=1)
    silent = adult.isin(["no_data"]) | adult.isna()
    classes = [
        "no_data"
        if dumb
        else "doubt"
        if count == 0 and (waits or partly)
        else str(missing_class(int(count)).low)
        for count, waits, dumb, partly in zip(
            missing, unconfirmed, silent.all(axis=1), silent.any(axis=1), strict=True
        )
    ]
    zones = tables["assignment"]["zone_id"] if "assignment" in tables else pd.Series(dtype="str")
    frame = {
        "name": communities["name"],
        "zone_id": communities.index.to_series().map(zones).astype("str"),
        "households": communities["households"],
        "missing": missing.astype("int64"),
        "unconfirmed": unconfirmed.astype("int64"),
        "no_data": silent.sum(axis=1).astype("int64"),
        "class": pd.Series(classes, index=communities.index, dtype="str"),
        **{have: adult[have].astype("str") for have in CATEGORIES},
    }
    return of_one_kind(
        gpd.GeoDataFrame(frame, geometry=communities.geometry, crs=communities.crs).sort_index()
    )


def answer_words(field: str) -> Mapping[str, Both]:
    """Give the words for the codes of a field; empty for one without codes."""
    if field == "class":
        return {code: label for code, (label, _) in answer_fills().items()}
    return STATUSES if field in HAVES else {}


def answer_fills() -> dict[str, tuple[Both, Fill]]:
    """Give the classes of communities by what they miss: label and fill, as on the public map."""
    fills: dict[str, tuple[Both, Fill]] = {}
    for step in MISSING_CLASSES:
        if step.high == 0:
            label = ("无缺项", "none missing")
        elif step.low == step.high:
            label = (f"缺 {step.low} 项", f"{step.low} missing")
        else:
            label = (f"缺 {step.low} 项及以上", f"{step.low} or more missing")
        fills[str(step.low)] = (label, step.fill)
        if step.high == 0:
            doubt = (
                "未见缺项，但有待核实或无数据",
                "none found missing, some open",
            )
            fills["doubt"] = (doubt, NONE_FOUND)
    return fills | {"no_data": (("无数据", "no data"), NO_DATA)}


def of_one_kind(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Turn single and multiple shapes of one kind into multiple ones; other tables stay."""
    kinds = set(table.geom_type.dropna())
    single = next((kind for kind in _COLLECT if kinds == {kind, f"Multi{kind}"}), None)
    if single is None:
        return table
    alone = (table.geom_type == single).to_numpy()
    shapes = table.geometry.to_numpy().copy()
    shapes[alone] = _COLLECT[single](shapes[alone], indices=np.arange(alone.sum()))
    return table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=table.crs))
