"""What values the stages take, what is said of others, and how work grows with them."""

import pytest

from shallownets.config import settings
from shallownets.config.check import section_of
from shallownets.errors import UserError
from tests.spectra.made import RUNS, STAGES

SENSELESS = [
    ("phases", {"samples": [10.0, 1.0]}, "samples = [10.0, 1.0]: expected a list that rises"),
    ("peak", {"decays": [0.01, 1.0]}, "decays = [0.01, 1.0]: expected numbers from 1e-6 to 0.1"),
    ("noiseless", {"samples": [5.0, 9000.0]}, "samples = [5.0, 9000.0]: expected two numbers below d/4 = 2500"),
    ("tails", {"gammas": [1.0, 0.75]}, "gammas = [1.0, 0.75]: expected a list that rises"),
    ("tails", {"samples": [5.0, 3.0]}, "samples = [5.0, 3.0]: expected a list that rises"),
    ("tails", {"trained_decays": [1.0, 0.1]}, "trained_decays = [1.0, 0.1]: expected a list that rises"),
    ("stopping", {"sizes": [[8, 3], [4, 3]]}, "expected a list that rises"),
]


@pytest.mark.parametrize(("name", "changed", "message"), SENSELESS)
def test_values_that_do_not_go_together_are_refused(name, changed, message):
    with pytest.raises(UserError) as caught:
        section_of(STAGES[name] | changed, settings.class_of(f"spectra.{name}"), name)
    assert message in str(caught.value)


def test_widths_end_at_the_dimension():
    with pytest.raises(UserError, match="expected a list that ends at d = 8 or above"):
        section_of(RUNS["equivalence_runs"] | {"widths": [1, 2]}, settings.class_of("spectra.equivalence_runs"), "x")


GROWTH = [
    ("phases", {"points": [28, 9]}),
    ("exponents", {"gammas": [1.0, 1.5]}),
    ("risk_curves", {"points": 40}),
    ("weight_spectra", {"draws": 4}),
    ("decomposition", {"points": 8}),
    ("optimal", {"points": 16}),
    ("tails", {"points": 16, "draws": 40}),
    ("stopping", {"sizes": [[8, 6]]}),
    ("noiseless", {"points": 10}),
    ("lasso_runs", {"sizes": [[10, 12], [60, 12]]}),
    ("matrix_runs", {"sizes": [[4, 8], [20, 8]]}),
    ("equivalence_runs", {"draws": 4, "descents": 2}),
    ("universality_runs", {"sizes": [[5, 12], [20, 12]]}),
]


@pytest.mark.parametrize(("name", "grown"), GROWTH)
def test_work_grows_as_the_loops_do(name, grown):
    values = STAGES.get(name) or RUNS[name] | ({"decay": "weak"} if name in ("lasso_runs", "matrix_runs") else {})
    values = values | ({"kind": "inputs"} if name == "universality_runs" else {})
    before, after = (
        section_of(one, settings.class_of(f"spectra.{name}"), name).work() for one in (values, values | grown)
    )
    assert after / before == pytest.approx(2, rel=0.01)
