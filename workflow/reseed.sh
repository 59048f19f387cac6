#!/bin/sh
# Makes the measurements of a tier at its own root seed and at SEEDS others, 1 to SEEDS, and compares their ledgers.
# Use: sh workflow/reseed.sh SEEDS TIER; each seed's results land in results/TIER-seed-NUMBER.
set -eu
seeds=$1 tier=$2 results=results

case $seeds in
'' | 0 | *[!0-9]*) echo "SEEDS=$seeds: expected a whole number above 0" >&2; exit 2 ;;
esac
sh workflow/known_tier.sh "$tier"
set --
if [ "$tier" != paper ]; then
    results=results/$tier
    set -- --configfile "workflow/tiers/$tier.yaml"
fi
snakemake claims --cores all --rerun-incomplete --quiet host reason "$@"
folders=$results
for seed in $(seq "$seeds"); do
    snakemake claims --cores all --rerun-incomplete --quiet host reason \
        --config "seed=$seed" "tier=$tier-seed-$seed" "$@"
    folders="$folders results/$tier-seed-$seed"
done
# shellcheck disable=SC2086  # the folders are words
python -m shallownets reseed --results $folders --entries workflow/claims/*/*.yaml --out "$results"
