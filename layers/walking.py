"""Walking assumptions: limits, speeds, snapping; frozen and passed by argument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

METRES_PER_KM: Final = 1000.0
MINUTES_PER_HOUR: Final = 60.0


@dataclass(frozen=True, kw_only=True)
class Walking:
    """How people walk and how far counts.

    Parameters
    ----------
    rule
        Which limit decides: ``distance`` (`limit_m`) or ``time`` (`limit_minutes` at the walker's
        speed).
    limit_m, strict_m
        15-minute circle in metres and its second, strict reading: 800 to 1 000 m in GB 50180-2018
        (RULES N03).
    limit_minutes
        Limit of the ``time`` rule.
    speed_kmh
        Adult speed, km/h; 4.0 km/h makes 15 minutes and 1 000 m agree (RULES 2.1).
    older_speed_kmh
        Older people's speed, km/h: unconfirmed range 2.9 to 3.6 (RULES 2.1 `[M]`), printed so.
    steps_share
        Pace on steps as a share of the speed on the flat, up and down: 0.61 m/s of 1.34 m/s, the
        horizontal speeds upstairs and on the flat of Weidmann (1993), *Transporttechnik der
        Fussgaenger*, which is 0.46.
    crossing_wait_minutes
        Waiting to cross an arterial at grade, minutes; 0: nobody waits.
    snap_m
        Longest access leg between a point and the network.
    circle_width_m
        Ground counted on each side of a reached street.
    walls
        ``surveyed``: a boundary with surveyed gates is a wall elsewhere; ``never``: no walls.
    edge
        What to say of circles that leave the data: ``unconfirmed`` or ``ignore``.
    """

    rule: Literal["distance", "time"] = "distance"
    limit_m: float = 1000.0
    strict_m: float = 800.0
    limit_minutes: float = 15.0
    speed_kmh: float = 4.0
    older_speed_kmh: float = 3.2
    steps_share: float = 0.46
    crossing_wait_minutes: float = 0.0
    snap_m: float = 100.0
    circle_width_m: float = 50.0
    walls: Literal["surveyed", "never"] = "surveyed"
    edge: Literal["unconfirmed", "ignore"] = "unconfirmed"

    def metres_per_minute(self, walker: str) -> float:
        """Give the flat speed of a walker (``adult`` or ``older``), m/min."""
        return self._speed_kmh(walker) * METRES_PER_KM / MINUTES_PER_HOUR

    def reach_m(self, walker: str) -> float:
        """Give the flat limit of a walker in metres, under the rule in force.

        Under the ``distance`` rule an adult walks `limit_m`. An older walker has the time that an
        adult needs for it, at the older speed: 1 000 m x 3.2 / 4.0 = 800 m (RULES W10).
        """
        if self.rule == "time":
            return self.limit_minutes * self.metres_per_minute(walker)
        return self.limit_m * self._speed_kmh(walker) / self._speed_kmh("adult")

    def strict_reach_m(self, walker: str) -> float:
        """Give the strict limit of a walker in metres: `reach_m` scaled by strict to limit."""
        return self.reach_m(walker) * self.strict_m / self.limit_m

    def limit_minutes_of(self, walker: str) -> float:
        """Give the time that the walker's limit takes on the flat, minutes."""
        if self.rule == "time":
            return self.limit_minutes
        # Multiplied first: 1 000 m at 4 km/h are 15 minutes, not 14.999999999999998.
        return self.reach_m(walker) * MINUTES_PER_HOUR / (self._speed_kmh(walker) * METRES_PER_KM)

    def limit(self, walker: str) -> float:
        """Give the limit of a walker under the rule in force: metres, or minutes by time."""
        return self.limit_minutes_of(walker) if self.rule == "time" else self.reach_m(walker)

    def access_cost(self, walker: str) -> float:
        """Give the cost of one metre of access leg under the rule in force: metres or minutes."""
        return 1.0 / self.metres_per_minute(walker) if self.rule == "time" else 1.0

    def _speed_kmh(self, walker: str) -> float:
        return {"adult": self.speed_kmh, "older": self.older_speed_kmh}[walker]
