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
# Everything in a folder of results is what a run makes (older versions made benchmarks and report.html, too), or the folder of another
# tier, in which a run left its lock.
look_into() {
    for path in "$1"/*; do
        [ -e "$path" ] || continue
        case ${path##*/} in
        README.md | data | measurements | figure_data | figures | logs | benchmarks | report.html* | claims.csv* | claims.md* | reseed.csv*) continue ;;
        reseed.json* | report | site | config.yaml | shallownets-*.zip) continue ;;
        esac
        if [ "$1" = results ] && [ -e "$path/.lock" ]; then
            (look_into "$path") || exit $?
        elif [ ! -d "$path" ] || [ -n "$(ls -A "$path")" ]; then
            refuse "$path is not from a run: put it elsewhere"
        fi
    done
}
look_into results
link=$(find results/ -mindepth 1 -type l | head -n 1)
[ -z "$link" ] || refuse "$link is a link: delete what it leads to, and then the link"

find results/ -mindepth 1 ! -path results/README.md -delete
rm -rf .snakemake
