"""What values the stages take, and what is said of others."""

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
