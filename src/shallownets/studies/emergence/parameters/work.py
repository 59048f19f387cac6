"""How the core seconds of this study's engines grow with the sizes."""

from math import log


def steps(P: int, d: float) -> float:
    """Steps of a flow that learns P directions: some for each, the more the farther its overlaps have to grow."""
    return 300 + 12 * P**0.75 * log(max(d, 3))


def deflated(N: int, P: int, d: float) -> float:
    """Rows and columns go as directions are learned; a third of them are there on average."""
    return 8e-9 * steps(min(N, P), d) * N * P / 2


def flow(N: int, P: int, d: float) -> float:
    """As the deflated flow, with the axes outside the teacher's and products with the neurons that act."""
    return 4e-8 * steps(min(N, P), d) * N * (P + min(N, d))
