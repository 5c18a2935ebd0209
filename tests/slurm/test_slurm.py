"""A sweep on a small Slurm cluster: a node that fails, a task that is cancelled, one that fails.

Not part of ctest: it needs root and packages that nothing else needs. `scripts/test --slurm` installs and runs it.
"""

import contextlib
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

from cluster import Cluster, missing

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("IRONBENCH_BUILD", ROOT / "build")) / "ironbench"
SHARDS = 4
ROUNDS = 5
SWEEP = f"""
version: 1
matrix:
  model: [linreg, mlp]
  dataset: [diabetes]
  impl: [cpu_naive, fakedev, cpu_blas]
  dtype: [f32, f64]
  hidden: [[3], [4], [5], [6]]
  epochs: [200]
measure: {{rounds: {ROUNDS}, min_time: 50ms, timeout: 60s}}
"""
CASES = 40
SLOW = """
version: 1
matrix: {model: [linreg], dataset: [diabetes], impl: [cpu_naive], dtype: [f32, f64], epochs: [100]}
measure: {rounds: 1000, min_time: 100ms}
"""
FAILS = """
version: 1
matrix: {model: [linreg], dataset: [diabetes], impl: [cpu_naive, absent], epochs: [100]}
external:
  absent: {command: [/bin/false]}
require: [absent]
"""


class SlurmTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="ironbench-slurm-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.cluster = cls.enterClassContext(Cluster(cls.folder))

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return name

    def submit(self, config, shards, out, *options):
        """Submits from the folder; returns the ids of the array job and of the merging one."""
        said = self.cluster.call(str(ROOT / "scripts/slurm/submit.sh"), config, "--shards", shards, "--out", out, "--",
                                 *options, cwd=self.folder)
        found = re.search(r"as job (\d+), then their report as job (\d+)", said)
        self.assertIsNotNone(found, said)
        return found.groups()

    def wait_for_end(self, job, seconds=240):
        self.cluster.wait(lambda: not self.cluster.call("squeue", "--noheader", "--jobs", job), seconds,
                          f"job {job} has not ended")

    def state(self, out, shard):
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / out / "states" / str(shard)).read_text().strip()
        return "never started"

    def rounds(self, out, shard):
        file = self.folder / out / "shards" / str(shard) / "run.sqlite"
        try:
            with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
                return database.execute("SELECT count(*) FROM rounds").fetchone()[0]
        except sqlite3.Error:
            return 0

    def record(self, folder):
        return json.loads(self.program("export", folder))

    def program(self, *args):
        return subprocess.run([PROGRAM, *args], cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def log(self, out):
        return (self.folder / out / "logs/merge.txt").read_text()

    def job_status(self, job):
        """The exit status of a job that has ended."""
        return re.search(r"ExitCode=(\d+):", self.cluster.call("scontrol", "show", "job", job)).group(1)

    def shard_on(self, node, out, shards):
        for shard in range(1, shards + 1):
            if f"running on {node}," in self.state(out, shard):
                return shard
        return None

    def test_a_node_that_fails_costs_nothing(self):
        sweep = self.write("sweep.yaml", SWEEP)
        self.program("run", sweep, "--out", "whole", "--quiet")
        _, merging = self.submit(sweep, SHARDS, "out")
        self.cluster.wait(lambda: self.shard_on("n2", "out", SHARDS), 60, "no shard runs on n2")
        lost = self.shard_on("n2", "out", SHARDS)
        self.cluster.wait(lambda: self.rounds("out", lost) >= 5, 60, "nothing was measured on n2")
        self.cluster.kill_node("n2")
        self.assertIn("running on n2", self.state("out", lost), "the shard had ended before its node failed")
        measured = self.rounds("out", lost)
        self.wait_for_end(merging)
        self.assertEqual(self.job_status(merging), "0", self.log("out"))
        for shard in range(1, SHARDS + 1):
            self.assertIn("done on n", self.state("out", shard), self.log("out"))
        self.assertIn("restarts: 1", self.state("out", lost))
        whole, merged = self.record("whole"), self.record("out/merged")
        self.assertEqual(len(merged["cases"]), CASES)
        for key in ["id", "name", "problem", "series", "status", "path", "convergence", "metrics"]:
            self.assertEqual([c[key] for c in merged["cases"]], [c[key] for c in whole["cases"]], key)
        self.assertEqual({len(c["time"]["epoch_ns"]["samples"]) for c in merged["cases"]}, {ROUNDS})
        parts = {part["shard"]: part for part in merged["run"]["parts"]}
        self.assertEqual(sorted(parts), list(range(1, SHARDS + 1)))
        self.assertEqual(parts[lost]["node"], "n2, n1")  # resumed, not begun again
        self.assertGreaterEqual(measured, 5)
        self.assertTrue(all(re.fullmatch(r"Slurm \d+_\d+", part["job"]) for part in parts.values()))
        self.assertTrue((self.folder / "out/merged/report.html").exists())
        self.cluster.start_node("n2")
        self.cluster.wait(lambda: "idle" in self.cluster.call("sinfo", "--noheader", "--nodes=n2", "--format=%t"), 60,
                          "n2 does not come back")

    def test_a_cancelled_task_is_not_a_failed_one(self):
        sweep = self.write("slow.yaml", SLOW)
        array, merging = self.submit(sweep, 2, "slow")
        for shard in [1, 2]:
            self.cluster.wait(lambda: self.rounds("slow", shard) >= 1, 60, f"shard {shard} has not begun")
            self.cluster.call("scancel", f"{array}_{shard}")
        self.wait_for_end(merging, 90)
        for shard in [1, 2]:
            self.assertIn("cancelled on n", self.state("slow", shard), self.log("slow"))
        self.assertEqual(self.job_status(merging), "4", self.log("slow"))
        self.assertIn("is not finished", self.log("slow"))
        self.assertTrue((self.folder / "slow/merged/report.html").exists())

    def test_a_failed_task_is_told(self):
        sweep = self.write("fails.yaml", FAILS)
        _, merging = self.submit(sweep, 1, "fails")
        self.wait_for_end(merging, 90)
        self.assertIn("failed 4 on n", self.state("fails", 1), self.log("fails"))
        self.assertEqual(self.job_status(merging), "4", self.log("fails"))


if __name__ == "__main__":
    lacks = missing()
    if lacks:
        print(f"test_slurm.py: this machine lacks {', '.join(lacks)}", file=sys.stderr)
        sys.exit(2)
    unittest.main(verbosity=2)
