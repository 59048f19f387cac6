#!/bin/sh
# Refuse a tier that there is none of, in one line: sh workflow/known_tier.sh TIER
set -eu
unset CDPATH
cd -- "$(dirname -- "$0")/tiers"
[ "$1" = paper ] || [ -f "$1.yaml" ] || {
    known=$(for file in *.yaml; do printf '%s, ' "${file%.yaml}"; done)
    echo "error: TIER=$1: expected one of ${known%, }, or nothing for the paper tier" >&2
    exit 2
}
