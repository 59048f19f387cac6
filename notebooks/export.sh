#!/bin/sh
# Write each notebook as a page of HTML with its code and its plots, which stand still: sh notebooks/export.sh FOLDER
set -eu
mkdir -p "$1"
for notebook in notebooks/*.py; do
    marimo export html "$notebook" --force --output "$1/$(basename "$notebook" .py).html"
done
