"""`run --shard`, `plan --shards` and `merge`: a sweep in parts, and runs of several machines."""

import contextlib
import json
import shutil
import sqlite3
import tempfile
import unittest

from common import CliTest

MATRIX = """
model: [linreg, mlp]
dataset: [diabetes]
impl: [cpu_naive, fakedev]
dtype: [f32, f64]
hidden: [[3]]
epochs: [20]
"""
PROBLEMS = 4
CASES = 3 * PROBLEMS


class ShardTest(CliTest):
    def setUp(self):
        super().setUp()
        self.sweep = self.config(MATRIX, "rounds: 1, min_time: 1ms")

    def shard(self, index, count, *args, status=0):
        done = self.call("run", self.sweep, "--shard", f"{index}/{count}", "--out", f"s{index}", *args)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)

    def edit(self, run, *statements):
        with contextlib.closing(sqlite3.connect(self.folder / run / "run.sqlite")) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()

    def another_machine(self, run, fingerprint, node):
        """Makes it a run of another machine, at another time."""
        self.edit(run, f"UPDATE run SET machine = json_set(machine, '$.fingerprint', '{fingerprint}'),"
                       f" id = '20200101T000000Z-{fingerprint}'", f"UPDATE parts SET node = '{node}'")


class Division(ShardTest):
    def test_the_plan_shows_each_shard(self):
        plan = json.loads(self.ok("plan", self.sweep, "--shards", 3, "--json"))
        self.assertEqual([shard["shard"] for shard in plan["shards"]], [1, 2, 3])
        self.assertEqual(sum(shard["cases"] for shard in plan["shards"]), CASES)
        self.assertEqual(sum(shard["problems"] for shard in plan["shards"]), PROBLEMS)
        for shard in plan["shards"]:
            self.assertEqual(shard["cases"], sum(c["shard"] == shard["shard"] for c in plan["cases"]))
        text = self.ok("plan", self.sweep, "--shards", 3)
        self.assertIn("shard 3/3: ", text)
        self.assertIn("balanced by the work", text)
        whole = json.loads(self.ok("plan", self.sweep, "--json"))
        self.assertIsNone(whole["shards"])
        self.assertIsNone(whole["cases"][0]["shard"])

    def test_bad_shards_are_refused(self):
        for shard in ["0/2", "3/2", "1", "1/0", "a/2", "1/2/3", "1/20000", "-1/2"]:
            self.refused("run", self.sweep, "--shard=" + shard, "--out", "no", says=["--shard", "2/4"])
        self.refused("run", self.sweep, "--shard", "1/7", "--out", "no",
                     says=["--shard", "7 shards", f"{PROBLEMS} problems"])
        self.refused("plan", self.sweep, "--shards", "7", says=["--shards", f"{PROBLEMS} problems"])
        self.refused("plan", self.sweep, "--shards", "0", says=["--shards", "1 to 10000"])
        self.refused("run", self.sweep, "--earlier", ".", "--out", "no", says=["--earlier", "--shard"])
        self.refused("run", self.sweep, "--shard", "1/2", "--earlier", "nowhere", "--out", "no", says=["nowhere"])
        self.assertFalse((self.folder / "no").exists())

    def test_earlier_runs_balance_them(self):
        self.run_sweep(self.sweep, out="runs/a")
        division = self.ok("plan", self.sweep, "--shards", 2)
        self.edit("runs/a", "UPDATE epoch_times SET median_ns = 1e9 WHERE case_number <= 3")
        self.assertEqual(self.ok("plan", self.sweep, "--shards", 2), division)
        measured = self.plan_by("runs")
        self.assertEqual(sorted(shard["cases"] for shard in measured), [3, CASES - 3])
        # a run that is not finished, or is a shard, may change while others read it
        self.edit("runs/a", "UPDATE run SET finished = NULL")
        by_work = self.plan_by("runs")
        self.assertNotEqual(by_work, measured)
        self.edit("runs/a", "UPDATE run SET finished = started", "UPDATE parts SET shard = 1, shards = 1")
        self.assertEqual(self.plan_by("runs"), by_work)

    def plan_by(self, runs):
        return json.loads(self.ok("plan", self.sweep, "--shards", 2, "--earlier", runs, "--json"))["shards"]


