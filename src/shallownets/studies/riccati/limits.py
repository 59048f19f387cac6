"""What the values of the config's section must be to each other, beyond the schema's limits on each one alone."""

from collections.abc import Mapping
from itertools import pairwise

from shallownets.errors import UserError

WIDEST = 4000  # teacher or student: the exact solution costs a QR of width^3 a time
MOST = 10**6  # of anything that is counted one by one
_WIDTHS = {"M_star", "N", "heavy_M_star", "heavy_N", "light_M_star", "light_N"}
_COUNTED = {"starts", "far_starts", "points", "resamples", "replicates"}


def _require(holds: bool, key: str, value: object, right: str) -> None:
    if not holds:
        raise UserError(f"config: riccati.{key} = {value}: {right} is right")


def _modest(section: Mapping, path: str = "") -> None:
    """Refuse widths and numbers of runs that no machine gets through."""
    for name, value in section.items():
        if isinstance(value, Mapping):
            _modest(value, f"{path}{name}.")
        elif name in _WIDTHS | _COUNTED:
            most = WIDEST if name in _WIDTHS else MOST
            largest = max(value) if isinstance(value, list) else value
            _require(largest <= most, f"{path}{name}", value, f"at most {most}")


def _room(key: str, d: int, M_star: int, N: int) -> None:
    """Independent frames of teacher and student need d >= M* + N."""
    _require(d >= M_star + N, key, d, f"at least M* + N = {M_star + N}")


def check(section: Mapping) -> None:
    """Refuse what a stage could only find out while it works.

    Raises:
        UserError: one line for the first value that does not fit.
    """
    _modest(section)
    risk, emergence, exponents, units = (section[name] for name in ("risk", "emergence", "exponents", "units"))
    for tail in ("heavy", "light"):
        key, M_star, widths = f"risk.{tail}_N", risk[f"{tail}_M_star"], risk[f"{tail}_N"]
        _require(all(a < b for a, b in pairwise(widths)), key, widths, "a rising list")
        _require(sum(M_star > N for N in widths) >= 2, key, widths, f"at least two widths below {M_star}")
        _room("risk.d", risk["d"], M_star, max(widths))
        _require(risk["d"] > 2 * max(widths), "risk.d", risk["d"], "more than twice the widths")
    _require(max(risk["heavy_N"]) < risk["heavy_M_star"], "risk.heavy_N", risk["heavy_N"], "below heavy_M_star")

    last = min(emergence["N"], emergence["M_star"])
    _require(max(emergence["directions"]) <= last, "emergence.directions", emergence["directions"], f"1 to {last} each")
    _room("emergence.d", emergence["d"], emergence["M_star"], emergence["N"])
    _room("exponents.d", min(exponents["d"]), exponents["M_star"], exponents["M_star"])
    first, share = exponents["window"]
    learned = int(share * exponents["M_star"])
    _require(first < learned, "exponents.window", [first, share], f"fewer directions than {share} M_star = {learned}")
    _room("units.light_d", units["light_d"], max(units["M_star"]), max(units["M_star"]))
    _room("units.d", min(units["d"]), units["heavy_M_star"], units["N"])
    last = min(units["N"], units["heavy_M_star"])
    _require(units["direction"] <= last, "units.direction", units["direction"], f"1 to {last}")
