"""Argument types of lists whose items belong together."""

import argparse

from shallownets import cli


def pair(text: str) -> tuple[int, int]:
    """Two whole numbers of at least 1, such as ``4,2``."""
    first, comma, second = text.partition(",")
    if not comma:
        raise argparse.ArgumentTypeError(f"{text!r} given; two whole numbers such as 4,2 are right")
    return cli.count(first), cli.count(second)


def case(text: str) -> tuple[int, float, int]:
    """Dimension, learning rate over p and number of replicates, such as ``400,0.1,100``."""
    parts = text.split(",")
    if len(parts) != 3:
        raise argparse.ArgumentTypeError(f"{text!r} given; three numbers such as 400,0.1,100 are right")
    return cli.count(parts[0]), cli.positive(parts[1]), cli.count(parts[2])
