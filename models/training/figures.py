"""F1 and the interval of a share."""

import math

import numpy as np


def wilson(right: int, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    z, p = 1.96, right / n
    centre, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)


def f1(wanted: np.ndarray, given: np.ndarray) -> float:
    both = (wanted & given).sum()
    return float(2 * both / max(1, wanted.sum() + given.sum()))


def macro_f1(wanted: np.ndarray, given: np.ndarray, classes: list[int]) -> float:
    return float(np.mean([f1(wanted == c, given == c) for c in classes]))
