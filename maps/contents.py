"""What a page may carry: everything, or only what is on a list of columns."""

from __future__ import annotations

from dataclasses import dataclass

from layers.tables import WALKERS
from zoning.tables import BANDS


@dataclass(frozen=True)
class Contents:
    """What a page may carry: everything (working map), or a list of columns (public map)."""

    columns: frozenset[str] | None

    @property
    def is_public(self) -> bool:
        """Whether the page is for the public."""
        return self.columns is not None

    def has(self, column: str) -> bool:
        """Tell whether a column may be carried."""
        return self.columns is None or column in self.columns

    @property
    def walkers(self) -> tuple[str, ...]:
        """Walkers that are shown: adults in public, older people too in the working map."""
        return WALKERS[:1] if self.is_public else WALKERS

    @property
    def bands(self) -> tuple[str, ...]:
        """Bands of life circles that are shown."""
        return BANDS[-1:] if self.is_public else BANDS
