"""Simulate a batch of replicates of SGD from one start as the overlap chain, at any N.

From: a start, of which only the overlaps count. Replicate r has its own stream of samples, whichever batch it is in.
Makes: an .npz artefact with their trajectory.
"""

from shallownets import cli, seeds
from shallownets.errors import UserError
from shallownets.escape.engines import chain
from shallownets.escape.stages.files import load_start, save_trajectory
from shallownets.escape.trajectory import concatenate, recording_times
from shallownets.progress import progress

MODULE = "shallownets.escape.stages.chain"
SIDE = 8  # fewer replicates are faster one after the other than side by side; the result is the same


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--start", type=cli.path, required=True, help="the start, .npz")
    parser.add_argument("--N", type=cli.count, required=True, help="input dimension, at least p + p*")
    parser.add_argument("--eta", type=cli.positive, required=True, help="learning rate")
    parser.add_argument("--alpha-max", type=cli.positive, required=True, help="last time, samples/N")
    parser.add_argument("--points", type=cli.count, required=True, help="recorded times, 0 and the last included")
    parser.add_argument("--first", type=cli.index, default=0, help="index of the first replicate")
    parser.add_argument("--replicates", type=cli.count, default=1, help="how many replicates")
    parser.add_argument("--seed", type=cli.index, required=True, help="root seed")
    parser.add_argument("--out", type=cli.path, required=True, help="the trajectory, .npz")
    args = parser.parse_args()

    start, drawn = load_start(args.start)
    experiment = {"start": str(sorted(drawn.items())), "N": args.N, "eta": args.eta}
    last = args.first + args.replicates - 1
    streams = [seeds.sequence(args.seed, "chain samples", experiment, r) for r in range(args.first, last + 1)]
    groups = [streams] if len(streams) >= SIDE else [[stream] for stream in streams]
    label = f"chain N = {args.N}, replicates {args.first} to {last}"
    try:
        alpha = recording_times(args.alpha_max, args.points, args.N)
        with progress(label, args.replicates * alpha[-1]) as advance:
            parts = [chain.simulate(start, args.N, args.eta, alpha, group, advance) for group in groups]
    except ValueError as error:
        raise UserError(str(error)) from error
    trajectory = concatenate(parts)
    for replicate, time in enumerate(trajectory.diverged_at, args.first):
        if time < float("inf"):
            print(f"replicate {replicate} diverged at alpha = {time:g}")
    parameters = {"engine": "overlap chain", "start": drawn, "N": args.N, "eta": args.eta, "seed": args.seed}
    save_trajectory(args.out, trajectory, MODULE, parameters)


if __name__ == "__main__":
    cli.run(main)
