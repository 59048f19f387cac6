"""Draw one start.

From: the widths, the dimension and a seed.
Makes: an .npz artefact with the overlaps M and Q and, for orthonormal sets, the weights W and W_star.
"""

from numpy.random import default_rng

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_arrays
from shallownets.escape import starts

MODULE = "shallownets.escape.stages.start"
DRAW = {"orthonormal": starts.orthonormal, "gaussian": starts.gaussian}


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--kind", choices=DRAW, required=True, help="orthonormal sets, or Gaussian overlaps")
    parser.add_argument("--p", type=cli.count, required=True, help="student width")
    parser.add_argument("--p-star", type=cli.count, required=True, help="teacher width")
    parser.add_argument("--N", type=cli.count, required=True, help="input dimension, at least p + p*")
    parser.add_argument("--seed", type=cli.index, required=True, help="root seed")
    parser.add_argument("--index", type=cli.index, default=0, help="which of the starts drawn from this seed")
    parser.add_argument("--out", type=cli.path, required=True, help="the start, .npz")
    args = parser.parse_args()

    parameters = {"kind": args.kind, "p": args.p, "p_star": args.p_star, "N": args.N}
    rng = default_rng(seeds.sequence(args.seed, "start", parameters, args.index))
    start = DRAW[args.kind](args.p, args.p_star, args.N, rng)
    arrays = {name: value for name in ("M", "Q", "W", "W_star") if (value := getattr(start, name)) is not None}
    parameters |= {"seed": args.seed, "index": args.index}
    save_arrays(args.out, arrays, record_of(MODULE, parameters, dict.fromkeys(arrays, "1")))


if __name__ == "__main__":
    cli.run(main)
