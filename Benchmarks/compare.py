"""Runs Pushforward and its peers in turn, and writes a comparison of their times and memory.

    compare.py BENCH TRAIN_VAE [--rounds 5] [--works vae-mlp,conv-vae] [--data datasets/mnist]
               [--write BENCHMARKS.md]

BENCH is the program `bench` of this folder's package, TRAIN_VAE the executable that trains a
variational autoencoder. Every mode of every peer is tried for a tenth of the steps, and those that
come within a third of the fastest take part in the rounds. A ratio is the median over the rounds of
our time divided by the mode's in the same round, so that a slow minute of the machine affects both.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import tables

# The workloads of each table, with the number of steps in a measurement, which takes a few seconds.
GROUPS = {
    "training": {
        "vae-mlp": 1000, "ae-mlp": 1000, "gan-mlp": 250, "cnn-mnist": 100, "conv-vae": 150,
        "dcgan-28": 25, "dcgan-64": 10,
    },
    "deep": {
        "coupling-2d": 1000, "spline-2d": 1000, "flow-matching-2d": 1500, "sliced-score-2d": 1500,
        "realnvp-mlp": 60, "maf-mlp": 40, "made-mlp": 150, "iwae-mlp": 200, "wgan-gp-mlp": 40,
        "wgan-gp-conv": 10, "glow-28": 50, "pixelcnn-28": 15, "vqvae-28": 60,
        "transformer-char": 15, "lstm-char": 40, "unet-ddpm": 15, "unet-flow": 15,
    },
    "sampling": {"pixelcnn-samples": 1, "transformer-text": 5, "unet-samples": 1},
    "linear-algebra": {
        "product-2000": 10, "cholesky-2000": 15, "cholesky-3000": 5, "cholesky-inverse-3000": 5,
        "triangular-solve-2000": 10, "cholesky-4x4": 500, "cholesky-16x16": 100, "eigen-500": 10,
        "svd-500x200": 25,
    },
    "functions": {
        "exp": 500, "log": 500, "log-gamma": 100, "digamma": 100, "erf": 100, "sort-float32": 100,
        "cumulative-sum": 500,
    },
    "classical": dict.fromkeys([
        "kmeans", "gmm", "lda", "nuts", "metropolis", "mean-field", "kalman", "kalman-covariance",
        "kde", "logistic",
        "gp1000-gradient", "gp3000-gradient", "gp1000-predict", "gp3000-predict", "emd500", "emd1000",
        "emd2000", "assignment2000", "sinkhorn", "sinkhorn-log", "line-w2", "line-weighted-w1",
        "image-barycenter"], 5),
}  # fmt: skip
STEPS = {name: steps for group in GROUPS.values() for name, steps in group.items()}
PEERS = [
    ("torch_peer.py", "eager"), ("torch_peer.py", "channels-last"), ("torch_peer.py", "compile"),
    ("jax_peer.py", "jit"), ("jax_peer.py", "scan"),
]  # fmt: skip
# Without the compiled mode, whose compilation took longer than the trials wherever it was tried.
DEEP_PEERS = [(f"deep_{program}", mode) for program, mode in PEERS if mode != "compile"]
SAMPLING_PEERS = [("deep_torch_sampling.py", mode) for mode in ["eager", "channels-last"]]
OPERATION_PEERS = [("numpy_peer.py", "numpy"), ("numpy_peer.py", "scipy")]
CLASSICAL_PEERS = [
    ("classical_peer.py", mode) for mode in [
        "scikit-learn", "scipy", "numpy", "python", "statsmodels", "POT", "ott", "blackjax", "numpyro"]]  # fmt: skip
GROUP_PEERS = {
    "training": PEERS, "deep": DEEP_PEERS, "sampling": SAMPLING_PEERS,
    "linear-algebra": OPERATION_PEERS,
    "functions": OPERATION_PEERS, "classical": CLASSICAL_PEERS,
}  # fmt: skip
# Workloads whose final figure depends on random draws or on the number of iterations, and is not
# compared.
FREE_FIGURES = {"nuts", "metropolis", "mean-field", "lda", "image-barycenter"}
# A whole process, from start to end, that trains vae-mlp for an epoch.
EPOCH = "vae-epoch"
EPOCH_PEERS = [("torch_epoch.py", "eager"), ("jax_epoch.py", "jit"), ("jax_epoch.py", "scan")]
# A mode that takes more than this many times as long as the fastest is not measured further.
SLOW = 4 / 3
# Nor is one that takes longer than this many seconds for a tenth of the steps.
LONGEST_TRIAL = 400
PROGRAMS = pathlib.Path(__file__).parent / "peers"
COLUMNS = [
    "work", ">ms", ">peer's", "its fastest mode", ">ratio", "from–to", ">of the peak", ">MB",
    ">leanest peer's", ">ratio of MB",
]  # fmt: skip


@dataclasses.dataclass
class Measurement:
    """The measurements of a process: the time of a step or, for a whole process, its total time."""

    milliseconds: float
    peak_megabytes: float
    # What the program printed.
    line: dict


class Failed(Exception):
    """A workload that cannot be compared, and the reason."""


# Processes


def timed_by_itself(command, seconds=None):
    """The times that a program reports, or None if it fails or exceeds the time limit."""
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        print(f"{' '.join(map(str, command))} took longer than {seconds} s", file=sys.stderr)
        return None
    if run.returncode != 0:
        # A method that another library lacks is not a failure.
        if " has no " not in run.stderr:
            print(f"{' '.join(map(str, command))} failed:\n{run.stderr[-2000:]}", file=sys.stderr)
        return None
    line = json.loads(run.stdout.splitlines()[-1])
    return Measurement(line["ms_per_step"], line["peak_rss_mb"], line)


def timed_from_outside(command):
    """The time and memory that a process took, or None if it fails."""
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        milliseconds = (time.perf_counter() - start) * 1000
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        print(f"{' '.join(map(str, command))} failed:\n{text[-2000:]}", file=sys.stderr)
        return None
    last = text.splitlines()[-1:]
    line = json.loads(last[0]) if last and last[0].startswith("{") else {}
    return Measurement(milliseconds, usage.ru_maxrss / 1024, line)


# Works


class Steps:
    """A workload whose steps each program times itself."""

    def __init__(self, name, bench, inputs):
        self.name, self.bench = name, bench
        group = next(group for group, works in GROUPS.items() if name in works)
        self.modes = GROUP_PEERS[group]
        self.inputs = ["--inputs", inputs] if group == "classical" else []

    def ours(self):
        return self.measured([self.bench, "--steps", str(max(5, STEPS[self.name]))])

    def peer(self, mode, steps=None, seconds=None):
        command = [sys.executable, PROGRAMS / mode[0], "--mode", mode[1]]
        return self.measured([*command, "--steps", str(steps or STEPS[self.name])], seconds)

    def measured(self, command, seconds=None):
        found = timed_by_itself([*command, "--work", self.name, *self.inputs], seconds)
        # A sampler's time is the time per effective draw.
        if found and self.name == "nuts":
            found.milliseconds /= found.line["reached"]
        return found

    def trial(self, mode):
        steps = STEPS[self.name]
        return self.peer(mode, min(steps, max(5, steps // 10)), LONGEST_TRIAL)


class WholeProcess:
    """A workload that is a whole process, started anew for each measurement."""

    name, modes = EPOCH, EPOCH_PEERS

    def __init__(self, train_vae, data):
        self.train_vae, self.data = train_vae, data

    def ours(self):
        with tempfile.TemporaryDirectory() as folder:
            return timed_from_outside([
                self.train_vae, "--epochs", "1", "--data", self.data, "--judge", "none", "--quiet",
                "--out", folder])  # fmt: skip

    def peer(self, mode):
        with tempfile.TemporaryDirectory() as folder:
            return timed_from_outside([
                sys.executable, PROGRAMS / mode[0], "--mode", mode[1], "--data", self.data,
                "--out", folder])  # fmt: skip

    trial = peer


def tried(work):
    """A short measurement of each mode."""
    found = {}
    for mode in work.modes:
        # If single steps are slow, twenty-five steps in one call are not worthwhile.
        jit = next((found[other] for other in found if other[1] == "jit"), None)
        fastest = min((each.milliseconds for each in found.values()), default=0)
        if mode[1] == "scan" and (not jit or jit.milliseconds > 2 * fastest):
            continue
        print(f"{work.name}: trying {' '.join(mode)}", file=sys.stderr)
        measurement = work.trial(mode)
        if measurement:
            found[mode] = measurement
    return found


def compared(work, count):
    """The rounds of a workload, ours and, by mode, the peers'; and the trials before them."""
    trials = tried(work)
    if not trials:
        raise Failed("no peer ran")
    fastest = min(trial.milliseconds for trial in trials.values())
    kept = [mode for mode, trial in trials.items() if trial.milliseconds < SLOW * fastest]
    rounds = []
    for number in range(count):
        print(f"{work.name}: round {number + 1} of {count}", file=sys.stderr)
        # In alternating order, because a program that runs after others may find a hot processor.
        ours = work.ours() if number % 2 else None
        peers = {mode: work.peer(mode) for mode in kept}
        ours = ours or work.ours()
        if not ours or not any(peers.values()):
            raise Failed("our program failed" if not ours else "no peer ran")
        rounds.append((ours, {mode: peer for mode, peer in peers.items() if peer}))
    if work.modes is CLASSICAL_PEERS and work.name not in FREE_FIGURES:
        expect_same(rounds[0][0], trials)
    return rounds, trials


