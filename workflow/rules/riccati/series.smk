# The series of sample_complexity_runs: the section of each in the config, and the values of its job.

RICCATI_SAMPLES = config["riccati"]["sample_complexity"]
RICCATI_HEAVY, RICCATI_LIGHT = RICCATI_SAMPLES["heavy"], RICCATI_SAMPLES["light"]


def riccati_dimensions(section, widths, sizes, **more):
    """A series against d, to one risk at eta = kappa/d: at one pair of widths, for each d and number of starts."""
    said = {"section": section, "gamma": 0, "from_best": False} | RICCATI_SAMPLES[section] | more
    return said | {"sizes": [[*widths, *size] for size in sizes], "risks": [said["risk"]]}


RICCATI_WIDTHS = [RICCATI_HEAVY["M_star"], RICCATI_HEAVY["N"]]
RICCATI_FAR = [[d, RICCATI_HEAVY["far_starts"]] for d in RICCATI_HEAVY["far"]]
RICCATI_ABOVE = RICCATI_LIGHT | {"section": "light", "risks": RICCATI_LIGHT["above"], "from_best": True, "sgd": True}
RICCATI_OF_LIGHT = {
    f"light_{beta}_{gamma}_{kappa}": RICCATI_ABOVE | {"beta": beta, "gamma": gamma, "kappa": kappa}
    for beta, gamma, kappa in RICCATI_LIGHT["steps"]
}
# One direction has no tail.
RICCATI_SERIES = RICCATI_OF_LIGHT | {
    "heavy": riccati_dimensions("heavy", RICCATI_WIDTHS, RICCATI_HEAVY["sizes"], sgd=True),
    "far": riccati_dimensions("heavy", RICCATI_WIDTHS, RICCATI_FAR, sgd=False),
    "one": riccati_dimensions("one", [1, 1], RICCATI_SAMPLES["one"]["sizes"], sgd=True, beta=0),
}


def riccati_series(key):
    """A value of a series, as a function of the wildcards."""
    return lambda wildcards: RICCATI_SERIES[wildcards.series][key]
