#!/bin/sh
# run_model.sh PROGRAM REFERENCES FOLDER: a graph file that an earlier build wrote is run by a program without its code.
set -e
program=$1 references=$2 folder=$3
rm -rf "$folder"
mkdir -p "$folder"
"$program" run "$references/model.tt" --list > "$folder/list"
grep -q "input x: float32 (?, 2)" "$folder/list"
"$program" run "$references/model.tt" --feed "x=$references/npy/model_x.npy" --out "$folder/y.npy"
cmp "$folder/y.npy" "$references/npy/model_y.npy"
"$program" run "$references/model.tt" --feed "x=$references/npy/model_x.npy" --fetch y > "$folder/printed"
grep -q "y: float32 (3, 2)" "$folder/printed"
for wrong in "run none.tt" "run $references/model.tt --feed x" "run $references/model.tt --feed z=$references/npy/model_x.npy" \
    "run $references/model.tt --fetch nothing" "run $references/npy/model_x.npy" "run $references/model.tt --signature other"; do
  # shellcheck disable=SC2086
  if "$program" $wrong > "$folder/out" 2> "$folder/error"; then
    echo "no error: $wrong"
    exit 1
  fi
  grep -q "^triptych: \[" "$folder/error" || { cat "$folder/error"; exit 1; }
done