def expect_same(ours, trials):
    """Fails if a peer reached another figure, because then it did not do the same work."""
    for mode, trial in trials.items():
        if abs(ours.line["reached"] - trial.line["reached"]) > 1e-6 * abs(ours.line["reached"]):
            raise Failed(f"came to {ours.line['reached']}, {mode[1]} to {trial.line['reached']}")


# The table


def row(name, rounds, trials):
    """The cells of a workload, compared with the mode that is fastest over all rounds."""
    times = {}
    for _, peers in rounds:
        for mode, peer in peers.items():
            times.setdefault(mode, []).append(peer.milliseconds)
    best = min(times, key=lambda mode: statistics.median(times[mode]))
    ratios = sorted(
        ours.milliseconds / peers[best].milliseconds for ours, peers in rounds if best in peers)  # fmt: skip
    own = [ours for ours, _ in rounds]
    # Empty if a workload has no products.
    shares = list(filter(None, (ours.line.get("product_peak_share") for ours in own)))
    memory = max(ours.peak_megabytes for ours in own)
    leanest = min(trial.peak_megabytes for trial in trials.values())
    return [
        name, rounded(statistics.median(ours.milliseconds for ours in own)),
        rounded(statistics.median(times[best])), f"{trials[best].line['framework']}, {best[1]}",
        f"**{statistics.median(ratios):.2f}**", f"{ratios[0]:.2f}–{ratios[-1]:.2f}",
        f"{statistics.median(shares):.0%}" if shares else "", f"{memory:.0f}", f"{leanest:.0f}",
        f"**{memory / leanest:.2f}**",
    ]  # fmt: skip


