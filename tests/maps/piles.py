"""Piles of shapes read back the plain way, number by number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from maps.escape import unpack_bytes

Part = np.ndarray
Thing = list[list[Part]]


def read_pile(pile: str, grid: dict[str, float], count: int, *, each: int = 1) -> list[Thing]:
    """Give of each thing its shapes, of each shape its rings or lines in degrees."""
    raw = unpack_bytes(pile)
    place = 0

    def number() -> int:
        nonlocal place
        value = shift = 0
        while True:
            group = raw[place]
            place += 1
            value |= (group & 127) << shift
            shift += 7
            if group < 128:
                return value

    sizes = [number() for _ in range(count)]
    things = []
    for size in sizes:
        start = place
        pen = np.zeros(2)
        thing: Thing = []
        for _ in range(each):
            shape = []
            for _ in range(number()):
                steps = [pen]
                for _ in range(number()):
                    steps.append(steps[-1] + [unfolded(number), unfolded(number)])
                pen = steps[1]
                corner = [grid["lon"], grid["lat"]]
                shape.append((np.array(steps[1:]) + corner) * grid["step"])
            thing.append(shape)
        assert place - start == size
        things.append(thing)
    assert place == len(raw)
    return things


def unfolded(number: Callable[[], int]) -> int:
    """Unfold the sign of the next number."""
    value = number()
    return -(value + 1) // 2 if value % 2 else value // 2
