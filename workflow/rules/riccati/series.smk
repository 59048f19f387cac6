# The series of samples_to_risk: what each takes from the config.

RICCATI_HEAVY, RICCATI_LIGHT = (config["riccati"]["samples"][tail] for tail in ("heavy", "light"))


def riccati_heavy(sizes, sgd):
    """A series against d: at one pair of widths, for (d, starts) in turn, with or without SGD."""
    widths = [RICCATI_HEAVY["M_star"], RICCATI_HEAVY["N"]]
    sizes = [[*widths, d, starts] for d, starts in sizes]
    return {"section": "heavy", "sizes": sizes, "gamma": 0, "kappa": RICCATI_HEAVY["kappa"], "sgd": sgd}


# The section of each, and what it says beside it.
RICCATI_SERIES = {
    "heavy": riccati_heavy(RICCATI_HEAVY["sizes"], True),
    "far": riccati_heavy([(d, RICCATI_HEAVY["far_starts"]) for d in RICCATI_HEAVY["far"]], False),
} | {
    f"light_{gamma}": {"section": "light", "sizes": RICCATI_LIGHT["sizes"], "gamma": gamma, "kappa": kappa, "sgd": True}
    for gamma, kappa in RICCATI_LIGHT["steps"]
}


def riccati_series(key):
    """A value of a series, as a function of the wildcards."""
    return lambda wildcards: RICCATI_SERIES[wildcards.series][key]
