"""The report of a tier's results: a small site that opens offline.

From: the figures, their data, the ledger and the config of a folder of results; the catalogues and the workflow.
Makes: the folder ``report`` among the results, whole: what else lies in it is deleted. It needs no other file and no
network; its first page is index.html.

A page changes only when what it shows does, or when and where that was made.
"""

from pathlib import Path

from shallownets.config import settings
from shallownets.config.commandline import Parser
from shallownets.files import sidecar
from shallownets.report import site
from shallownets.report.pages import build
from shallownets.results.artefacts import save_bytes
from shallownets.workflow import catalogue, lineage


def _clear(results: Path, kept: set[Path]) -> None:
    """Take away what an older report left: pages of figures that are no more, and the one page of older versions."""
    kept |= {sidecar(file) for file in kept}
    old = results / "report.html"
    for file in [old, sidecar(old), *(results / site.FOLDER).rglob("*")]:
        if file.is_file() and file not in kept:
            file.unlink()


def main(words: list[str]) -> None:
    parser = Parser("python -m shallownets report", __doc__ or "")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of the results")
    parser.add_argument("--source", default="", help="digest of all that makes the report, for its seals")
    args = parser.parse_args(words)
    config = args.results / "config.yaml"
    settings.load(config, catalogue.names())
    folder = args.results / site.FOLDER
    jobs = lineage.jobs(configs=[config])
    # the report cannot say what its own job costs
    files = build(args.results, [job for job in jobs if folder / "index.html" not in job.outputs])
    _clear(args.results, {folder / name for name in files})
    for name, content in files.items():
        save_bytes(folder / name, content, args.source)
    print(f"{folder / 'index.html'}: {len(files)} files, {sum(map(len, files.values())) / 1e6:.1f} MB")
