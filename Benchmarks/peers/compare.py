"""Runs Pushforward and its peers in turn, and writes how their times compare.

    compare.py BENCH [--rounds 5] [--works vae-mlp,conv-vae] [--write BENCHMARKS.md]

BENCH is the program `bench` of this folder's package. Every mode of every peer is tried for a tenth
of the steps, and those that come within a third of the fastest take part in the rounds. A ratio is
the median over the rounds of our time by the mode's in the same round, so that a minute in which
the machine is slow weighs on both.
"""

import argparse
import datetime
import json
import pathlib
import platform
import statistics
import subprocess
import sys

# Steps in a measurement: some ten seconds' worth.
STEPS = {
    "vae-mlp": 1000, "ae-mlp": 1000, "gan-mlp": 250, "cnn-mnist": 100, "conv-vae": 150,
    "dcgan-28": 25, "dcgan-64": 10,
}  # fmt: skip
PEERS = [
    ("torch_peer.py", "eager"), ("torch_peer.py", "channels-last"), ("torch_peer.py", "compile"),
    ("jax_peer.py", "jit"), ("jax_peer.py", "scan"),
]  # fmt: skip
# A mode that takes longer than this many times the fastest one's time is not measured further.
SLOW = 4 / 3
# Nor is one that takes longer than this many seconds for a tenth of the steps.
LONGEST_TRIAL = 120
BEGIN, END = "<!-- compare-with-peers: begin -->", "<!-- compare-with-peers: end -->"

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("bench")
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--works", default=",".join(STEPS))
parser.add_argument("--write", metavar="FILE", help="put the table between the marks in this file")
args = parser.parse_args()
unknown = set(args.works.split(",")) - set(STEPS)
if args.rounds < 1 or unknown:
    parser.error(f"expected 1 round or more of works among {', '.join(STEPS)}, found"
                 f" {args.rounds} of {args.works}")  # fmt: skip
here = pathlib.Path(__file__).parent


def measured(command, seconds=None):
    """The line of JSON that a program prints last, or None where it fails or takes longer."""
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        print(f"{' '.join(map(str, command))} took longer than {seconds} s", file=sys.stderr)
        return None
    if run.returncode != 0:
        print(f"{' '.join(map(str, command))} failed:\n{run.stderr[-2000:]}", file=sys.stderr)
        return None
    return json.loads(run.stdout.splitlines()[-1])


def ours(work):
    line = measured([args.bench, "--work", work, "--steps", str(STEPS[work])])
    return line or sys.exit(1)


def peer(work, mode, steps, seconds=None):
    program, name = mode
    command = [sys.executable, here / program, "--work", work, "--mode", name]
    return measured(command + ["--steps", str(steps)], seconds)


def tried(work):
    """A short measurement of each mode."""
    lines = {}
    for mode in PEERS:
        # What is slow step by step is not worth twenty-five steps in one call.
        jit = lines.get(("jax_peer.py", "jit"))
        fastest = min((line["ms_per_step"] for line in lines.values()), default=0)
        if mode[1] == "scan" and (not jit or jit["ms_per_step"] > 2 * fastest):
            continue
        print(f"{work}: trying {' '.join(mode)}", file=sys.stderr)
        line = peer(work, mode, max(5, STEPS[work] // 10), LONGEST_TRIAL)
        if line:
            lines[mode] = line
    return lines


def compared(work):
    """The rounds of a work, ours and, by mode, the peers'; and the trials before them."""
    trials = tried(work)
    fastest = min(line["ms_per_step"] for line in trials.values())
    kept = [mode for mode, line in trials.items() if line["ms_per_step"] < SLOW * fastest]
    rounds = []
    for number in range(args.rounds):
        print(f"{work}: round {number + 1} of {args.rounds}", file=sys.stderr)
        lines = {mode: peer(work, mode, STEPS[work]) for mode in kept}
        rounds.append((ours(work), {mode: line for mode, line in lines.items() if line}))
    return rounds, kept, trials


def row(work, rounds, kept, trials):
    """A line of the table, against the mode that is fastest over all rounds."""

    def times(mode):
        return [line[mode]["ms_per_step"] for _, line in rounds if mode in line]

    best = min(kept, key=lambda mode: statistics.median(times(mode)))
    pairs = [(mine, line[best]) for mine, line in rounds if best in line]
    ratios = sorted(mine["ms_per_step"] / peer["ms_per_step"] for mine, peer in pairs)
    own = [mine for mine, _ in rounds]
    step = statistics.median(mine["ms_per_step"] for mine in own)
    peak = statistics.median(mine["product_peak_share"] for mine in own)
    memory = max(mine["peak_rss_mb"] for mine in own)
    leanest = min(line["peak_rss_mb"] for line in trials.values())
    name = f"{pairs[0][1]['framework']}, {best[1]}"
    return (
        f"| {work} | {step:.2f} | {statistics.median(times(best)):.2f} | {name} |"
        f" **{statistics.median(ratios):.2f}** | {ratios[0]:.2f}–{ratios[-1]:.2f} |"
        f" {peak:.0%} | {memory:.0f} | {leanest:.0f} |"
    )


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


results = {work: compared(work) for work in args.works.split(",")}
rows = [row(work, *result) for work, result in results.items()]
rounds, _, trials = next(iter(results.values()))
versions = sorted({f"{line['framework']} {line['version']}" for line in trials.values()})
bench = rounds[0][0]
table = "\n".join([
    f"Measured on {datetime.date.today()}: {processor()}, {bench['threads']} threads,"
    f" {bench['instruction_set']}, {bench['blas']}; {', '.join(versions)}; {args.rounds}"
    f" {'round' if args.rounds == 1 else 'rounds'}.",
    "",
    "| work | ms a step | peer's | its fastest mode | ratio | from–to | of the peak | MB | leanest peer's |",
    "|---|---:|---:|---|---:|---|---:|---:|---:|",
    *rows,
])  # fmt: skip
print(table)
if args.write:
    file = pathlib.Path(args.write)
    text = file.read_text()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    file.write_text(f"{text[:begin]}\n{table}\n{text[end:]}")
