#!/usr/bin/env python3
"""Measures, and writes the tables of docs/performance.md between their markers, so that no figure is typed by hand:

    <!-- table: NAME -->
    ...
    <!-- end of table -->

    benchmarks/write_tables.py [--build build] [--page docs/performance.md] [--tables NAME,NAME] [--only PART]
                               [--results FILE] [--peers FILE ...] [--svg FILE] [--check]

--results keeps what was measured, as JSON, or reads it where the file is there already. --peers are files of JSON lines
{"name": "cnn/128/train", "peer": "torch", "ms": 12.3} of other frameworks on the same machine. --only measures the rows
of the zoo whose names contain it. --svg also draws a step's time against batch, width, depth, sequence, threads and nodes.
--check measures nothing: it tells whether the page's markers are those known here.
"""
import argparse
import collections
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import time

STYLES = {"lowlevel": "low level", "eager": "eager", "keras": "Keras"}
MARKER = re.compile(r"<!-- table: ([a-z]+) -->\n(.*?)<!-- end of table -->\n", re.S)


# --- Measuring --------------------------------------------------------------------------------------------------------


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "a processor without a name"


def lines(command, threads=None):
    """The JSON lines that a program prints."""
    environment = dict(os.environ, **({"TRIPTYCH_NUM_THREADS": str(threads)} if threads else {}))
    print("+", " ".join(map(str, command)), file=sys.stderr, flush=True)
    run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]


