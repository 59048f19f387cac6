import numpy as np
import pytest

from shallownets.numerics.seeds import sequence

PARAMETERS = {"p": 4, "eta": 0.1}


def words(*arguments):
    return tuple(sequence(*arguments).generate_state(4, np.uint64))


def test_a_stream_is_reproducible_and_does_not_depend_on_the_order_of_the_parameters():
    assert words(1, "samples", PARAMETERS, 0) == words(1, "samples", dict(reversed(PARAMETERS.items())), 0)


def test_the_words_are_pinned_so_that_no_edit_changes_all_results_unnoticed():
    assert words(1, "samples", PARAMETERS, 3) == (
        17080423445785826956,
        12870717935430257939,
        13598376627871065319,
        14880390738718971049,
    )


def test_root_purpose_parameters_and_replicate_each_give_other_numbers():
    streams = [
        words(1, "samples", PARAMETERS, 0),
        words(2, "samples", PARAMETERS, 0),
        words(1, "start", PARAMETERS, 0),
        words(1, "samples", PARAMETERS | {"p": 5}, 0),
        words(1, "samples", PARAMETERS | {"eta": 0.2}, 0),
        words(1, "samples", PARAMETERS, 1),
    ]
    assert len(set(streams)) == len(streams)


def test_a_parameter_that_is_no_number_is_refused():
    """NaN equals nothing, itself included, and has no one way to be written."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        words(1, "samples", PARAMETERS | {"eta": float("nan")}, 0)
