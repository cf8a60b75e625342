"""Weights, links, costs and bounds in; an assignment with a proven bound out."""

from zoning.regionalization.bounds import Bounds
from zoning.regionalization.solve import RegionalizationResult, regionalize

__all__ = ["Bounds", "RegionalizationResult", "regionalize"]