class Merge(ShardTest):
    def test_merged_shards_are_the_whole_sweep(self):
        whole = self.run_sweep(self.sweep, out="whole")
        for index in [2, 1]:
            self.shard(index, 2)
        self.assertIn(f"{CASES} cases of 2 runs on 1 machine",
                      self.ok("merge", "s1", "s2", "--out", "merged"))
        merged = self.export("merged")
        self.assertTrue(merged["run"]["merged"])
        self.assertEqual([part["shards"] for part in merged["run"]["parts"]], [2, 2])
        self.assertEqual({part["shard"] for part in merged["run"]["parts"]}, {1, 2})
        self.assertTrue(all(part["node"] for part in merged["run"]["parts"]))
        same = ["id", "name", "problem", "status", "path", "convergence", "machine"]
        self.assertEqual([[c[key] for key in same] for c in merged["cases"]],
                         [[c[key] for key in same] for c in whole["cases"]])
        self.assertEqual([c["metrics"] for c in merged["cases"]], [c["metrics"] for c in whole["cases"]])
        report = self.ok("report", "merged")
        self.assertRegex(report, r"residency +\S+/epoch")  # without a column for the machine
        self.assertNotIn("machine=", report)
        self.assertIn("shard 2 of 2", (self.folder / "merged/report.md").read_text())
        # and as a run: compared, explained, exported
        self.assertIn("compared with old run", self.ok("compare", "whole", "merged"))
        self.ok("explain", "merged", 1)
        self.refused("run", self.sweep, "--resume", "--out", "merged", says="merged from runs")

    def test_a_missing_or_unfinished_shard_is_told(self):
        self.shard(1, 3)
        done = self.call("merge", "s1", "--out", "merged")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("shard 2 of 3 is missing, shard 3 of 3 is missing", done.stderr)
        self.ok("report", "merged")
        self.assertIn("is missing", (self.folder / "merged/report.md").read_text())

    def test_a_shard_is_resumed_with_its_own_cases(self):
        """Also when runs that are known by then would divide the sweep in another way."""
        self.shard(1, 2)
        before = [c["id"] for c in self.export("s1")["cases"]]
        self.edit("s1", "UPDATE run SET finished = NULL", "DELETE FROM rounds WHERE case_number = 2",
                  "DELETE FROM epoch_times WHERE case_number = 2")
        shutil.copytree(self.folder / "s1", self.folder / "runs/s1")
        self.refused("run", self.sweep, "--shard", "2/2", "--out", "s1", "--resume", says="--shard 1/2")
        self.refused("run", self.sweep, "--out", "s1", "--resume", says="--shard 1/2")
        self.shard(1, 2, "--resume", "--earlier", "runs")
        record = self.export("s1")
        self.assertEqual([c["id"] for c in record["cases"]], before)
        self.assertEqual({c["time"]["epoch_ns"]["n"] for c in record["cases"]}, {1})

    def test_refusals(self):
        self.shard(1, 2)
        shutil.copytree(self.folder / "s1", self.folder / "again")
        self.another_machine("again", "ffff", "other")
        self.edit("again", "UPDATE run SET config_text = replace(config_text, 'rounds: 1', 'rounds: 2')")
        self.refused("merge", "s1", "again", "--out", "no", says=["again", "s1", "configurations differ", "rounds: 2"])
        self.refused("merge", "--out", "no", says="missing argument")
        self.refused("merge", "s1", says="--out DIR is needed")
        self.refused("merge", "s1", "nowhere", "--out", "no", says="nowhere")
        self.refused("merge", "s1", "--out", "again", says="not merged")
        self.assertFalse((self.folder / "no").exists())


