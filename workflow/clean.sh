#!/bin/sh
# Delete all results, also where results is a link to another disk, and with them Snakemake's records of them. Where
# something lies among them that no run has made, nothing is deleted.
set -eu
unset CDPATH
cd -- "$(dirname -- "$0")/.."

refuse() {
    echo "error: $1; nothing is deleted" >&2
    exit 2
}

[ -d results/ ] || refuse "results leads to no folder: mend the link, or delete it and run \`git checkout results\`"
for path in results/*; do
    [ -e "$path" ] || continue
    case ${path#results/} in
    README.md | data | measurements | figure_data | figures | logs | benchmarks | claims.csv* | claims.md*) ;;
    report.html* | config.yaml | shallownets-*.zip) ;;
    *) [ -e "$path/config.yaml" ] || [ -e "$path/.lock" ] || refuse "$path is not from a run: put it elsewhere" ;;
    esac
done
link=$(find results/ -mindepth 1 -type l | head -n 1)
[ -z "$link" ] || refuse "$link is a link: delete what it leads to, and then the link"

find results/ -mindepth 1 ! -path results/README.md -delete
rm -rf .snakemake
