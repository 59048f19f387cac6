"""The report of a tier's results: one page that opens offline.

From: the figures, their data, the ledger and the config of a folder of results; the catalogues and the workflow.
Makes: the page, .html, which needs no other file; its links to PDF and CSV work where it lies beside them.

The page changes only when what it shows does, or when and where that was made.
"""

from pathlib import Path

from shallownets.config import settings
from shallownets.config.commandline import Parser, path
from shallownets.report.page import build
from shallownets.results.artefacts import save_bytes
from shallownets.workflow import catalogue, lineage


def main(words: list[str]) -> None:
    parser = Parser("python -m shallownets report", __doc__ or "")
    parser.add_argument("--results", type=path, default=Path("results"), help="folder of the results")
    parser.add_argument("--out", type=path, required=True, help="the page, .html")
    parser.add_argument("--source", default="", help="digest of all that makes the page, for its seal")
    args = parser.parse_args(words)
    config = args.results / "config.yaml"
    settings.load(config, catalogue.names())
    jobs = lineage.jobs(configs=[config])
    # the page cannot say what its own job costs
    page = build(args.results, [job for job in jobs if args.out not in job.outputs]).encode()
    save_bytes(args.out, page, args.source)
    print(f"{args.out}: {len(page) / 1e6:.1f} MB")
