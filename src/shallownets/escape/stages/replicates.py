"""The command line that both engines of SGD share: a batch of replicates from one start."""

from collections.abc import Callable

from shallownets import cli, seeds
from shallownets.escape.stages.files import load_start, save_trajectory
from shallownets.escape.trajectory import Trajectory, recording_times
from shallownets.progress import progress


def simulate_batch(module: str, doc: str, engine: str, purpose: str, simulate: Callable[..., Trajectory]) -> None:
    """Read a start, simulate replicates first to first + replicates - 1, write their trajectory.

    Args:
        module: the command's module.
        doc: its docstring.
        engine: what the artefact says was used.
        purpose: of the random numbers; engines do not share them.
        simulate: the engine's function.

    Raises:
        UserError: arguments, or a start, that the engine refuses.
    """
    parser = cli.parser(module, doc)
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
    streams = [seeds.sequence(args.seed, purpose, experiment, r) for r in range(args.first, last + 1)]
    alpha = recording_times(args.alpha_max, args.points, args.N)
    with progress(f"{engine} N = {args.N}, replicates {args.first} to {last}", args.replicates * alpha[-1]) as advance:
        trajectory = simulate(start, args.N, args.eta, alpha, streams, advance)
    for replicate, time in enumerate(trajectory.diverged_at, args.first):
        if time < float("inf"):
            print(f"replicate {replicate} diverged at alpha = {time:g}")
    parameters = {"engine": engine, "start": drawn, "N": args.N, "eta": args.eta, "seed": args.seed}
    save_trajectory(args.out, trajectory, module, parameters)
