#!/usr/bin/env bash
# interrupted.sh PROGRAM FOLDER: a comparison that is stopped early writes what it has, and says so; until then an older report
# stays.
set -eu
program=$1 folder=$2
rm -rf "$folder"
mkdir -p "$folder"
echo old >"$folder/compare.json"
"$program" compare --quick --models mlp --only training,data_sets --output "$folder" >"$folder/output" &
pid=$!
for _ in $(seq 300); do # until the second training has begun
  [[ $(grep -c '^training' "$folder/output" || true) -lt 2 ]] || break
  sleep 0.1
done
[[ $(ls "$folder") == $'compare.json\noutput' && $(<"$folder/compare.json") == old ]] || { ls -l "$folder"; kill $pid; exit 1; }
kill -INT $pid
status=0
wait $pid || status=$?
cat "$folder/output"
[[ $status == 130 ]] || { echo "exit status $status, not 130"; exit 1; }
python3 - "$folder" <<'PYTHON'
import json, sys
report = json.load(open(sys.argv[1] + "/compare.json"))
assert report["interrupted"] is True
assert len(report["points"]) == 2
assert 1 <= len(report["points"][0]["tables"]["training"]) < 8
assert report["points"][1]["verdicts"][0]["finding"] == "untested"
assert "interrupted" in open(sys.argv[1] + "/compare.html").read()
PYTHON
