# The series of samples_to_risk: what each takes from the config.

RICCATI_SAMPLES = config["riccati"]["sample_complexity"]
RICCATI_HEAVY, RICCATI_LIGHT, RICCATI_ONE = (RICCATI_SAMPLES[kind] for kind in ("heavy", "light", "one"))


def riccati_dimensions(section, widths, sizes, sgd, beta):
    """A series against d: at one pair of widths, for (d, starts) in turn, with or without SGD."""
    kappa, risk = (RICCATI_SAMPLES[section][key] for key in ("kappa", "risk"))
    given = {"sizes": [[*widths, d, starts] for d, starts in sizes], "beta": beta, "gamma": 0, "kappa": kappa}
    return given | {"section": section, "risks": [risk], "from_best": False, "sgd": sgd}


RICCATI_OF_HEAVY = [RICCATI_HEAVY["M_star"], RICCATI_HEAVY["N"]]
RICCATI_FAR = [(d, RICCATI_HEAVY["far_starts"]) for d in RICCATI_HEAVY["far"]]
RICCATI_OF_LIGHT = {
    f"light_{beta}_{gamma}_{kappa}": {"beta": beta, "gamma": gamma, "kappa": kappa}
    for beta, gamma, kappa in RICCATI_LIGHT["steps"]
}
# The section of each, and what it says beside it; one direction has no tail.
RICCATI_SERIES = {
    "heavy": riccati_dimensions("heavy", RICCATI_OF_HEAVY, RICCATI_HEAVY["sizes"], True, RICCATI_HEAVY["beta"]),
    "far": riccati_dimensions("heavy", RICCATI_OF_HEAVY, RICCATI_FAR, False, RICCATI_HEAVY["beta"]),
    "one": riccati_dimensions("one", [1, 1], RICCATI_ONE["sizes"], True, 0),
} | {
    series: {
        "section": "light",
        "sizes": RICCATI_LIGHT["sizes"],
        "risks": RICCATI_LIGHT["above"],
        "from_best": True,
        "sgd": True,
    }
    | given
    for series, given in RICCATI_OF_LIGHT.items()
}


def riccati_series(key):
    """A value of a series, as a function of the wildcards."""
    return lambda wildcards: RICCATI_SERIES[wildcards.series][key]
