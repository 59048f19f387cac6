"""Snakemake's lint of the workflow: fails on all that it finds, but for what is argued here, and says how often.

Run in the folder of the checkout. Snakemake has no word by which a rule could answer a lint, and its JSON of lints
cannot be written where a file has one, so its text is read.
"""

import re
import subprocess
import sys
from collections import Counter

ARGUED = {
    # Jobs run this checkout's code with the Python that runs Snakemake (workflow/rules/common.smk), in an environment
    # whose every file requirements.lock pins by its hash; environment.yml has the same versions for conda. An
    # environment for each rule would be the same one again, built a second time from other files, and the path that
    # the rules put first would hide it.
    "Specify a conda environment or container for each rule.": "all jobs run in the environment of Snakemake itself",
}
LINT = re.compile(r"^Lints for (?P<place>.+):$|^    \* (?P<title>.+):$", re.MULTILINE)


def read(text: str) -> list[tuple[str, str]]:
    """(where, title) of each lint that Snakemake's text names."""
    found, place = [], ""
    for match in LINT.finditer(text):
        if match["place"]:
            place = match["place"]
        else:
            found.append((place, match["title"]))
    return found


def main() -> None:
    done = subprocess.run([sys.executable, "-m", "snakemake", "--lint"], capture_output=True, text=True)
    lints = read(done.stderr)
    if done.returncode and not lints:
        sys.exit(done.stderr)
    for title, number in Counter(title for _, title in lints if title in ARGUED).items():
        print(f"{number} times, as argued in workflow/lint.py: {title} ({ARGUED[title]})")
    left = [f"{place}: {title}" for place, title in lints if title not in ARGUED]
    print("\n".join(left), end="\n" if left else "")
    sys.exit(1 if left else 0)


if __name__ == "__main__":
    main()
