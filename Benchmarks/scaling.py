"""Times steps that grow along one axis, in several rounds, and writes a table and a plot.

    scaling.py BENCH [--rounds 5] [--write BENCHMARKS.md] [--plot Benchmarks/scaling.svg]

BENCH is the program `bench` of this folder's package; the plot is drawn by `plot-scaling`, in the
same folder.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

import tables

# The quantity that the arithmetic of a step is proportional to, as a function of the size along an
# axis, and its name.
UNITS = {
    "batch size": (lambda size: size, "images of a batch"),
    "hidden width": (lambda size: size, "units of a hidden layer"),
    "image side": (lambda size: size**2, "pixels of an image"),
}


def medians(rounds):
    """Merges the points of several rounds: for each series and size, its lines by thread count.

    The time is the rounds' median. The machine's peak is the best of all rounds, just as within a
    round it is the best of several attempts.
    """
    lines = [line for round in rounds for line in round]
    peaks, times = {}, {}
    for line in lines:
        threads = line["threads"]
        peaks[threads] = max(peaks.get(threads, 0), line["product_peak_gflop_per_s"])
        key = line["work"], line["axis"], line["size"], threads
        times.setdefault(key, []).append(line["ms_per_step"])
    series = {}
    for line in rounds[0]:
        work, axis, size, threads = (line[name] for name in ("work", "axis", "size", "threads"))
        time = statistics.median(times[work, axis, size, threads])
        share = line["mflop_per_step"] / time / peaks[threads]
        units = UNITS[axis][0](size)
        series.setdefault((work, axis), {}).setdefault(size, {})[threads] = {
            "units": units, "ms": time, "us_per_unit": 1000 * time / units, "share": share,
            "mflop": line["mflop_per_step"],
        }  # fmt: skip
    return series


def rows(series):
    """The cells of every size, with all thread counts side by side."""
    for (work, axis), sizes in series.items():
        for size, by_threads in sizes.items():
            points = [by_threads[threads] for threads in sorted(by_threads)]
            yield [
                work, axis, f"{size}", f"{points[0]['mflop']:,.0f}",
                *[f"{point['ms']:.2f}" for point in points],
                f"{points[-1]['ms'] / points[0]['ms']:.2f}",
                *[f"{point['us_per_unit']:.1f}" for point in points],
                *[f"{point['share']:.0%}" for point in points],
            ]  # fmt: skip


def columns(threads):
    """The table's columns for these thread counts."""
    counts = ["1 thread", *[f"{count} threads" for count in threads[1:]]]
    return [
        "work", "what grows", ">size", ">MFLOP", *[f">ms, {count}" for count in counts], ">by 1 thread",
        *[f">µs a unit, {count}" for count in counts],
        *[f">of the peak, {count}" for count in counts],
    ]  # fmt: skip


def points(series):
    """The input of plot-scaling: a line of JSON for every size and thread count."""
    for (work, axis), sizes in series.items():
        for size, by_threads in sizes.items():
            for threads, point in by_threads.items():
                yield json.dumps({
                    "work": work, "axis": axis, "unit": UNITS[axis][1], "size": size,
                    "units": point["units"], "threads": threads, "ms": point["ms"],
                })  # fmt: skip


def draw(series, file, program):
    """Has plot-scaling draw a panel for each series: milliseconds against the quantity that the
    arithmetic grows with."""
    subprocess.run([program, file], input="\n".join(points(series)), text=True, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", metavar="FILE", help="write the table between the marks in this file")
    parser.add_argument("--plot", metavar="FILE", help="draw the plot to an SVG file")
    args = parser.parse_args()
    if args.rounds < 1:
        parser.error(f"expected 1 round or more, found {args.rounds}")

    others = tables.OtherWork()
    rounds = []
    for number in range(args.rounds):
        print(f"round {number + 1} of {args.rounds}", file=sys.stderr)
        command = [args.bench, "--scaling"]
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        rounds.append([json.loads(line) for line in run.stdout.splitlines()])
    series = medians(rounds)
    threads = sorted({line["threads"] for line in rounds[0]})
    content = "\n\n".join([
        tables.circumstances(rounds[0][-1], [], args.rounds, others.share()),
        tables.table(columns(threads), rows(series)),
    ])  # fmt: skip
    print(content)
    if args.write:
        tables.place(args.write, "measure-scaling", content)
    if args.plot:
        draw(series, args.plot, pathlib.Path(args.bench).with_name("plot-scaling"))


if __name__ == "__main__":
    main()
