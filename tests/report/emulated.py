#!/usr/bin/env python3
"""emulated.py PROGRAM FOLDER: a short real comparison on the emulated GPU."""
import json
import os
import subprocess
import sys

program, folder = sys.argv[1:3]
os.makedirs(folder, exist_ok=True)
subprocess.run([program, "compare", "--quick", "--only", "training,speed", "--models", "mlp", "--device", "cuda:0", "--output", folder],
               check=True)
report = json.load(open(os.path.join(folder, "compare.json")))
page = open(os.path.join(folder, "compare.html"), encoding="utf-8").read()
tables = {name: rows for point in report["points"] for name, rows in point["tables"].items()}
verdicts = {verdict["id"]: verdict["finding"] for point in report["points"] for verdict in point["verdicts"]}


def check(condition, *what):
    if not condition:
        sys.exit("not so: " + " ".join(str(w) for w in what))


check(report["emulated"] and report["run"]["device"] == "cuda:0 (Triptych emulated GPU)", report["run"])
check("The GPU was emulated" in page, "the page says so")
check(len(tables["training"]) == 8 and len(tables["identity"]) == 3, "trainings")
for row in tables["identity"]:
    check(row["same_losses"] == "yes" and row["same_weights"] in ("yes", None), row)
for row in tables["training"]:
    check(row["tensor_mb"] > 5, row, "the model's 535 818 weights, Adam's and gradients are in the device's memory")
check({row["batch"] for row in tables["batches"]} == {1, 8}, "batch sizes")
# Where the style has a graph, a step is captured and launched as one; elsewhere it is many kernels.
for row in tables["batches"]:
    check((row["launches"] == 1) == (row["style"] in ("lowlevel", "keras")), row)
check(verdicts["onednn_faster"] == "untested", verdicts)
