"""The stages of the study at a tiny size: their values, and what one makes of them."""

import msgspec

from shallownets.config import settings
from shallownets.config.check import section_of
from shallownets.run import find
from shallownets.stage import Arrays

OF = {"gamma": 1.0, "noise": 0.5}
RUNS = {
    "lasso_runs": OF | {"d": 20, "sizes": [[10, 6], [60, 6]], "seed": 1},
    "matrix_runs": OF | {"d": 8, "sizes": [[4, 4], [20, 4]], "seed": 1},
    "equivalence_runs": OF
    | {"d": 8, "N": 8.0, "decays": [1.0], "widths": [1, 2, 8], "draws": 2, "seed": 1}
    | {"descended": [1, 8], "descents": 1, "steps": 2000},
    "universality_runs": OF | {"d": 8, "sizes": [[5, 6], [20, 6]], "lam": 1.0, "seed": 1},
}
STAGES = {
    "phases": OF | {"d": 1000, "samples": [0.1, 1e9], "decay": [1e-4, 1e4], "points": [14, 9]},
    "exponents": {"noise": 0.5, "d": 10**6, "gammas": [1.0], "singles": 4000},
    "risk_curves": OF | {"points": 20},
    "weight_spectra": {
        "cases": [["VIa", 1.0, 16, 100.0, 0.1], ["Ib", 1.0, 16, 10.0, 40.0]],
        "draws": 2,
        "noise": 0.5,
        "seed": 1,
    },
    "decomposition": OF | {"d": 60, "points": 4},
    "equivalence": {},
    "optimal": {"noise": 0.5, "gammas": [1.0], "diagonal": 10**5, "quadratic": 10**4, "points": 8},
    "peak": OF | {"d": 1000, "decays": [0.01, 0.03], "saturating": [0.75], "points": 5},
    "universality": {},
    "tails": {"noise": 0.5, "gammas": [1.0], "d": 60, "samples": [60.0], "points": 8, "seed": 1}
    | {"trained_d": 24, "trained_N": 24.0, "trained_decays": [0.01, 1.0], "draws": 20},
    "stopping": OF | {"d": 8, "sizes": [[8, 3]], "start": 0.001, "steps": 500, "points": 4, "seed": 1},
    "noiseless": {"d": 10**4, "gammas": [1.0], "samples": [100.0, 1000.0], "points": 5},
}


def made(name, values, *inputs):
    _, stage = find(f"spectra.{name}")
    given = section_of(values, settings.class_of(f"spectra.{name}"), name)
    return given, stage(given, *inputs)


def kept(name, **more):
    given, data = made(name, RUNS[name] | more)
    return Arrays(data.data.arrays, parameters=msgspec.to_builtins(given))
