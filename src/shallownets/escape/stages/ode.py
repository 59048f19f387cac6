"""Integrate the ODE of the order parameters from one start.

From: a start. Where N is given, the recorded times are those of SGD at that N.
Makes: an .npz artefact with the trajectory.
"""

from shallownets import cli
from shallownets.escape.engines import ode
from shallownets.escape.stages.files import load_start, save_trajectory
from shallownets.escape.trajectory import recording_times

MODULE = "shallownets.escape.stages.ode"


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--start", type=cli.path, required=True, help="the start, .npz")
    parser.add_argument("--eta", type=cli.positive, required=True, help="learning rate")
    parser.add_argument("--alpha-max", type=cli.positive, required=True, help="last time, samples/N")
    parser.add_argument("--points", type=cli.count, required=True, help="recorded times, 0 and the last included")
    parser.add_argument("--N", type=cli.count, help="record at the times of SGD at this input dimension")
    parser.add_argument("--tolerance", type=cli.positive, required=True, help="relative error of a step")
    parser.add_argument("--gradient-flow", action="store_true", help="leave out the part of order eta^2")
    parser.add_argument("--out", type=cli.path, required=True, help="the trajectory, .npz")
    args = parser.parse_args()

    start, drawn = load_start(args.start)
    alpha = recording_times(args.alpha_max, args.points, args.N)
    trajectory = ode.simulate(start, args.eta, alpha, args.tolerance, args.gradient_flow)
    if trajectory.diverged_at[0] < float("inf"):
        print(f"the ODE diverged at alpha = {trajectory.diverged_at[0]:g}")
    parameters = {
        "engine": "matrix ODE",
        "start": drawn,
        "eta": args.eta,
        "tolerance": args.tolerance,
        "gradient_flow": args.gradient_flow,
    }
    save_trajectory(args.out, trajectory, MODULE, parameters)


if __name__ == "__main__":
    cli.run(main)