def start_of(program):
    """Least milliseconds from start to end of a program, and the megabytes that it had at most."""
    least, megabytes = float("inf"), 0
    for _ in range(20):
        began = time.perf_counter()
        process = subprocess.Popen([program], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        if status:
            sys.exit(f"{program} failed")
        least = min(least, 1e3 * (time.perf_counter() - began))
        megabytes = usage.ru_maxrss / 1024
    return {"ms": least, "peak_mb": megabytes}


def measure(programs, tables, only):
    zoo = programs / "zoo"
    rows = [f"--only={only}"] if only else []
    results = {"processor": processor(), "threads": os.cpu_count(), "date": datetime.date.today().isoformat()}
    if {"machine", "roofline"} & tables:
        results["roofline"] = lines([zoo, "--roofline", "--json", *rows], threads=1)
    if "machine" in tables:
        results["machine"] = lines([zoo, "--roofline", "--json", "--only=none of them"])
    if "zoo" in tables:
        results["zoo"] = {style: lines([zoo, f"--style={style}", "--json", *rows]) for style in STYLES}
    if "overheads" in tables:
        names = "|".join([name for name in OVERHEADS if "/" not in name] + ["steps_1000", "fit_1000"])
        results["micro"] = lines([programs / "micro", "--json", f"--benchmark_filter=^({names})/"])
        results["micro"] += lines([zoo, "--json", "--only=tiny/16/train"])
        results["first"] = lines([zoo, "--first-steps=1", "--only=gpt/12/train"])
        results["start"] = start_of(programs / "first_result")
    if "memory" in tables:
        results["memory"] = {
            style: [row for model in MEMORY for row in lines([zoo, "--first-steps=15", f"--style={style}", f"--only={model}"])]
            for style in STYLES
        }
    if "nodes" in tables:
        results["scaling"] = lines([programs / "scaling", "--only=nodes"])
    return results


# --- Tables -----------------------------------------------------------------------------------------------------------


def figure(value):
    """Three digits, as a person would write them."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def table(head, rows):
    cells = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(row) + " |\n" for row in cells)


def machine_table(results):
    sizes = [1 << 15, 1 << 18, 1 << 22, 1 << 26]
    rows = []
    for line in [results["roofline"][0], results["machine"][0]]:
        speeds = dict(map(tuple, line["bandwidth"]))
        rows.append([str(line["threads"]), figure(line["gflops"]), *(figure(speeds[size]) for size in sizes)])
    return table(["threads", "peak, GF/s", "GB/s at 32 KB", "256 KB", "4 MB", "64 MB"], rows)


def roofline_table(results):
    rows = []
    for line in results["roofline"][1:]:
        lost = [
            f"{calls} {op} {figure(ms)} ({figure(limit)})"
            for op, calls, ms, limit in line["parts"][:4]
            if ms - limit > 0.02 * line["ms"]
        ]
        share = 100 * line["limit_ms"] / line["ms"]
        rows.append([line["name"], figure(line["ms"]), figure(line["limit_ms"]), f"{share:.0f} %", "; ".join(lost)])
    return table(["row", "ms", "limit", "reached", "kernels that lose most: calls, ms (limit)"], rows)


def zoo_table(results):
    best = collections.defaultdict(lambda: (float("inf"), ""))
    for line in results.get("peers", []):
        if "ms" in line:
            best[line["name"]] = min(best[line["name"]], (line["ms"], line["peer"]))
    ours = {style: {line["name"]: line["ms"] for line in results["zoo"][style]} for style in STYLES}
    rows = []
    for name, ms in ours["lowlevel"].items():
        row = [name, *(figure(ours[style][name]) for style in STYLES)]
        if best:
            peer, who = best[name]
            row += [f"{figure(peer)} ({who})", f"{peer / ms:.2f}x"] if who else ["", ""]
        rows.append(row)
    return table(["row", *STYLES.values(), *(["best peer", "ratio"] if best else [])], rows)


# Goals of the project, in milliseconds.
OVERHEADS = {
    "add_8x8": ("eager add of two 8x8", 80e-6),
    "add_8x8_grad": ("the same, recorded", 150e-6),
    "mlp_fwd_bwd_8": ("(a @ w).relu().sum() of 8x8, both ways", 1.5e-3),
    "chain_1000": ("a chain of 1000 multiplications, both ways", 0.25),
    "tiny/16/train": ("tiny, batch 16: a training step as a graph", 2e-3),
}


def time_text(ms):
    for unit, size in (("ms", 1), ("us", 1e-3), ("ns", 1e-6)):
        if ms >= size:
            return f"{figure(ms / size)} {unit}"
    return f"{figure(ms * 1e6)} ns"


def overheads_table(results):
    measured = {line["name"]: line["cpu_ms"] for line in results["micro"]}  # all on one thread
    rows = [[what, time_text(goal), time_text(measured[name])] for name, (what, goal) in OVERHEADS.items()]
    of_fit = (measured["fit_1000"] - measured["steps_1000"]) / 1000
    rows.append(["a step of Keras's fit, over the same step by a session", "5 us", time_text(of_fit)])
    rows.append(["gpt, batch 12: the first training step, compiled", "100 ms", time_text(results["first"][0]["first_ms"])])
    start = results["start"]
    rows.append(["a program's start to its end, one addition printed", "20 ms", time_text(start["ms"])])
    rows.append(["the memory of that", "20 MB", f"{figure(start['peak_mb'])} MB"])
    return table(["", "goal", "measured"], rows)


MEMORY = ("cnn/128/train", "resnet20/128/train", "gpt/12/train")


def memory_table(results):
    peers = {line["name"]: line["peak_mb"] for line in results.get("peers", []) if "peak_mb" in line}
    ours = {style: {line["name"]: line["peak_mb"] for line in results["memory"][style]} for style in STYLES}
    rows = []
    for name in MEMORY:
        row = [name, *(figure(ours[style][name]) for style in STYLES)]
        if peers:
            row.append(figure(peers[name]) if name in peers else "")
        rows.append(row)
    return table(["MB after 15 steps", *STYLES.values(), *(["PyTorch"] if peers else [])], rows)


def nodes_table(results):
    rows = []
    for line in results["scaling"]:
        what, count = line["name"].split("/")
        if what == "nodes":
            rows.append([count, time_text(line["ms"]), time_text(line["ms"] / int(count))])
    return table(["nodes", "a run", "a node"], rows)


TABLES = {
    "machine": machine_table,
    "overheads": overheads_table,
    "roofline": roofline_table,
    "zoo": zoo_table,
    "memory": memory_table,
    "nodes": nodes_table,
}


def written(page, results, tables):
    """The page with these tables made anew."""
    said = f"{results['processor']}, {results['threads']} cores, {results['date']}:\n\n"

    def replace(match):
        name = match[1]
        if name not in tables:
            return match[0]
        return f"<!-- table: {name} -->\n{said}{TABLES[name](results)}<!-- end of table -->\n"

    return MARKER.sub(replace, page)


def check(page):
    found = [match[1] for match in MARKER.finditer(page)]
    if page.count("<!-- table:") != len(found) or page.count("<!-- end of table -->") != len(found):
        sys.exit("a table's marker has no end, or an end no marker")
    if sorted(found) != sorted(TABLES):
        sys.exit(f"the page has the tables {sorted(found)}, the writer {sorted(TABLES)}")


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=root / "build")
    parser.add_argument("--page", type=pathlib.Path, default=root / "docs/performance.md")
    parser.add_argument("--tables", default=",".join(TABLES))
    parser.add_argument("--only", default="")
    parser.add_argument("--results", type=pathlib.Path)
    parser.add_argument("--peers", type=pathlib.Path, nargs="*", default=[])
    parser.add_argument("--svg", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    check(options.page.read_text())
    if options.check:
        return
    tables = set(options.tables.split(","))
    if unknown := tables - set(TABLES):
        sys.exit(f"no table is called {sorted(unknown)}; there are {list(TABLES)}")
    if options.results and options.results.exists():
        results = json.loads(options.results.read_text())
    else:
        results = measure(options.build / "benchmarks", tables, options.only)
        if options.results:
            options.results.write_text(json.dumps(results, indent=1))
    results["peers"] = [json.loads(l) for file in options.peers for l in file.read_text().splitlines() if l.startswith("{")]
    page = options.page.read_text()  # now: measuring takes minutes
    options.page.write_text(written(page, results, tables))
    if options.svg:
        lines([options.build / "benchmarks/scaling", f"--svg={options.svg}"])


if __name__ == "__main__":
    main()
