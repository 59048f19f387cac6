#!/bin/sh
# Make all that is missing or out of date of a tier: sh workflow/run.sh [TIER [REFERENCE]]. Where a folder of reference is
# named, it must be there. Where no file of the checkout or of the results has changed since this last ended well, and no
# package has come or gone, there is nothing to do, and Snakemake, which needs some seconds to find that, is not started. A
# change is known by when the system recorded it (ctime, which no program sets back), and so is a file that is gone: by its
# folder. What others do to results while Snakemake runs is taken for what it makes.
set -eu
unset CDPATH
cd -- "$(dirname -- "$0")/.."
tier=${1:-paper}
sh workflow/known_tier.sh "$tier"
[ -d "${2:-.}" ] || {
    echo "error: TIER=$tier: there is no $2 to compare with; make reference TIER=$tier makes it" >&2
    exit 2
}
kept=.snakemake/complete
complete=$kept/$tier begun=$kept/$tier.$$

# What changed after a file of $kept was written, at most one line; $2 are more tests of find.
changed() {
    # shellcheck disable=SC2086  # they are words
    find -L . .venv/lib/ \( -name '.?*' -o -name __pycache__ -o -path '*/site-packages/*' ${2:-} \) -prune \
        -o -cnewer "$1" -print 2>&1 | head -n 1
}

if [ -e "$complete" ] && [ -z "$(changed "$complete")" ]; then
    echo "Nothing to be done (no file has changed since all was made)."
    exit
fi
mkdir -p "$kept"
rm -f "$complete" "$complete".*
touch "$begun"
# Artefacts are written whole, but what a killed run left unrecorded is made again. The greedy scheduler starts no
# solver of integer programs after each job, which takes as long as many a job of the smoke tier.
set -- snakemake --cores all --scheduler greedy --rerun-incomplete --quiet host reason
[ "$tier" = paper ] || set -- "$@" --configfile "workflow/tiers/$tier.yaml"
"$@"
# What was edited meanwhile may have been read before.
[ -n "$(changed "$begun" '-o -path ./results')" ] || touch "$complete"
rm -f "$begun"
