"""Correct external programs, which are ordinary rows, and other algorithms, which cannot be verified."""

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import unittest
from unittest import mock

from common import ROOT
from external import CLIENT, ExternalTest, LINREG

WHOLE = """
model: [linreg, logreg, mlp]
dataset: [diabetes, breast_cancer]
impl: [x]
dtype: [f32, f64]
hidden: [[4, 3]]
act: [relu, tanh, sigmoid]
loss: [mse, bce]
epochs: [60]
"""


def numpy_python():
    """A Python that has NumPy, which need not be the first on the path."""
    for python in ["/usr/bin/python3", sys.executable]:
        if os.path.exists(python) and subprocess.run([python, "-c", "import numpy"], capture_output=True).returncode == 0:
            return python
    raise unittest.SkipTest("no Python with NumPy is at hand")


class Right(ExternalTest):
    def setUp(self):
        """NumPy's threads wait for each other: where other programs have the CPUs, an epoch takes milliseconds."""
        super().setUp()
        one_thread = mock.patch.dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
        one_thread.start()
        self.addCleanup(one_thread.stop)

    def check(self, case):
        self.assertEqual((case["status"], case["verify"]["verdict"]), ("ok", "ok"), case["reason"] or case["verify"])
        self.assertTrue(case["ranked"])
        self.assertEqual(len(case["time"]["epoch_ns"]["samples"]), 1)
        self.assertGreater(case["time"]["epoch_ns"]["slices"][0][0], 0)
        self.assertGreater(case["time"]["phases_ns"]["setup"], 0)
        for unknown in [case["path"], case["algorithm"], case["transfers"]["as_expected"], case["transfers"]["h2d_count"],
                        case["transfers"]["tracer"]["source"], case["time"]["epoch_ns"]["disturbed"][0]]:
            self.assertIsNone(unknown)

    def test_reference_in_python(self):
        cases = self.sweep([numpy_python(), "impls/external/reference.py"], WHOLE.replace("relu, tanh, sigmoid", "tanh"))
        self.assertEqual(len(cases), 10)
        for case in cases:
            with self.subTest(case["id"]):
                self.check(case)
                self.assertIn("numpy", case["libraries"])

    def test_reference_of_many_classes(self):
        matrix = WHOLE.replace("linreg, logreg", "softmax").replace("diabetes, breast_cancer", "iris").replace("mse, bce", "ce")
        cases = self.sweep([numpy_python(), "impls/external/reference.py"], matrix.replace("relu, tanh, sigmoid", "tanh"))
        self.assertEqual(len(cases), 4)
        for case in cases:
            with self.subTest(case["id"]):
                self.check(case)

    def test_reference_in_python_with_optimizers(self):
        cases = self.sweep([numpy_python(), "impls/external/reference.py"], """
            model: [logreg]
            dataset: [breast_cancer]
            impl: [x]
            optimizer: [sgd, momentum, adam]
            weight_decay: [0, 0.1]
            epochs: [60]""")
        self.assertEqual(len(cases), 6)
        for case in cases:
            with self.subTest(case["id"]):
                self.check(case)

    def test_reference_in_python_with_mini_batches(self):
        """Also where it is taken apart: by single steps, and continued in another process from the end of an epoch."""
        cases = self.sweep([numpy_python(), "impls/external/reference.py"], """
            model: [logreg]
            dataset: [breast_cancer]
            impl: [x]
            optimizer: [sgd, adam]
            batch: [64, 7]
            dtype: [f64, f32]
            epochs: [12]""")
        self.assertEqual(len(cases), 8)
        for case in cases:
            with self.subTest(case["id"]):
                self.check(case)
                self.assertGreaterEqual(case["verify"]["compared"]["steps"], 2)

    def test_losses_that_a_program_does_not_name(self):
        case = self.client("none", matrix=LINREG.replace("linreg", "softmax").replace("diabetes", "iris"), status=4)
        self.assertEqual(case["status"], "unsupported")
        self.assertIn("does not know loss ce", case["reason"])

    def test_updates_must_be_declared(self):
        """A program that does not know them would not see the request."""
        cases = self.sweep([sys.executable, CLIENT], LINREG + "optimizer: [sgd, momentum]\nweight_decay: [0, 0.1]\n")
        self.assertEqual([case["status"] for case in cases], ["ok"] + 3 * ["unsupported"])
        self.assertIn("does not name momentum among its `updates`", cases[2]["reason"])
        self.assertIn("does not name weight_decay among its `updates`", cases[1]["reason"])
        case, = self.sweep([sys.executable, CLIENT], LINREG + "batch: [16]\n", 4, out="batches")
        self.assertEqual(case["status"], "unsupported")
        self.assertIn("does not name batch among its `updates`", case["reason"])

    def test_reference_in_c(self):
        """It compiles with the command in PROTOCOL.md and reports problems that it does not support."""
        command = re.search(r"`(cc [^`]*)`", (ROOT / "impls/PROTOCOL.md").read_text())[1]
        for name in ["reference.c", "npy.h"]:
            shutil.copy(ROOT / "impls/external" / name, self.folder)
        subprocess.run(command.split(), cwd=self.folder, check=True)
        cases = self.sweep(["./reference"], WHOLE.replace("[[4, 3]]", "[[], [4, 3]]"))
        known = [case for case in cases if not case["hidden"] and case["dtype"] == "f64" and case["loss"] != "mse"]
        self.assertEqual((len(cases), len(known)), (28, 3))
        for case in cases:
            with self.subTest(case["id"]):
                if case in known:
                    self.check(case)
                else:
                    self.assertEqual(case["status"], "unsupported")
                    self.assertIn("supports one layer, one output, f64", case["reason"])

    def test_options_and_rivals(self):
        matrix = LINREG.replace("[x]", "[cpu_naive, {name: x, threads: [1, 2]}]")
        cases = self.sweep([sys.executable, CLIENT], matrix)
        self.assertEqual([case["label"] for case in cases], ["cpu_naive", "x", "x threads=2"])
        for case in cases[1:]:
            self.check(case)
            self.assertGreater(case["time"]["epoch_ns"]["cpu"][0], 0)  # it has a single thread
            self.assertLessEqual(case["time"]["epoch_ns"]["cpu"][0], case["time"]["epoch_ns"]["samples"][0])
        config = self.config(LINREG.replace("[x]", "[{name: x, threads: 9}]"),
                             more=f"external: {{x: {{command: [{sys.executable}, {CLIENT}]}}}}")
        self.refused("plan", config, says=["option `threads`", "`9`", "1..8"])

    def test_losses_between_may_be_missing(self):
        self.check(self.client("losses_sparse", matrix=LINREG.replace("20", "130")))

    def test_relative_paths_work_from_anywhere(self):
        (self.folder / "sub").mkdir()
        shutil.copy(CLIENT, self.folder / "sub" / "mine.py")
        config = self.config(LINREG, more=f"external: {{x: {{command: [{sys.executable}, mine.py]}}}}")
        config = config.rename(self.folder / "sub" / "c.yaml")
        self.assertEqual(self.run_sweep(config)["cases"][0]["status"], "ok")

    def test_list_has_the_shipped_ones_only(self):
        self.assertNotIn(" x ", self.ok("list", "impls"))

    def test_name_that_is_taken(self):
        config = self.config(LINREG.replace("[x]", "[cpu_naive]"), more="external: {cpu_naive: {command: [true]}}")
        self.refused("run", config, "--out", "out", says=["test.yaml:9", "external", "cpu_naive", "another name"])

    def test_every_page_takes_a_row_of_which_little_is_known(self):
        self.sweep([sys.executable, CLIENT], LINREG.replace("[x]", "[cpu_naive, x]"))
        case = next(c for c in self.export("out")["cases"] if c["impl"] == "x")
        self.assertIn(case["id"], self.ok("export", "out", "--format", "csv"))
        self.assertIn("x", self.ok("export", "out", "--format", "md"))
        self.assertIn("Verdict: ok", self.ok("explain", "out", case["id"]))
        self.assertIn("x", self.ok("compare", "out", "out"))


