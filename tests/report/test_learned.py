"""Which findings stand on top of what was learned."""

from types import SimpleNamespace

import pytest

from shallownets.claims import ledger
from shallownets.report import learned
from shallownets.report.table import Row
from tests.report.conftest import line

FIGURES = [SimpleNamespace(figure=name) for name in ("fig1", "fig2")]


def rows(*lines, figures=()):
    """Claims as rows of the report, each shown by the figure that stands beside its id."""
    return [Row(claim, "escape", [dict(figures).get(claim.id, "fig1")]) for claim in ledger.gather(lines)]


def ids(chosen):
    return [row.claim.id for row in chosen]


def test_statements_of_the_source_that_deviate_come_first_then_what_holds_in_their_place():
    given = rows(
        line("finding", "reproduced", origin="beyond"),
        line("ours-deviates", "deviates", origin="beyond", note="See ours-instead."),
        line("theirs-deviates", "deviates", note="It is as the-truth says, see weak-truth and theirs-holds."),
        line("theirs-holds", "reproduced"),
        line("the-truth", "reproduced", origin="derived"),
        line("weak-truth", "underpowered", origin="beyond"),
        line("ours-instead", "reproduced", origin="beyond"),
        line("a-bearing-deviation", "deviates"),
        line("rests", "reproduced", origin="derived", requires="a-bearing-deviation"),
    )
    assert ids(learned.matter_most(given, FIGURES)) == [
        "a-bearing-deviation",
        "theirs-deviates",
        "the-truth",
        "ours-instead",
        "ours-deviates",
        "finding",
    ]
    assert ids(learned.deviating(given)) == ["a-bearing-deviation", "theirs-deviates", "ours-deviates"]


def test_each_figure_gives_the_finding_on_which_most_rests_and_that_was_compared_most():
    given = rows(
        line("plain", "reproduced", origin="beyond"),
        line("bearing", "reproduced", origin="beyond"),
        line("on-it", "reproduced", requires="bearing"),
        line("once", "reproduced", origin="beyond"),
        line("twice[p=1]", "reproduced", origin="beyond"),
        line("twice[p=2]", "reproduced", origin="beyond"),
        line("calibrated", "calibrated", origin="beyond"),
        figures={"once": "fig2", "twice": "fig2", "calibrated": "fig2"},
    )
    assert ids(learned.matter_most(given, FIGURES)) == ["bearing", "twice"]


@pytest.mark.parametrize("number", [0, 3, 30])
def test_there_are_ten_at_most(number):
    given = rows(*(line(f"claim-{n}", "deviates") for n in range(number)))
    assert len(learned.matter_most(given, FIGURES)) == min(number, 10)
