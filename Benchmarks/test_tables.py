"""Tests of the computations between a measurement and a table.

    python3 -m unittest discover --start-directory Benchmarks
"""

import ast
import io
import json
import pathlib
import sys
import unittest
from contextlib import redirect_stderr

import compare
import scaling
import tables

HERE = pathlib.Path(__file__).parent


class Tables(unittest.TestCase):
    def test_columns_are_aligned_as_their_names_say(self):
        self.assertEqual(
            tables.table(["work", ">ms"], [["a", "1.5"], ["b", "2.0"]]),
            "| work | ms |\n|---|---:|\n| a | 1.5 |\n| b | 2.0 |")  # fmt: skip

    def test_content_goes_between_its_own_marks_alone(self):
        def text(content):
            return (
                "before\n<!-- one: begin -->\nkept\n<!-- one: end -->\n"
                f"<!-- two: begin -->\n{content}\n<!-- two: end -->\nafter\n")  # fmt: skip

        self.assertEqual(tables.placed(text("old\nlines"), "two", "new"), text("new"))

    def test_absent_or_swapped_marks_are_said(self):
        for text in ["", "<!-- a: begin -->", "<!-- a: end --><!-- a: begin -->"]:
            with self.assertRaisesRegex(ValueError, "expected the marks <!-- a: begin -->"):
                tables.placed(text, "a", "new")

    def test_rows_are_found_again_by_their_first_cell_if_the_columns_are_the_same(self):
        rows = [["a", "1.00", ""], ["b", "2.00", "**3**"]]
        content = "Measured.\n\n" + tables.table(["work", ">ms", ">MB"], rows)
        text = tables.placed("<!-- t: begin -->\n<!-- t: end -->", "t", content)
        self.assertEqual(list(tables.rows(text, "t", ["work", ">ms", ">MB"]).values()), rows)
        self.assertEqual(tables.rows(text, "t", ["work", ">ms"]), {})
        self.assertEqual(tables.rows("", "t", ["work"]), {})

    def test_circumstances_name_machine_versions_and_rounds(self):
        line = {"threads": 2, "instruction_set": "AVX2", "blas": "OpenBLAS"}
        self.assertRegex(
            tables.circumstances(line, ["JAX 1", "PyTorch 2"], 3, 0.016),
            r"^Measured on \d{4}-\d\d-\d\d: .+, 2 threads, AVX2, OpenBLAS; JAX 1, PyTorch 2;"
            r" 3 rounds, others had 2% of the processors\.$")  # fmt: skip
        self.assertRegex(
            tables.circumstances({}, [], 1, 0),
            r"^Measured on [^;]+; 1 round, others had 0% of the processors\.$")  # fmt: skip

    def test_waiting_is_not_work_and_stolen_time_is(self):
        self.assertEqual(tables.busy("cpu  1 2 4 1000 2000 8 16 32 64 128\ncpu0 5 5 5"), 63)


class Comparison(unittest.TestCase):
    @staticmethod
    def ours(milliseconds, share):
        return compare.Measurement(milliseconds, 100 + milliseconds, {"product_peak_share": share})

    @staticmethod
    def peer(milliseconds, megabytes=1000):
        return compare.Measurement(milliseconds, megabytes, {"framework": "A"})

    def test_ratios_are_of_the_same_round_with_the_mode_that_is_fastest_in_all(self):
        fast, slow = ("a.py", "fast"), ("a.py", "slow")
        rounds = [
            (self.ours(1, 0.5), {fast: self.peer(2), slow: self.peer(1.9)}),
            (self.ours(4, 0.2), {fast: self.peer(5), slow: self.peer(9)}),
            (self.ours(3, 0.3), {fast: self.peer(10), slow: self.peer(20)}),
        ]
        # The slow mode uses the least memory, whether or not it took part in the rounds.
        trials = {fast: self.peer(3), slow: self.peer(4, 400)}
        self.assertEqual(
            compare.row("w", rounds, trials),
            ["w", "3.00", "5.00", "A, fast", "**0.50**", "0.30–0.80", "30%", "104", "400", "**0.26**"])  # fmt: skip

    def test_a_round_in_which_the_peer_failed_has_no_ratio(self):
        mode = ("a.py", "only")
        rounds = [(self.ours(1, 0.5), {mode: self.peer(2)}), (self.ours(9, 0.5), {})]
        cells = compare.row("w", rounds, {mode: self.peer(2)})
        self.assertEqual(cells[4:6], ["**0.50**", "0.50–0.50"])

    def test_a_whole_process_has_no_share_of_the_peak(self):
        mode = ("a.py", "only")
        rounds = [(compare.Measurement(2345.6, 50, {}), {mode: self.peer(12345.6)})]
        cells = compare.row("w", rounds, {mode: self.peer(1)})
        self.assertEqual(cells[1:3] + [cells[6]], ["2,346", "12,346", ""])

    def test_a_process_is_timed_and_weighed_from_outside(self):
        program = "import time; data = bytearray(64 << 20); time.sleep(0.2); print('{\"a\": 1}')"
        found = compare.timed_from_outside([sys.executable, "-c", program])
        self.assertGreater(found.milliseconds, 200)
        self.assertGreater(found.peak_megabytes, 64)
        self.assertEqual(found.line, {"a": 1})

    def test_a_process_that_fails_is_said_and_not_measured(self):
        errors = io.StringIO()
        with redirect_stderr(errors):
            found = compare.timed_from_outside([sys.executable, "-c", "raise SystemExit('bad')"])
        self.assertIsNone(found)
        self.assertRegex(errors.getvalue(), "failed:\nbad")