class AnotherAlgorithm(ExternalTest):
    def test_is_shown_and_never_ranked(self):
        case = self.client("another_algorithm")
        self.assertEqual((case["status"], case["algorithm"]), ("ok", "lbfgs"))
        self.assertEqual(case["verify"]["verdict"], "unverified")
        self.assertIn("lbfgs is not the contract's gradient descent", case["verify"]["reason"])
        self.assertIsNone(case["verify"]["reference"])
        self.assertGreater(case["metrics"]["rmse"], 0)
        self.assertFalse(case["ranked"])
        self.assertEqual(case["time"]["epoch_ns"]["n"], 0)  # it has no epochs,
        self.assertGreater(case["time"]["phases_ns"]["train"], 0)  # but trained for some time
        self.assertEqual(case["time_to"], [])  # no verified training says what there is to reach
        self.assertIn("another algorithm: lbfgs", self.output)
        self.assertIn("1 case: 1 another algorithm.", self.output)
        self.assertNotIn("Failed or unverified", self.output)
        with contextlib.closing(sqlite3.connect(self.folder / "out/run.sqlite")) as db:
            curve = db.execute("SELECT epoch, seconds FROM curve ORDER BY epoch").fetchall()
        self.assertEqual(curve, [(i, (i + 1) * 0.001) for i in range(20)])
        self.assertIn("lbfgs", self.ok("export", "out", "--format", "csv"))
        self.assertIn("Verdict: another algorithm", self.ok("explain", "out", case["id"]))

    def race(self, fault, epochs=20, rounds=1, status=0, min_time="1ms"):
        """A right training next to another algorithm; the time_to of both, and the row of the latter."""
        matrix = LINREG.replace("[x]", "[cpu_naive, x]").replace("20", str(epochs))
        usual, other = self.sweep([sys.executable, CLIENT, fault, epochs], matrix, status,
                                  f"rounds: {rounds}, min_time: {min_time}, timeout: 20s")
        self.assertEqual(usual["status"], "ok")
        self.assertEqual([at["by"] for at in usual["time_to"]], ["epochs"] * 3)
        self.assertEqual([at["loss"] for at in usual["time_to"]], [at["loss"] for at in other["time_to"]])
        return usual["time_to"], other["time_to"], other

    def query(self, sql):
        with contextlib.closing(sqlite3.connect(self.folder / "out/run.sqlite")) as db:
            return db.execute(sql).fetchall()

    def never(self, fault, reason, **kwargs):
        """It gets nowhere near, for a reason that the report gives as well."""
        _, its, other = self.race(fault, **kwargs)
        self.assertEqual((other["status"], other["reason"]), ("ok", None))
        report = (self.folder / "out/report.md").read_text()
        for at in its:
            self.assertEqual([at[name] for name in ["epoch", "seconds", "low", "high"]], [None] * 4)
            if reason:
                self.assertIn(reason, at["reason"])
                self.assertIn(reason, report)
            else:
                self.assertIsNone(at["reason"])
        self.assertIn("| x | not reached | not reached | not reached |", report)

    def test_is_timed_until_it_is_as_low(self):
        self.with_charts()
        mine, its, _ = self.race("another_algorithm", rounds=6)
        for right, other in zip(mine, its):
            self.assertEqual((other["by"], other["reason"]), ("stops", None))
            # It is gradient descent in truth. An epoch's loss is that before its update.
            self.assertEqual(other["epoch"], right["epoch"] - 1)
            self.assertTrue(0 < other["low"] <= other["seconds"] <= other["high"], other)
        self.assertEqual(self.query("SELECT count(*), count(train_ns), count(DISTINCT round) FROM stop_times"), [(18, 18, 6)])
        # It said of each where to look.
        self.assertEqual(self.query("SELECT sum(trainings) - count(DISTINCT epochs) FROM stops"), [(0,)])
        self.assertEqual(self.query("SELECT count(*) FROM stop_times JOIN stops USING (case_number, target)"
                                    " WHERE stop_times.loss > stops.loss"), [(0,)])
        chart = (self.folder / "out/charts/loss_against_seconds-linreg-diabetes.svg").read_text()
        self.assertIn("(lbfgs)", chart)

    def test_never_comes_so_low(self):
        self.never("another_algorithm_stuck", None)
        self.assertEqual(self.query("SELECT count(*) FROM stop_times"), [(0,)])

    def test_comes_so_low_by_its_own_word_only(self):
        self.never("another_algorithm_of_words", "but the parameters that it returned do not, up to 20 iterations")

    def test_parameters_of_others(self):
        self.never("another_algorithm_of_others", "its predictions do not match the parameters that it returned")

    def test_no_longer_comes_so_low(self):
        self.never("another_algorithm_by_chance", "in 2 of 2 rounds: a training of", rounds=2)

    def test_lies_about_the_time_of_a_stop(self):
        _, _, other = self.race("another_algorithm_boasts", epochs=100, status=3)
        self.assertEqual(other["status"], "untrusted")
        self.assertIn("claims to have trained in", other["reason"])

    def test_stops_before_it_has_trained(self):
        _, _, other = self.race("another_algorithm_answers_first", epochs=200, status=3)
        self.assertEqual(other["status"], "untrusted")
        self.assertIn("sent `trained` before it had trained", other["reason"])

    def test_crashes_at_a_stop(self):
        _, _, other = self.race("another_algorithm_crashes", rounds=3, status=4)
        self.assertEqual(other["status"], "crashed")
        self.assertEqual(self.query("SELECT DISTINCT round, train_ns FROM stop_times"), [(1, None)])

    def test_plan_counts_it(self):
        more = f"external: {{x: {{command: [{sys.executable}, {CLIENT}, another_algorithm]}}}}"
        config = self.config(LINREG, more=more)
        self.assertIn("other algorithms to target losses", self.ok("plan", config))
        self.assertGreater(json.loads(self.ok("plan", config, "--json"))["estimate"]["stops_minutes"], 0)

    def test_needs_its_seconds(self):
        case = self.client("another_algorithm_without_seconds", status=4)
        self.assertIn("loss.npy: another algorithm needs a third column", case["reason"])


class Resume(ExternalTest):
    def test_another_program_is_refused(self):
        """Even under the same name: a case must not mix rounds of two programs."""
        program = self.folder / "client.py"
        program.write_bytes(CLIENT.read_bytes())
        self.sweep([sys.executable, program, "none"])
        config = self.folder / "test.yaml"
        self.ok("run", config, "--out", "out", "--resume")
        program.write_bytes(CLIENT.read_bytes() + b"# faster\n")
        self.refused("run", config, "--quiet", "--out", "out", "--resume", says=["the program of x", "start a new run"])


if __name__ == "__main__":
    unittest.main()
