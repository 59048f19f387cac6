"""Snakemake's lint of the workflow: fails on all that it finds, but for what is argued here, and says how often that is.

Run in the folder of the checkout.
"""

import json
import subprocess
import sys
from collections import Counter

ARGUED = {
    # Jobs run this checkout's code with the Python that runs Snakemake (workflow/rules/common.smk), in an environment
    # whose every file requirements.lock pins by its hash; environment.yml has the same versions for conda. An
    # environment for each rule would be the same one again, built a second time from other hashes, and the path that
    # the rules put first would hide it.
    "Specify a conda environment or container for each rule.": "all jobs run in the environment of Snakemake itself",
}


def main() -> None:
    done = subprocess.run([sys.executable, "-m", "snakemake", "--lint", "json"], capture_output=True, text=True)
    try:
        found = json.loads(done.stdout or "{}")
    except ValueError:
        sys.exit(f"error: snakemake --lint: {done.stderr or done.stdout}")
    if done.returncode and not found:
        sys.exit(f"error: snakemake --lint: {done.stderr}")
    lints = [(item["for"], lint["title"]) for part in found.values() for item in part or () for lint in item["lints"]]
    for title, number in Counter(title for _, title in lints if title in ARGUED).items():
        print(f"{number} times, as argued in workflow/lint.py: {title} ({ARGUED[title]})")
    left = [f"{place}: {title}" for place, title in lints if title not in ARGUED]
    print("\n".join(left), end="\n" if left else "")
    sys.exit(1 if left else 0)


if __name__ == "__main__":
    main()
