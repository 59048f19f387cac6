"""The cost model of the chain knows where its engine is compiled for the widths, and where it rotates."""

from itertools import product

import pytest

from shallownets.studies.escape.engines import lanes, rotations
from shallownets.studies.escape.parameters import work


def test_the_chain_takes_half_the_time_where_the_engine_is_compiled_for_its_widths():
    for p, p_star, replicates in product((1, 4, 5, 64), (1, 4, 5), (1, 2, 3, 8, 9, 1000)):
        least = -(-lanes._WORTH // replicates)  # samples from which compiling is worth it, if the widths are small
        short, long = (work.chain(p, p_star, replicates, samples) / samples for samples in (least - 1, least))
        if lanes.worthwhile(p, p_star, least * replicates) and replicates >= lanes.FEWEST:
            full = lanes.LANES * -(-replicates // lanes.LANES)
            assert short / long == pytest.approx(2 * (replicates + 1.3) / full)
        else:
            assert short == pytest.approx(long)


def test_a_wider_student_takes_longer_but_where_rotations_begin():
    work_of = [work.chain(p, 2, 64, 10) for p in range(64)]
    assert [p for p in range(2, 64) if work_of[p] < work_of[p - 1]] == [rotations.FROM]