def rounded(milliseconds):
    """Rounds to two decimal places, and to none from a second on."""
    return f"{milliseconds:.2f}" if milliseconds < 1000 else f"{milliseconds:,.0f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bench")
    parser.add_argument("train_vae")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--works", help="workloads, or the tables training, deep, sampling, linear-algebra, functions and classical,"
        " separated by commas (default: training)")  # fmt: skip
    parser.add_argument("--data", default="datasets/mnist", help=f"the folder of MNIST's files, for {EPOCH}")
    parser.add_argument("--write", metavar="FILE", help="write the table between the marks in this file")
    args = parser.parse_args()
    works = []
    for name in (args.works or "training").split(","):
        works += [*GROUPS.get(name, [name]), *([EPOCH] if name == "training" else [])]
    if args.rounds < 1 or not {*STEPS, EPOCH}.issuperset(works):
        parser.error(f"expected 1 round or more of works among {', '.join([*STEPS, EPOCH])}, found"
                     f" {args.rounds} of {', '.join(works)}")  # fmt: skip
    if EPOCH in works and not any(pathlib.Path(args.data).glob("train-images*")):
        message = f"{EPOCH} needs MNIST, expected in {args.data}: scripts/download-mnist.sh"
        if args.works:
            parser.error(message)
        print(f"left out: {message}", file=sys.stderr)
        works.remove(EPOCH)

    folder = tempfile.TemporaryDirectory()
    if not GROUPS["classical"].keys().isdisjoint(works):
        subprocess.run([sys.executable, PROGRAMS / "classical_inputs.py", folder.name], check=True)

    others = tables.OtherWork()
    results = {}
    for name in works:
        work = (
            WholeProcess(args.train_vae, args.data) if name == EPOCH
            else Steps(name, args.bench, folder.name))  # fmt: skip
        try:
            results[name] = compared(work, args.rounds)
        except Failed as error:
            # The other workloads take an hour, and their results are still valid.
            print(f"left out: {name}: {error}", file=sys.stderr)
    if not results:
        sys.exit("nothing could be compared")
    share = others.share()
    lines = [trial.line for _, trials in results.values() for trial in trials.values()]
    versions = sorted({f"{line['framework']} {line['version']}" for line in lines})
    ours = [rounds[0][0].line for rounds, _ in results.values()]
    words = tables.circumstances(next(filter(None, ours), {}), versions, args.rounds, share)
    found = {name: row(name, *result) for name, result in results.items()}
    for group, steps in GROUPS.items():
        order = [*steps, *([EPOCH] if group == "training" else [])]
        rows = {name: found[name] for name in order if name in found}
        mark = f"compare-with-peers {group}"
        if not rows:
            continue
        if args.works and args.write:
            # Other rows keep the results of an earlier run.
            rows = tables.rows(pathlib.Path(args.write).read_text(), mark, COLUMNS) | rows
        table = tables.table(COLUMNS, [rows[name] for name in order if name in rows])
        print(f"{words}\n\n{table}\n")
        if args.write:
            tables.place(args.write, mark, f"{words}\n\n{table}")


if __name__ == "__main__":
    main()
