"""The stages of the study at a tiny size: their values, and what one makes of them."""

from shallownets.config import settings
from shallownets.config.check import section_of
from shallownets.run import find

FLOW = {"small": [0.02, 0.04], "norms": [0.66, 2.0, 4.0]}
DYNAMICS = {
    "alphas": [3.0],
    "sizes": [[20, 4], [30, 4], [40, 4]],
    "norms": [0.33, 0.66],
    "paths": 128,
    "repeats": 2,
    "seed": 1,
}
RUN = FLOW | {"alpha": 3.0, "N": 40, "samples": 4, "seed": 1}
STAGES = {
    "norm_curves": {"alphas": [2.0, 20.0], "least": 0.01, "span": 10.0, "points": 20},
    "first_law": {"alphas": [50.0], "judged_at": [1.0], "window": [10.0, 1000.0], "points": 30},
    "second_law": {"alphas": [50.0], "window": [0.1, 10.0], "judged_at": [1.0], "points": 20},
    "optimum": {"alphas": [1.0, 20.0, 50.0, 100.0], "fit_from": 20.0},
    "free_norm": {},
    "margins": {"alpha": 3.0, "N": 40, "samples": 4, "norms": [0.5, 4.0], "bins": 8, "resamples": 20, "seed": 1},
    "learning_curves": {"alphas": [20.0], "far": 1e6, "window": [30.0, 1000.0], "points": 60},
    "finite_size": {"alpha": 3.0, "norms": [1.0], "sizes": [[20, 3], [40, 3]], "seed": 1},
    "label_noise": {
        "noise": 0.1,
        "alphas": [10.0, 20.0, 50.0, 100.0],
        "cases": [[10.0, 20, 3]],
        "fit_from": 20.0,
        "seed": 1,
    },
}


def made(name, values, *inputs):
    _, stage = find(f"perceptron.{name}")
    given = section_of(values, settings.class_of(f"perceptron.{name}"), name)
    return given, stage(given, *inputs)
