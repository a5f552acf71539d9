#!/usr/bin/env bash
# The program of docs/tour.md is built as the page says, in a folder that looks like the sources'.
# Usage: tour.sh ROOT BUILD WORK
set -euo pipefail
root=$1 build=$2 work=$3
rm -rf "$work"
mkdir -p "$work"
cd "$work"
ln -s "$root/docs" "$root/include" "$root/src" .
ln -s "$build" build
lines=$(sed -n '/^```sh$/,/^```$/{/^```/!p}' docs/tour.md | grep -v '^cmake --build')  # that has been done
[[ $(wc -l <<<"$lines") == 2 ]]
bash -ec "$lines" | tee output
grep -q '^6 kernel calls$' output
