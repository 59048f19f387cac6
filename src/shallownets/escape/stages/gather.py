"""Join batches of replicates into one trajectory.

From: the batches, in the order of their replicates.
Makes: an .npz artefact whose bytes do not depend on how the replicates were batched.
"""

from shallownets import cli
from shallownets.errors import UserError
from shallownets.escape.stages.files import load_trajectory, save_trajectory
from shallownets.escape.trajectory import concatenate

MODULE = "shallownets.escape.stages.gather"


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--batches", type=cli.path, nargs="+", required=True, help="trajectories, .npz")
    parser.add_argument("--out", type=cli.path, required=True, help="the joined trajectory, .npz")
    args = parser.parse_args()

    trajectories, parameters = zip(*map(load_trajectory, args.batches), strict=True)
    for path, other in zip(args.batches, parameters, strict=True):
        if other != parameters[0]:
            raise UserError(f"{path}: its parameters differ from those of {args.batches[0]}")
    joined = concatenate(list(trajectories))
    save_trajectory(args.out, joined, MODULE, parameters[0])


if __name__ == "__main__":
    cli.run(main)
