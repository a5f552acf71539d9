#!/usr/bin/env python3
"""The tables of docs/performance.md: their markers are those that benchmarks/write_tables.py knows, and it writes what was
measured between them. Usage: tables.py SOURCE FOLDER."""
import json
import pathlib
import shutil
import subprocess
import sys

source, folder = map(pathlib.Path, sys.argv[1:3])
writer = source / "benchmarks/write_tables.py"
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)


def run(page, *arguments):
    return subprocess.run([writer, "--page", page, *arguments], stderr=subprocess.PIPE, text=True)


def check(condition, what):
    if not condition:
        sys.exit(f"wrong: {what}")


check(run(source / "docs/performance.md", "--check").returncode == 0, "the markers of docs/performance.md")

speeds = [[1 << 15, 80.0], [1 << 18, 60.0], [1 << 22, 50.0], [1 << 26, 12.5]]
machine = {"name": "machine", "threads": 1, "gflops": 101.6, "bandwidth": speeds}
lost = [["conv2d_weight_grad", 2, 12.25, 9.5], ["relu", 2, 0.5, 0.45]]
row = {"name": "cnn/128/train", "ms": 40.0, "kernels_ms": 39.0, "limit_ms": 30.0, "parts": lost}
times = [{"name": name, "ms": ms} for name, ms in (("cnn/128/train", 40.0), ("tiny/16/train", 0.0021))]
peaks = [{"name": f"{model}/train", "peak_mb": 123.4} for model in ("cnn/128", "resnet20/128", "gpt/12")]
micro = [{"name": name, "ms": 2e-4, "cpu_ms": 1.5e-4} for name in ("add_8x8", "add_8x8_grad", "mlp_fwd_bwd_8", "chain_1000", "steps_1000")]
results = {
    "processor": "A Processor",
    "threads": 2,
    "date": "2030-01-02",
    "roofline": [machine, row],
    "machine": [dict(machine, threads=2)],
    "zoo": {style: times for style in ("lowlevel", "eager", "keras")},
    "micro": micro + [dict(times[1], cpu_ms=0.002), {"name": "fit_1000", "ms": 4.0, "cpu_ms": 3.00015}],
    "first": [{"name": "gpt/12/train", "first_ms": 99.9}],
    "start": {"ms": 12.0, "peak_mb": 18.25},
    "memory": {style: peaks for style in ("lowlevel", "eager", "keras")},
    "scaling": [{"name": "batch/4", "ms": 1.0}, {"name": "nodes/10000", "ms": 0.45}],
}
(folder / "results.json").write_text(json.dumps(results))
(folder / "peers.jsonl").write_text(
    '{"name":"cnn/128/train","peer":"torch","ms":60}\n{"name":"cnn/128/train","peer":"jax","ms":50}\n'
    '{"name":"cnn/128/train","peer":"torch","peak_mb":1000}\n'
)
names = ["machine", "overheads", "roofline", "zoo", "memory", "nodes"]
page = folder / "page.md"
page.write_text("# A page\n" + "".join(f"\n<!-- table: {n} -->\nold\n<!-- end of table -->\n" for n in names) + "\nthe end\n")
given = ["--results", folder / "results.json", "--peers", folder / "peers.jsonl"]
check(run(page, *given).returncode == 0, "writing")
text = page.read_text()
check(text.startswith("# A page\n") and text.endswith("\nthe end\n") and "old" not in text, "what is around the tables")
check(text.count("A Processor, 2 cores, 2030-01-02:") == len(names), "who measured")
for line in (
    "| 1 | 102 | 80 | 60 | 50 | 12.5 |",
    "| eager add of two 8x8 | 80 ns | 150 ns |",
    "| tiny, batch 16: a training step as a graph | 2 us | 2 us |",
    "| a step of Keras's fit, over the same step by a session | 5 us | 3 us |",
    "| gpt, batch 12: the first training step, compiled | 100 ms | 99.9 ms |",
    "| cnn/128/train | 40 | 30 | 75 % | 2 conv2d_weight_grad 12.2 (9.5) |",
    "| cnn/128/train | 40 | 40 | 40 | 50 (jax) | 1.25x |",
    "| tiny/16/train | 0.0021 | 0.0021 | 0.0021 |  |  |",
    "| cnn/128/train | 123 | 123 | 123 | 1000 |",
    "| 10000 | 450 us | 45 ns |",
):
    check(line + "\n" in text, f"no line {line}\n{text}")
run(page, *given)
check(page.read_text() == text, "writing twice changes something")
page.write_text(text.replace("<!-- table: zoo -->", "<!-- table: animals -->"))
check("animals" in run(page, *given).stderr, "a table that nobody knows is no error")
page.write_text(text.replace("<!-- end of table -->", "", 1))
check(run(page, *given).returncode != 0, "a table without an end is no error")
