"""Starts and trajectories as arrays that are kept, and back."""

from collections.abc import Mapping

from shallownets.errors import UserError
from shallownets.stage import Arrays
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.trajectory import Trajectory

UNITS = {"alpha": "samples/N", "M": "1", "Q": "1", "diverged_at": "samples/N, inf: never"}


def start_of(kept: Arrays) -> Start:
    """A start.

    Raises:
        UserError: these arrays are none.
    """
    if not {"M", "Q"} <= kept.arrays.keys() <= {"M", "Q", "W", "W_star"}:
        raise UserError(f"{kept.source}: not a start, its arrays are {', '.join(kept.arrays)}")
    try:
        return Start(**kept.arrays)
    except (TypeError, ValueError) as error:
        raise UserError(f"{kept.source}: not a start: {error}") from error


def trajectory_of(kept: Arrays) -> Trajectory:
    """A trajectory.

    Raises:
        UserError: these arrays are none.
    """
    if kept.arrays.keys() != UNITS.keys():
        raise UserError(f"{kept.source}: not a trajectory, its arrays are {', '.join(kept.arrays)}")
    try:
        return Trajectory(**kept.arrays)
    except (TypeError, ValueError) as error:
        raise UserError(f"{kept.source}: not a trajectory: {error}") from error


def as_arrays(trajectory: Trajectory, parameters: Mapping) -> Arrays:
    """A trajectory to be kept, with what its readers need to know beside the parameters of the stage."""
    return Arrays({name: getattr(trajectory, name) for name in UNITS}, UNITS, parameters)
