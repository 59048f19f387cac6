"""Starts and trajectories as artefacts."""

from pathlib import Path

from shallownets.artefacts import load_arrays, record_of, save_arrays
from shallownets.errors import UserError
from shallownets.escape.starts import Start
from shallownets.escape.trajectory import Trajectory

UNITS = {"alpha": "samples/N", "M": "1", "Q": "1", "diverged_at": "samples/N, inf: never"}


def load_start(path: Path) -> tuple[Start, dict]:
    """A start and the parameters it was drawn with.

    Raises:
        UserError: missing, damaged, or not a start.
    """
    file = load_arrays(path)
    if not {"M", "Q"} <= file.arrays.keys() <= {"M", "Q", "W", "W_star"}:
        raise UserError(f"{path}: not a start, its arrays are {', '.join(file.arrays)}")
    try:
        return Start(**file.arrays), file.record["parameters"]
    except (TypeError, ValueError) as error:
        raise UserError(f"{path}: not a start: {error}") from error


def load_trajectory(path: Path) -> tuple[Trajectory, dict]:
    """A trajectory and the parameters it was simulated with.

    Raises:
        UserError: missing, damaged, or not a trajectory.
    """
    file = load_arrays(path)
    if file.arrays.keys() != UNITS.keys():
        raise UserError(f"{path}: not a trajectory, its arrays are {', '.join(file.arrays)}")
    try:
        return Trajectory(**file.arrays), file.record["parameters"]
    except (TypeError, ValueError) as error:
        raise UserError(f"{path}: not a trajectory: {error}") from error


def save_trajectory(path: Path, trajectory: Trajectory, module: str, parameters: dict) -> None:
    """Write a trajectory; ``module`` is the command that made it.

    Raises:
        UserError: the file cannot be written.
    """
    arrays = {name: getattr(trajectory, name) for name in UNITS}
    save_arrays(path, arrays, record_of(module, parameters, UNITS))
