"""Figure data of Figure 1: every order parameter and the risk, SGD and ODE from one start.

From: the trajectory of SGD, that of the overlap chain at a larger N, and that of the ODE.
Makes: a tidy CSV from which alone the figure is drawn.
"""

import pandas as pd

from shallownets import cli
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.escape import model
from shallownets.escape.measure.order_parameters import summarise
from shallownets.escape.stages.files import load_trajectory
from shallownets.lost import Lost

MODULE = "shallownets.escape.stages.fig1_data"
UNITS = {"alpha": "samples/N", "mean": "1", "sd": "1, over replicates"}


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--sgd", type=cli.path, required=True, help="trajectory of SGD, .npz")
    parser.add_argument("--chain", type=cli.path, required=True, help="trajectory of the chain, .npz")
    parser.add_argument("--ode", type=cli.path, required=True, help="trajectory of the ODE, .npz")
    parser.add_argument("--out", type=cli.path, required=True, help="the table, .csv")
    args = parser.parse_args()

    sgd, parameters = load_trajectory(args.sgd)
    ode, limit = load_trajectory(args.ode)
    chain, larger = load_trajectory(args.chain)
    for path, other in ((args.ode, limit), (args.chain, larger)):
        if (other["start"], other["eta"]) != (parameters["start"], parameters["eta"]):
            raise UserError(f"{path}: its start or learning rate differs from that of {args.sgd}")
    p, p_star = sgd.M.shape[-2:]
    plateau = {
        "engine": "theory",
        "quantity": "risk",
        "i": 0,
        "j": 0,
        "alpha": [0.0, sgd.alpha[-1]],
        "mean": model.plateau_risk(p, p_star),
        "sd": 0.0,
        "replicates": 1,
    }
    engines = [summarise(sgd, "SGD"), summarise(chain, "chain"), summarise(ode, "ODE")]
    frame = pd.concat([*engines, pd.DataFrame(plateau)], ignore_index=True)
    parameters |= {"p": p, "p_star": p_star, "replicates": len(sgd.diverged_at)}
    parameters |= {"diverged": int((~sgd.valid[:, -1]).sum())}
    parameters |= {"chain_N": larger["N"], "chain_replicates": len(chain.diverged_at)}
    parameters |= {"chain_diverged": int((~chain.valid[:, -1]).sum())}
    lost = Lost()
    lost.enough(ode.valid[:, -1], "ODE, from when it diverges", "diverged")
    parameters |= lost.parameters
    save_table(args.out, frame, record_of(MODULE, parameters, UNITS))


if __name__ == "__main__":
    cli.run(main)
