"""Programs outside: right ones are rows like any other, and every mistake has a name of its own."""

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import unittest

from common import CliTest, ROOT

CLIENT = ROOT / "tests/faults/external/client.py"
REFERENCE = ROOT / "impls/external"

LINREG = """
model: [linreg]
dataset: [diabetes]
impl: [x]
dtype: [f64]
epochs: [20]
"""

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


class ExternalTest(CliTest):
    def sweep(self, command, matrix=LINREG, status=0, measure="rounds: 1, min_time: 1ms, timeout: 20s", out="out"):
        more = f"external:\n  x: {{command: {json.dumps([str(word) for word in command])}}}"
        return self.run_sweep(self.config(matrix, measure, more), status, out)["cases"]

    def client(self, fault, **kwargs):
        return self.sweep([sys.executable, CLIENT, fault], **kwargs)[0]


class Right(ExternalTest):
    def check(self, case):
        self.assertEqual((case["status"], case["verify"]["verdict"]), ("ok", "ok"), case["reason"] or case["verify"])
        self.assertTrue(case["ranked"])
        self.assertEqual(len(case["time"]["epoch_ns"]["samples"]), 1)
        self.assertGreater(case["time"]["epoch_ns"]["slices"][0][0], 0)
        self.assertGreater(case["time"]["phases_ns"]["setup"], 0)
        for unknown in [case["path"], case["algorithm"], case["transfers"]["law_ok"], case["transfers"]["h2d_count"],
                        case["transfers"]["witness"]["source"], case["time"]["epoch_ns"]["disturbed"][0]]:
            self.assertIsNone(unknown)

    def test_reference_in_python(self):
        cases = self.sweep([numpy_python(), "impls/external/reference.py"], WHOLE.replace("relu, tanh, sigmoid", "tanh"))
        self.assertEqual(len(cases), 10)
        for case in cases:
            with self.subTest(case["id"]):
                self.check(case)
                self.assertIn("numpy", case["libraries"])

    def test_reference_in_c(self):
        """It compiles by the command that the protocol's page gives."""
        command = re.search(r"`(cc [^`]*)`", (ROOT / "impls/PROTOCOL.md").read_text())[1]
        shutil.copy(REFERENCE / "reference.c", self.folder)
        subprocess.run(command.split(), cwd=self.folder, check=True)
        cases = self.sweep(["./reference"], WHOLE)
        self.assertEqual(len(cases), 22)
        for case in cases:
            with self.subTest(case["id"]):
                self.check(case)

    def test_options_and_rivals(self):
        matrix = LINREG.replace("[x]", "[cpu_naive, {name: x, threads: [1, 2]}]")
        cases = self.sweep([sys.executable, CLIENT], matrix)
        self.assertEqual([case["label"] for case in cases], ["cpu_naive", "x", "x threads=2"])
        for case in cases[1:]:
            self.check(case)
            self.assertGreater(case["time"]["epoch_ns"]["cpu"][0], 0)  # it has a single thread
            self.assertLess(case["time"]["epoch_ns"]["cpu"][0], 1.1 * case["time"]["epoch_ns"]["samples"][0])
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
        self.assertIn("lbfgs is another algorithm", case["verify"]["reason"])
        self.assertIsNone(case["verify"]["reference"])
        self.assertGreater(case["metrics"]["rmse"], 0)
        self.assertFalse(case["ranked"])
        self.assertEqual(case["time"]["epoch_ns"]["n"], 0)  # it has no epochs,
        self.assertGreater(case["time"]["phases_ns"]["train"], 0)  # but trained for some time
        self.assertEqual(case["time_to"], [])  # no verified training says what there is to reach
        self.assertIn("another algorithm: lbfgs", self.output)
        self.assertIn("1 case: 1 another algorithm.", self.output)
        self.assertNotIn("Not right", self.output)
        with contextlib.closing(sqlite3.connect(self.folder / "out/run.sqlite")) as db:
            curve = db.execute("SELECT epoch, seconds FROM curve ORDER BY epoch").fetchall()
        self.assertEqual(curve, [(i, (i + 1) * 0.001) for i in range(20)])
        self.assertIn("lbfgs", self.ok("export", "out", "--format", "csv"))
        self.assertIn("Verdict: another algorithm", self.ok("explain", "out", case["id"]))

    def test_its_own_seconds_count_to_a_loss(self):
        matrix = LINREG.replace("[x]", "[cpu_naive, x]")
        usual, other = self.sweep([sys.executable, CLIENT, "another_algorithm"], matrix)
        for mine, its in zip(usual["time_to"], other["time_to"]):
            self.assertEqual(mine["loss"], its["loss"])
            self.assertGreater(mine["seconds"], 0)
            self.assertAlmostEqual(its["seconds"], (its["epoch"] + 1) * 0.001)
            self.assertIsNone(its["low"])
        self.assertIn("(lbfgs)", (self.folder / "out/charts/loss_against_seconds-linreg-diabetes.svg").read_text())

    def test_needs_its_seconds(self):
        case = self.client("another_algorithm_without_seconds", status=4)
        self.assertIn("loss.npy: another algorithm needs a third column", case["reason"])


