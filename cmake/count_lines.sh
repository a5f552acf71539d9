#!/usr/bin/env bash
# count_lines.sh OUTPUT ROOT FOLDER...: for each folder below ROOT a line `folder files lines code_lines`; lines of code are
# neither blank nor only a comment. The output keeps its time if nothing changed.
set -eu
output=$1 root=$2
shift 2
for folder in "$@"; do
  mapfile -d '' files < <(find "$root/$folder" \( -name '*.h' -o -name '*.cpp' \) -print0 | sort -z)
  cat -- "${files[@]}" </dev/null | awk -v folder="$folder" -v files="${#files[@]}" \
    '!/^[[:space:]]*(\/\/.*)?$/ { code++ } END { print folder, files, NR, code + 0 }'
done >"$output.new"
if cmp -s "$output.new" "$output"; then rm "$output.new"; else mv "$output.new" "$output"; fi