class Machines(ShardTest):
    """Two runs, a and b, of two machines, and both of them merged."""

    first = None  # the folder of the first test, whose runs are those of all

    def setUp(self):
        super().setUp()
        if Machines.first:
            shutil.copytree(Machines.first.name, self.folder, dirs_exist_ok=True)
        else:
            self.make_runs()
            Machines.first = tempfile.TemporaryDirectory(prefix="ironbench-test-")
            self.addClassCleanup(Machines.first.cleanup)
            shutil.copytree(self.folder, Machines.first.name, dirs_exist_ok=True)
        self.record = self.export("both")

    def make_runs(self):
        self.sweep = self.config(MATRIX.replace("linreg, mlp", "linreg").replace("fakedev", "cpu_blas"),
                                 "rounds: 8, min_time: 1ms")
        self.run_sweep(self.sweep, out="a")
        shutil.copytree(self.folder / "a", self.folder / "b")
        self.another_machine("b", "ffff", "other node")
        self.edit("b", "UPDATE rounds SET epoch_ns = epoch_ns / 1000")
        self.ok("merge", "a", "b", "--out", "both")

    def test_each_case_names_its_machine(self):
        names = [machine["name"] for machine in self.record["run"]["machines"]]
        self.assertIn("other-node", names)
        self.assertEqual(len(names), 2)
        of_cases = [c["machine"] for c in self.record["cases"]]
        self.assertEqual(of_cases.count("other-node"), len(of_cases) / 2)
        text = self.ok("report", "both")
        self.assertIn("machine", text)
        self.assertIn("linreg machine=other-node f64 diabetes", text)
        page = (self.folder / "both/report.md").read_text()
        self.assertIn("| implementation | residency | machine |", page)
        self.assertIn("Machine other-node", page)
        selected = self.ok("report", "both", "-s", "linreg machine=other-node f64 diabetes")
        self.assertIn("machine=other-node", selected)
        rows = self.ok("export", "both", "--format", "csv").splitlines()
        head = rows[0].split(",")
        for row in rows[1:]:
            cells = row.rsplit(",", len(head) - head.index("machine"))[1:]
            self.assertEqual("ffff" in cells, "other-node" in cells)

    @unittest.skipUnless(shutil.which("gnuplot"), "no gnuplot is installed")
    def test_each_machine_has_its_own_limits(self):
        self.edit("both", "UPDATE checks SET limit_ns = 10, limit_flops = 1000, limit_bytes = 100, limit_bound = 'memory',"
                          " limit_by = 'memory', limit_rate = 1e9")
        self.with_charts()
        self.ok("report", "both")
        page = (self.folder / "both/report.md").read_text()
        for machine in self.record["run"]["machines"]:
            self.assertIn(f"How far from the limit of the machine: {machine['name']}", page.replace("\\", ""))
        self.assertEqual(len(list((self.folder / "both/charts").glob("roofline-*.svg"))), 2)

    def test_ratios_are_of_one_machine(self):
        by_id = {}
        for case in self.record["cases"]:
            by_id.setdefault((case["id"], case["machine"]), case)
        self.assertEqual(len(by_id), len(self.record["cases"]))
        single = [ratio["case"] for ratio in self.export("a")["speed_up"]]
        self.assertTrue(single)
        self.assertEqual(sorted(ratio["case"] for ratio in self.record["speed_up"]), sorted(2 * single))
        for ratio in self.record["speed_up"]:
            self.assertLess(ratio["ratio"]["median"], 100)  # a ratio over another machine would be near 1000
            self.assertGreater(ratio["ratio"]["median"], 0.01)

    def test_cases_are_compared_on_one_machine(self):
        comparison = json.loads(self.ok("compare", "b", "both", "--json"))
        self.assertEqual({c["machine"] for c in comparison["cases"]}, {"other-node"})
        self.assertEqual([c["old_ns"] for c in comparison["cases"]], [c["new_ns"] for c in comparison["cases"]])
        self.assertEqual(len(comparison["only_new"]), len(comparison["cases"]))
        page = self.ok("compare", "b", "both")
        self.assertIn("on the same machine only", page)
        self.assertIn("machine", page)

    def test_a_case_on_two_machines_is_explained_by_its_number(self):
        case = self.record["cases"][0]["id"]
        self.refused("explain", "both", case, says=["matches 2 cases", "on other-node"])
        self.ok("explain", "both", 1)

    def test_a_baseline_is_of_one_machine(self):
        self.refused("baseline", "save", "./x.json", "both", says=["2 machines"])
        self.ok("merge", "a", "--out", "one")
        self.ok("baseline", "save", "./x.json", "one")