class Wrong(ExternalTest):
    def fails(self, fault, status, says, exit_status=4, **kwargs):
        case = self.client(fault, status=exit_status, **kwargs)
        self.assertEqual(case["status"], status, case["reason"])
        self.assertIn(says, case["reason"])
        self.assertFalse(case["ranked"])

    def unavailable(self, fault, says, **kwargs):
        self.fails(fault, "unavailable", says, **kwargs)

    def test_silent(self):
        self.unavailable("silent", "no hello within 1 s", measure="rounds: 1, min_time: 1ms, timeout: 1s")

    def test_garbage(self):
        self.unavailable("garbage", "answered with garbage: `?[2Jhello? there`")

    def test_ends_at_once(self):
        self.unavailable("exits_at_once", 'exited with status 1 before it had answered: "ImportError: nothing works here"')

    def test_protocol_of_the_future(self):
        self.unavailable("future", "speaks version 2 of the protocol, and this ironbench version 1")

    def test_description(self):
        self.unavailable("two_impls", "a list `impls` of just one")
        self.unavailable("odd_option", "`type` must be int, bool or text", out="b")

    def test_missing_library(self):
        self.unavailable("no_such_library", "no module named torch: scripts/setup --peers")

    def command(self, command, says):
        case = self.sweep(command, status=4)[0]
        self.assertEqual(case["status"], "unavailable")
        self.assertIn(says, case["reason"])

    def test_no_such_program(self):
        self.command(["no-such-program"], "cannot start no-such-program: there is no such program in PATH")

    def test_no_such_file(self):
        self.command(["./client"], "client: No such file or directory")

    def test_not_executable(self):
        self.write("client", "#!/bin/sh\n").chmod(0o644)
        self.command(["./client"], "client: Permission denied")

    def test_a_program_that_knows_nothing_of_it(self):
        self.command(["true"], "exited with status 0 before it had answered")

    def test_one_bad_row_is_not_the_end_of_the_sweep(self):
        more = "external: {a: {command: [no-such-program]}, b: {command: [%s, %s]}}" % (sys.executable, CLIENT)
        cases = self.run_sweep(self.config(LINREG.replace("[x]", "[cpu_naive, a, b]"), more=more))["cases"]
        self.assertEqual([case["status"] for case in cases], ["ok", "unavailable", "ok"])

    def test_refuses(self):
        self.fails("refuses", "unsupported", "no linreg here")

    def test_another_answer(self):
        self.fails("wrong_answer", "failed", "answered `done` where `ready` was due")

    def test_early_done(self):
        self.fails("early_done", "failed", "said `done` before it had said `trained`")

    def test_exits(self):
        self.fails("exit", "failed", 'exited with status 1 before it had answered: "NoSuchLuck: the dog ate it"')

    def test_killed(self):
        self.fails("killed", "oom", "killed by the system (SIGKILL)")
        self.fails("segfault", "crashed", "signal 11", out="b")

    def test_endless(self):
        self.fails("endless_output", "failed", "wrote over 64 MiB to stdout and stderr")
        self.fails("endless_line", "failed", "16 MiB without a line's end", out="b")
        self.fails("endless_progress", "timeout", "no answer within 8 s", out="c",
                   measure="rounds: 1, min_time: 1ms, timeout: 8s")

    def test_arrays(self):
        self.fails("wrong_shape", "failed", "w: came back as 1 x 10 of f64, expected 10 x 1 of f64")
        self.fails("wrong_dtype", "failed", "w: came back as 10 x 1 of f32, expected 10 x 1 of f64", out="b")
        self.fails("missing_array", "failed", "b.npy: is missing: it was not written before `done`", out="c")
        self.fails("short_array", "failed", "predictions.npy: not a .npy file that can be read: it is shorter", out="d")

    def test_losses(self):
        self.fails("no_losses", "failed", "loss.npy: is missing")
        self.fails("losses_cut", "failed", "loss.npy: lacks epoch 20 of 20; it must hold the first 50", out="b")
        self.fails("losses_backwards", "failed", "loss.npy: its first column must count epochs upwards", out="c")

    def test_nan(self):
        case = self.client("nan", status=3)
        self.assertEqual((case["status"], case["verify"]["verdict"]), ("ok", "wrong"))
        self.assertIn("not finite", case["verify"]["reason"])

    def test_ends_elsewhere_when_timed(self):
        self.fails("other_end", "untrusted", "the timed pass ended elsewhere than the checked one", exit_status=3)

    def test_boasts(self):
        self.fails("boasts", "untrusted", "claims to have trained in", exit_status=3,
                   matrix=LINREG.replace("20", "100"))
        self.fails("claims_words", "failed", "`trained_ns` must be a number", out="b")

    def test_answers_before_the_work_is_done(self):
        self.fails("answers_first", "untrusted", "said `trained` before it had trained", exit_status=3,
                   matrix=LINREG.replace("20", "200"))


if __name__ == "__main__":
    unittest.main()
