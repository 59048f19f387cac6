"""A name and a home for a user whom the machine does not know, as in ``docker run -u 1234``.

Snakemake gives up without them, and Matplotlib searches all fonts in each job where it cannot write into a home.
Snakemake's own folder in the checkout serves as one: it can be written wherever Snakemake runs.
"""

import getpass
import os
from pathlib import Path


def _has_home() -> bool:
    """Whether there is a folder of this user that can be written."""
    try:
        home = Path.home()
    except RuntimeError:
        return False
    return home.is_absolute() and os.access(home, os.W_OK)


def introduce() -> None:
    """Set LOGNAME and HOME, for this process and its children, where the machine does not know them."""
    try:
        getpass.getuser()
    except (KeyError, OSError):
        os.environ["LOGNAME"] = str(os.getuid())
    if not os.environ.get("HOME", "unset"):
        del os.environ["HOME"]  # Snakemake takes an empty one for none, Python for /
    if not _has_home():
        os.environ["HOME"] = str(Path(".snakemake").absolute())
