"""The report of a tier's results: one page that opens offline.

From: the figures, their data, the ledger and the config of a folder of results; catalogue, captions and the workflow.
Makes: the page, .html, which needs no other file; its links to PDF and CSV work where it lies beside them.

The page changes only when what it shows does, or when and where that was made.
"""

from pathlib import Path

from shallownets import cli, lineage, settings
from shallownets.artefacts import save_bytes
from shallownets.report.page import build

MODULE = "shallownets.report"


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--results", type=cli.path, default=Path("results"), help="folder of the results")
    parser.add_argument("--out", type=cli.path, required=True, help="the page, .html")
    args = parser.parse_args()
    config = args.results / "config.yaml"
    settings.load(config)
    jobs = lineage.jobs(configs=[config])
    # the page cannot say what its own job costs
    page = build(args.results, [job for job in jobs if args.out not in job.outputs]).encode()
    save_bytes(args.out, page)
    print(f"{args.out}: {len(page) / 1e6:.1f} MB")


if __name__ == "__main__":
    cli.run(main)
