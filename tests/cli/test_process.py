"""The whole process, timed from outside by hyperfine, and the messages if that is impossible."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from common import HANG_S, PROGRAM, ROOT, CliTest

CLIENT = ROOT / "tests/faults/external/client.py"

MATRIX = """
model: [linreg, mlp]
dataset: diabetes
impl: [cpu_naive, cpu_blas]
hidden: [[3]]
epochs: 50
"""
MEASURE = "rounds: 2, min_time: 1ms, timeout: 20s"
PARTS = ["startup", "load", "setup", "train", "readback", "predict", "rest"]

# A stand-in for hyperfine: prints its version, then does what the test needs. The real one ignores the output.
STAND_IN = """#!/bin/sh
if [ "$1" = --version ]; then echo "hyperfine 9.9.9"; exit 0; fi
for last in "$@"; do [ "$previous" = --export-json ] && result=$last; previous=$last; done
{does}
"""
RESULT = """echo '{"results": [{"times": [0.5], "user": 0.1, "system": 0.2}]}' > "$result" """


class Measured(CliTest):
    """Hyperfine's times next to those that the processes report."""

    def setUp(self):
        super().setUp()
        if not shutil.which("hyperfine"):
            self.skipTest("hyperfine is not installed")

    def test_parts_fit_into_the_whole(self):
        record = self.run_sweep(self.config(MATRIX, f"{MEASURE}, whole_process: {{runs: 3}}"))
        for case in record["cases"]:
            whole = case["whole_process"]
            self.assertRegex(whole["source"], r"^hyperfine \d+\.\d+")
            self.assertEqual(whole["runs"], 3)
            wall, inside = whole["wall_s"], whole["inside_ns"]
            self.assertEqual(len(wall["samples"]), 3)
            self.assertEqual(wall["median"], sorted(wall["samples"])[1])
            self.assertTrue(wall["min"] <= wall["mean"] <= wall["max"])
            self.assertEqual(sorted(inside), sorted(PARTS))
            self.assertTrue(all(ns >= 0 for ns in inside.values()), inside)
            self.assertGreater(inside["train"], 0)
            self.assertGreaterEqual(whole["residual_ns"], 0)
            self.assertAlmostEqual(sum(inside.values()) + whole["residual_ns"], 1e9 * wall["median"], delta=10)
            self.assertAlmostEqual(whole["residual_fraction"], whole["residual_ns"] / (1e9 * wall["median"]))
            self.assertGreaterEqual(whole["user_s"] + whole["system_s"], 0)
            self.assertIsNone(case["whole_process_reason"])
        self.assertIn("The whole process", self.output)
        self.assertTrue((self.folder / "out/charts/whole_process-mlp-diabetes.svg").exists())
        explained = self.ok("explain", "out", record["cases"][0]["id"])
        self.assertIn("From start to exit it takes", explained)
        self.assertIn("the median of 3", explained)
        self.assertEqual([p.name for p in (self.folder / "out").glob("ironbench-*")], [])

    def test_programs_outside(self):
        """Of what they do between their messages they tell nothing: those parts are not known."""
        outside = f"external: {{x: {{command: [{sys.executable}, {CLIENT}]}}}}"
        matrix = "model: linreg\ndataset: diabetes\nimpl: x\nepochs: 20"
        case, = self.run_sweep(self.config(matrix, f"{MEASURE}, whole_process: {{runs: 1, warmup: 0}}", outside))["cases"]
        whole = case["whole_process"]
        self.assertEqual([part for part in PARTS if whole["inside_ns"][part] is None], ["load", "readback", "predict"])
        self.assertTrue(all(whole["inside_ns"][part] > 0 for part in ["startup", "setup", "train", "rest"]), whole)
        self.assertIsNone(whole["wall_s"]["stddev"])
        self.assertIn("whole process", self.ok("explain", "out", case["id"]))

    def test_nothing_is_done_twice(self):
        config = self.config(MATRIX, f"{MEASURE}, whole_process: {{runs: 3, warmup: 0}}")
        before = self.run_sweep(config)
        with sqlite3.connect(self.folder / "out/run.sqlite") as db:
            db.execute("DELETE FROM process_runs WHERE run = 3")
            db.execute("UPDATE run SET finished = NULL")
        self.ok("run", config, "--out", "out", "--resume")
        for old, new in zip(before["cases"], self.export("out")["cases"]):
            samples = [case["whole_process"]["wall_s"]["samples"] for case in (old, new)]
            self.assertEqual(samples[0][:2], samples[1][:2])
            self.assertEqual(len(samples[1]), 3)

    def test_not_asked_for(self):
        for case in self.run_sweep(self.config(MATRIX, MEASURE))["cases"]:
            self.assertIsNone(case["whole_process"])
            self.assertIsNone(case["whole_process_reason"])
        self.assertNotIn("whole process", self.output)


