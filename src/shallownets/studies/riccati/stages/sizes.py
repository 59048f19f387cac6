"""The sizes that several commands take, and what they must be to each other."""

import argparse

from shallownets import cli
from shallownets.errors import UserError


def add(parser: argparse.ArgumentParser) -> None:
    """Add one teacher and one student: --d, --M-star, --N, --beta."""
    parser.add_argument("--d", type=cli.count, required=True, help="input dimension, at least M* + N")
    parser.add_argument("--M-star", type=cli.count, required=True, help="teacher width")
    parser.add_argument("--N", type=cli.count, required=True, help="student width")
    parser.add_argument("--beta", type=cli.positive, required=True, help="coefficients are m^-beta")


def of(args: argparse.Namespace) -> dict[str, float]:
    """These four, as a record and a table's columns name them."""
    return {name: getattr(args, name) for name in ("d", "M_star", "N", "beta")}


def require_samples(eta_d: float, samples: int) -> None:
    """Refuse a step size so large that time is over before the first sample.

    Raises:
        UserError: no sample.
    """
    if samples < 1:
        raise UserError(f"--eta-d {eta_d:g}: not one sample fits in --t-max; a smaller number is right")


def require_values(option: str, values: list[int] | list[float], least: int = 3) -> None:
    """Refuse a list of values with too few for a fit through them.

    Raises:
        UserError: fewer than ``least`` different ones.
    """
    if len({*values}) < least:
        raise UserError(f"{option} {' '.join(f'{value:g}' for value in values)}: at least {least} values are needed")