class Scaling(unittest.TestCase):
    @staticmethod
    def line(size, threads, milliseconds, peak):
        return {
            "work": "w", "axis": "image side", "size": size, "threads": threads,
            "ms_per_step": milliseconds, "mflop_per_step": 100, "product_peak_gflop_per_s": peak,
        }  # fmt: skip

    def series(self):
        rounds = [
            [self.line(10, 1, 4, 50), self.line(10, 2, 2.5, 100)],
            [self.line(10, 1, 2, 30), self.line(10, 2, 1, 60)],
            [self.line(10, 1, 5, 40), self.line(10, 2, 2, 80)],
        ]
        return scaling.medians(rounds)

    def test_times_are_medians_and_the_peak_the_best(self):
        one, two = self.series()["w", "image side"][10].values()
        self.assertEqual((one["ms"], two["ms"]), (4, 2))
        self.assertEqual((one["share"], two["share"]), (0.5, 0.5))
        self.assertEqual((one["units"], one["us_per_unit"]), (100, 40))

    def test_a_row_has_a_cell_for_every_column(self):
        (row,) = scaling.rows(self.series())
        self.assertEqual(
            row,
            ["w", "image side", "10", "100", "4.00", "2.00", "0.50", "40.0", "20.0", "50%", "50%"])  # fmt: skip
        self.assertEqual(len(scaling.columns([1, 2])), len(row))

    def test_the_plot_gets_a_point_for_every_time(self):
        one, two = map(json.loads, scaling.points(self.series()))
        self.assertEqual(one, {
            "work": "w", "axis": "image side", "unit": "pixels of an image", "size": 10,
            "units": 100, "threads": 1, "ms": 4,
        })  # fmt: skip
        self.assertEqual((two["threads"], two["ms"]), (2, 2))


class Programs(unittest.TestCase):
    def test_all_of_them_parse(self):
        programs = [*HERE.glob("*.py"), *HERE.glob("peers/*.py"), *HERE.parent.glob("scripts/*.py")]
        self.assertGreater(len(programs), 8)
        for program in programs:
            with self.subTest(program.name):
                ast.parse(program.read_text(), program.name)

    def test_every_peer_that_is_compared_is_there(self):
        for program, mode in compare.PEERS + compare.DEEP_PEERS + compare.EPOCH_PEERS:
            self.assertIn(f'"{mode}"', (compare.PROGRAMS / program).read_text())

    def test_deep_works_are_the_same_on_both_sides(self):
        ours = HERE.joinpath("Sources/bench/DeepWorks.swift").read_text()
        peers = [HERE.joinpath(f"peers/deep_{name}.py").read_text() for name in ("works", "torch_peer")]
        for name in compare.GROUPS["deep"]:
            for text in [ours, *peers]:
                self.assertIn(f'"{name}"', text)

    def test_benchmarks_has_the_marks(self):
        text = HERE.parent.joinpath("BENCHMARKS.md").read_text()
        for name in [*(f"compare-with-peers {group}" for group in compare.GROUPS), "measure-scaling"]:
            self.assertIn("new", tables.placed(text, name, "new"))


if __name__ == "__main__":
    unittest.main()