class StoodIn(CliTest):
    """What may come of hyperfine other than a time."""

    def sweep(self, does, status=0):
        """Runs one case with a program that does this in hyperfine's place; returns the case."""
        program = self.write("hyperfine", STAND_IN.replace("{does}", does))
        program.chmod(0o755)
        config = self.config("model: linreg\ndataset: diabetes\nimpl: cpu_naive\nepochs: 20",
                             f"{MEASURE}, whole_process: {{runs: 2, warmup: 0}}")
        done = self.call("run", config, "--out", "out", env={"PATH": f"{self.folder}:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.output = done.stdout
        return self.export("out")["cases"][0]

    def not_timed(self, does, reason, **kwargs):
        case = self.sweep(does, **kwargs)
        self.assertIsNone(case["whole_process"])
        self.assertRegex(case["whole_process_reason"], reason)
        self.assertIn("Not timed: cpu_naive", self.output)
        self.assertIsNotNone(case["time"]["epoch_ns"]["median"])
        return case

    def test_what_it_says_is_stored(self):
        whole = self.sweep("./ironbench replay job.json && " + RESULT)["whole_process"]
        self.assertEqual(whole["source"], "hyperfine 9.9.9")
        self.assertEqual(whole["wall_s"]["samples"], [0.5, 0.5])
        self.assertEqual((whole["user_s"], whole["system_s"]), (0.1, 0.2))

    def test_it_fails(self):
        self.not_timed("echo 'Error: no luck' >&2; exit 1", "^hyperfine failed: Error: no luck$")

    def test_no_result(self):
        self.not_timed("./ironbench replay job.json", "no readable result")

    def test_garbage_for_a_result(self):
        self.not_timed('./ironbench replay job.json; echo "[{" > "$result"', "no readable result")

    def test_another_answer_is_untrusted(self):
        spoilt = "./ironbench replay job.json; printf '\\001\\002' | dd of=answer/w.npy bs=1 seek=130 conv=notrunc; "
        case = self.not_timed(spoilt + RESULT, "did not repeat the checked", status=3)
        self.assertEqual(case["status"], "untrusted")
        self.assertRegex(case["reason"], "^as a whole process: ")

    def test_a_program_that_fails_says_why(self):
        broken = "sed -i 's/\"epochs\":20/\"epochs\":-1/' job.json; ./ironbench replay job.json; echo wrong >&2; exit 1"
        case = self.not_timed(broken, "^as a whole process: ", status=4)
        self.assertEqual(case["status"], "failed")

    def test_it_is_not_installed(self):
        nothing = self.folder / "empty"
        nothing.mkdir()
        config = self.config(MATRIX, f"{MEASURE}, whole_process: true")
        done = self.call("run", config, "--out", "out", env={"PATH": str(nothing)})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Not timed: 4 cases: hyperfine is not installed", done.stdout)
        for case in self.export("out")["cases"]:
            self.assertIsNone(case["whole_process"])
            self.assertIn("scripts/setup", case["whole_process_reason"])
            self.assertEqual(case["status"], "ok")

    def test_ctrl_c_ends_it(self):
        program = self.write("hyperfine", STAND_IN.replace("{does}", "echo $$ > ../../running; sleep 600"))
        program.chmod(0o755)
        config = self.config("model: linreg\ndataset: diabetes\nimpl: cpu_naive\nepochs: 20",
                             f"{MEASURE}, whole_process: true")
        sweep = subprocess.Popen([PROGRAM, "run", config, "--out", "out"], cwd=self.folder, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True,
                                 env={**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"})
        running = self.folder / "out" / "running"
        while not (running.exists() and running.read_text()):
            self.assertIsNone(sweep.poll())
            time.sleep(0.01)
        sweep.send_signal(signal.SIGINT)
        sweep.communicate(timeout=HANG_S)
        self.assertEqual(sweep.returncode, 130)
        self.assertRaises(ProcessLookupError, os.kill, int(running.read_text()), 0)


class Refused(CliTest):
    def test_values_that_mean_nothing(self):
        for value, says in [("maybe", "`maybe` is not true, false or a map"), ("5", "`5` is not true, false or a map"),
                            ("[true]", "true, false or a map"), ("{runs: 0}", "key `runs`: `0`"),
                            ("{warmup: -1}", "key `warmup`: `-1`"), ("{rounds: 3}", "unknown key `rounds`")]:
            config = self.config(MATRIX, f"{MEASURE}, whole_process: {value}")
            self.refused("plan", config, says=["test.yaml:8: ", says])

    def test_a_job_that_is_none(self):
        self.refused("replay", "nothing.json", says="nothing.json")
        self.refused("replay", self.write("job.json", "{}"), says="not a job file of a sweep")
        self.refused("replay", self.write("job.json", "{"), says="job.json: ")

    def test_plan_counts_them(self):
        asked = self.config(MATRIX, f"{MEASURE}, whole_process: {{runs: 100}}")
        self.assertIn(", whole processes ", self.ok("plan", asked))
        self.assertNotIn("whole processes", self.ok("plan", self.config(MATRIX, MEASURE)))


if __name__ == "__main__":
    unittest.main()
