#!/usr/bin/env python3
"""run.py PROGRAM FOLDER: a short real comparison; its JSON must be consistent and its page show it."""
import html.parser
import json
import math
import os
import re
import subprocess
import sys

program, folder = sys.argv[1:3]
os.makedirs(folder, exist_ok=True)
subprocess.run([program, "compare", "--quick", "--models", "mlp", "--threads", "2", "--output", folder], check=True)
report = json.load(open(os.path.join(folder, "compare.json")))
page = open(os.path.join(folder, "compare.html"), encoding="utf-8").read()
points = {point["id"]: point for point in report["points"]}


def check(condition, *what):
    if not condition:
        sys.exit("not so: " + " ".join(str(w) for w in what))


check(report["format"] == 1 and not report["interrupted"], "format, interrupted")
check(report["run"]["threads"] == 2 and report["run"]["models"] == "mlp", report["run"])
check(list(points) == ["training", "architecture", "speed", "api_level", "beginner", "debugging", "popularity", "data_sets"], list(points))
for point in points.values():
    for verdict in point["verdicts"]:
        check(verdict["finding"] in ("held", "not_held", "untested"), verdict)
        check(verdict["finding"] != "untested" or verdict["id"] in ("popularity", "onednn_faster"), verdict, "was not measured")

# Times are positive and consistent.
tables = {name: rows for point in points.values() for name, rows in point["tables"].items()}
for name, rows in tables.items():
    for row in rows:
        for column, value in row.items():
            if column.endswith("_ms") or column in ("peak_mb", "samples_per_second", "launches"):
                check(value is not None and value > 0, name, column, row)
            if column + "_low" in row:
                check(row[column + "_low"] <= value <= row[column + "_high"], name, column, row)
for row in tables["batches"]:
    # Medians of the same steps: kernels and the rest are about the step; the steps without clocks were others.
    check(row["framework_ms"] > 0 and row["kernel_ms"] > 0, row)
check({row["batch"] for row in tables["batches"]} == {1, 16, 128}, "batch sizes")
check(sorted({row["style"] for row in tables["sizes"]}) == ["eager", "keras", "keras_eager", "lowlevel"], "sizes")
check([row["multiple"] for row in tables["streams"]] == [1] * 4 + [4] * 4 + [16] * 4, "streams")
for row in tables["streams"]:
    check(row["ended"] == "works" and row["tensor_mb"] <= row["limit_mb"], row)
check(all(row["seen"] == "yes" for row in tables["owners"]), tables["owners"])
check(len(tables["training"]) == 8, "trainings")
for row in tables["training"]:
    check(row["accuracy"] is None or 50 < row["accuracy"] <= 100, row)

# The signature: what the styles compute is the same, bit by bit.
check([(row["other_style"], row["steps_compared"]) for row in tables["identity"]] == [("eager", 100), ("keras", 100), ("keras_eager", 8)],
      tables["identity"])
for row in tables["identity"]:
    check(row["same_losses"] == "yes" and row["same_weights"] in ("yes", None), row)


class Text(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.text, self.hidden = [], 0

    def handle_starttag(self, tag, attributes):
        self.hidden += tag == "style"

    def handle_endtag(self, tag):
        self.hidden -= tag == "style"

    def handle_data(self, data):
        if not self.hidden:
            self.text.append(data)


parser = Text()
parser.feed(page)
parser.close()
shown = {float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", " ".join(parser.text))}


def numbers(value):
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return
    if isinstance(value, (int, float)):
        yield float(value)
    else:
        for item in value.values() if isinstance(value, dict) else value:
            yield from numbers(item)


for number in numbers(report):
    check(number in shown or number == report["format"] or math.isnan(number), number, "is not on the page")
