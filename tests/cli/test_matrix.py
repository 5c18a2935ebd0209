"""The cases that a configuration and the command line select, and the output of `plan`."""

import json
import os
import re
import shutil
import sqlite3
import subprocess

from common import PROGRAM, ROOT, CliTest

MATRIX = """
model: [linreg, mlp]
dataset: [diabetes, xor]
impl: [cpu_naive, fakedev]
dtype: [f32, f64]
hidden: [[3], [3, 3]]
epochs: [20]
"""
SMALL = """
model: [linreg]
dataset: [diabetes]
impl: [cpu_naive]
epochs: [20, 30]
"""


class PlanTest(CliTest):
    def plan(self, config, *flags):
        return json.loads(self.ok("plan", config, "--json", *flags))

    def ids(self, config, *flags):
        return [case["id"] for case in self.plan(config, *flags)["cases"]]


class Selection(PlanTest):
    def test_plan_keeps_what_is_selected(self):
        config = self.config(MATRIX)
        everything = self.ids(config)
        self.assertEqual(len(everything), 2 * 3 + 2 * 2 * 2 * 3)
        self.assertEqual(self.ids(config, "-s", "impl=cpu_*,dtype=f32"),
                         [i for i in everything if "-f32-cpu_naive-" in i])
        self.assertEqual(self.ids(config, "-s", "model=linreg", "-s", "dataset=xor,hidden=3,3"),
                         [i for i in everything if i.startswith("linreg-") or i.startswith("mlp-xor-h3x3-")])
        self.assertEqual(self.ids(config, "-x", "impl=fake*", "-x", "rows>=300"),
                         [i for i in everything if "-xor-" in i and "-cpu_naive-" in i])
        self.assertEqual(self.ids(config, "-s=dtype=f32", "-x", "residency=per_op"),
                         [i for i in everything if "-f32-" in i and "-per_op-" not in i])

    def test_title_of_a_table_selects_it(self):
        config = self.config(MATRIX)
        everything = self.ids(config)
        for text in ("mlp 3x3 f32 xor", "mlp,f32,hidden=3-3 xor", "xor f32 hidden=3,3", "hidden=3x3,dtype=f32 xor"):
            with self.subTest(text):
                self.assertEqual(self.ids(config, "-s", text), [i for i in everything if "-xor-h3x3-" in i and "-f32-" in i])
        self.ok("run", config, "--out", "out", "-s", "mlp xor f64 cpu_naive")
        for case in self.export("out")["cases"]:
            chosen = self.ids(config, "-s", f"{case['problem']} {case['name']}")
            self.assertEqual(chosen, [case["id"]])

    def test_plan_says_what_the_selection_left_out(self):
        out = self.ok("plan", self.config(MATRIX), "-s", "model=mlp", "-x", "impl=cpu_*", "-x", "impl=cuda_*")
        self.assertIn("16 cases", out)
        self.assertIn("left out: not selected by -s (6)", out)
        self.assertIn("left out: excluded by -x impl=cpu_* (8)", out)
        self.assertIn("left out: excluded by -x impl=cuda_* (0)", out)

    def test_run_sums_up_many_reasons(self):
        config = self.config("model: [linreg, logreg]\ndataset: [diabetes, iris, xor]\nimpl: cpu_naive\nepochs: 2",
                             measure="rounds: 1, min_time: 0s")
        left_out = json.loads(self.ok("plan", config, "--json", "-s", "diabetes"))["left_out"]
        self.assertGreater(len(left_out), 3)
        done = self.call("run", config, "-s", "diabetes", "--out", "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        said = f"left out: {sum(item['count'] for item in left_out)} combinations, for {len(left_out)} reasons"
        self.assertIn(said, done.stderr)
        self.assertEqual(done.stderr.count("left out"), 1)

    def test_run_keeps_what_is_selected(self):
        config = self.config(MATRIX)
        self.ok("run", config, "--out", "out", "-s", "model=mlp,dataset=xor,dtype=f64", "-x", "impl=fakedev")
        cases = self.export("out")["cases"]
        self.assertEqual([(c["model"], c["dataset"], c["dtype"], c["impl"]) for c in cases],
                         [("mlp", "xor", "f64", "cpu_naive")] * 2)

    def test_a_selection_that_matches_nothing(self):
        config = self.config(MATRIX)
        for command in (["plan"], ["run", "--out", "out"]):
            for flags, says in [
                (["-s", "impl=cpu_nave"],
                 ["-s impl=cpu_nave: matches no case", "did you mean `cpu_naive`?", "cpu_naive or fakedev"]),
                (["-s", "model=mlp", "-s", "lr>0.5"], ["-s lr>0.5: matches no case", "available: 0.01"]),
                (["-s", "model=linreg,task=classification"], ["matches no case", "no remaining case meets all"]),
                (["-x", "model=*"], ["no cases left", "30 x excluded by -x model=*"]),
                (["-s", "modle=mlp"], ["-s modle=mlp", "did you mean `model`?"]),
                (["-s", "mpl"], ["-s mpl: matches no case", "the word `mpl`", "did you mean `mlp`?"]),
                (["-s", "cpu_naive threads=3"], ["`threads` is not an axis", "no implementation has the option"]),
                (["-s", "mlp,,xor"], ["an empty condition"]),
                (["-x", "dtype=f16"], ["`f16` is not f32 or f64"]),
                (["-s"], ["-s: needs a value: SELECT"]),
                (["-S", "model=mlp"], ["-S:", "no such flag", "did you mean -s?"]),
                (["--selct=x"], ["--selct:", "no such flag"]),
            ]:
                with self.subTest(command=command[0], flags=flags):
                    self.refused(command[0], config, *command[1:], *flags, says=says)
                    self.assertFalse((self.folder / "out").exists())

    def test_help_lists_both(self):
        for command in ("plan", "run"):
            out = self.ok(command, "--help")
            self.assertIn("\n  -s SELECT ", out)
            self.assertIn("\n  -x EXCLUDE ", out)


class Zip(PlanTest):
    def test_axes_advance_together(self):
        config = self.config("model: [mlp]\ndataset: [xor]\nimpl: [cpu_naive]\nlr: [0.1, 0.1, 0.2]\n"
                             "epochs: [20, 30, 30]", more="zip: [lr, epochs]")
        self.assertEqual([i.rsplit("-", 1)[0] for i in self.ids(config)],
                         [f"mlp-xor-h6-lr{lr}-e{epochs}-f64-cpu_naive"
                          for lr, epochs in ((0.1, 20), (0.1, 30), (0.2, 30))])

    def test_of_different_lengths(self):
        config = self.config("model: [mlp]\ndataset: [xor]\nimpl: [cpu_naive]\nlr: [0.1, 0.2, 0.3]\n"
                             "epochs: [20, 30]", more="zip: [[lr, epochs]]")
        self.refused("plan", config, says=["test.yaml:9: key `zip`: `lr` has 3 values", "test.yaml:6",
                                           "`epochs` has 2", "test.yaml:7"])


class Refusals(PlanTest):
    def test_measure(self):
        for measure, says in [("order: random", ["`order`", "interleaved, abba or block"]),
                              ("precision: 200%", ["`precision`", "1% or 0.01"]),
                              ("max_rounds: 3", ["`max_rounds`", "`precision`"]),
                              ("pin: every", ["`pin`", "auto, none or a list of CPUs"])]:
            with self.subTest(measure):
                self.refused("plan", self.config(SMALL, measure), says=["test.yaml:7", *says])

    def test_seeds_that_would_wrap(self):
        for seed in (2**63, 2**64 - 1, 2**64):
            self.refused("plan", self.config(SMALL.replace("linreg", "mlp") + f"seed: [{seed}]"),
                         says=["test.yaml:7: key `seed`", str(seed), str(2**63 - 1)])
            self.refused("train", "--model", "mlp", "--data", "xor", "--impl", "cpu_naive", "--seed", seed,
                         says=["--seed", str(seed), str(2**63 - 1)])
        self.write("mine.csv", "a,y\n1,2\n2,3\n3,5\n4,7\n5,8\n6,9\n")
        self.refused("plan", self.config(SMALL.replace("diabetes", "mine"), more="datasets: {mine: {path: mine.csv, "
                                         f"seed: {2**63}}}}}"), says=["test.yaml:8: key `seed`", str(2**63)])
        config = self.config(SMALL.replace("linreg", "mlp") + f"seed: [{2**63 - 1}]")
        self.ok("run", config, "--out", "out")
        self.assertEqual({case["seed"] for case in self.export("out")["cases"]}, {2**63 - 1})


class Estimate(PlanTest):
    def test_before_any_run(self):
        config = self.config(SMALL)
        plan = self.plan(config)
        estimate = plan["estimate"]
        self.assertEqual((plan["name"], plan["min_rounds"], plan["max_rounds"]), ("test", 2, 2))
        self.assertEqual((estimate["cases_from_earlier_runs"], estimate["cases_assumed"]), (0, 2))
        self.assertEqual([case["epoch_from"] for case in plan["cases"]], ["assumed"] * 2)
        parts = sum(estimate[f"{part}_minutes"] for part in ("timed", "checked", "oracle"))
        self.assertAlmostEqual(estimate["minutes"], parts, 4)
        out = self.ok("plan", config)
        self.assertRegex(out, r"2 cases, 2 rounds each\nabout [\d.]+ s: timing [\d.]+ s, checking")
        self.assertIn("not measured yet: 2 cases, assumed to run at 1 GFLOP/s", out)
        self.assertNotIn("earlier runs", out)
        self.assertFalse((self.folder / "results").exists())

    def test_rounds_that_may_be_fewer(self):
        out = self.ok("plan", self.config(SMALL, "precision: 1%, min_rounds: 8, max_rounds: 20"))
        self.assertRegex(out, r"2 cases, 8 to 20 rounds each\nabout [\d.]+ s at most: timing")

    def measured(self, folder):
        """The medians of a run, by id."""
        return {case["id"]: case["time"]["epoch_ns"]["median"] for case in self.export(folder)["cases"]}

    def test_from_earlier_runs_the_newest_first(self):
        config = self.config(SMALL)
        self.ok("run", config)
        first = next((self.folder / "results" / "runs").iterdir())
        plan = self.plan(config)
        self.assertEqual(plan["estimate"]["cases_from_earlier_runs"], 2)
        for case in plan["cases"]:
            self.assertEqual(case["epoch_from"], "earlier")
            self.assertAlmostEqual(case["epoch_ns"] / self.measured(first)[case["id"]], 1, 4)
        self.assertIn("estimated from earlier runs in results/runs: 2 of 2 cases\n", self.ok("plan", config))
        self.pretend(first, "a", "2001-01-01T00:00:00Z", 1e6)
        self.pretend(first, "b", "2999-01-01T00:00:00Z", 3e6)
        self.pretend(first, "c", "2002-01-01T00:00:00Z", 2e6)
        self.assertEqual([case["epoch_ns"] for case in self.plan(config)["cases"]], [3e6] * 2)
        # one more case, which no run contains
        plan = self.plan(self.config(SMALL.replace("30", "30, 40")))
        self.assertEqual([case["epoch_from"] for case in plan["cases"]], ["earlier", "earlier", "assumed"])
        self.assertEqual(plan["estimate"]["cases_assumed"], 1)

    def pretend(self, run, name, started, epoch_ns):
        """A copy of a run with another start, with which its id begins, and other times."""
        folder = run.parent / name
        folder.mkdir()
        shutil.copy(run / "run.sqlite", folder)
        with sqlite3.connect(folder / "run.sqlite") as database:
            database.execute("UPDATE run SET started = ?, id = ?", [started, re.sub("[-:]", "", started) + "-pretended"])
            database.execute("UPDATE epoch_times SET median_ns = ?", [epoch_ns])
        database.close()

    def test_what_is_no_run_is_passed_over(self):
        runs = self.folder / "results" / "runs"
        (runs / "empty").mkdir(parents=True)
        (runs / "broken").mkdir()
        (runs / "broken" / "run.sqlite").write_bytes(b"no database at all" * 100)
        (runs / "file").write_text("")
        self.assertEqual(self.plan(self.config(SMALL))["estimate"]["cases_from_earlier_runs"], 0)

    def test_unavailable_cases_take_no_time(self):
        """A copy of the program without its plugins' folder has no cpu_blas."""
        program = self.folder / "bin" / "ironbench"
        program.parent.mkdir()
        shutil.copy(PROGRAM, program)
        done = subprocess.run([program, "plan", self.config(SMALL.replace("cpu_naive", "cpu_naive, cpu_blas")),
                               "--json"], capture_output=True, text=True, check=True, cwd=self.folder,
                              env={**os.environ, "IRONBENCH_HOME": str(ROOT)})
        plan = json.loads(done.stdout)
        self.assertEqual([case["available"] for case in plan["cases"]], [True, False] * 2)
        for case in plan["cases"][1::2]:
            self.assertIn("cpu_blas.so", case["reason"])
            self.assertEqual((case["epoch_ns"], case["epoch_from"], case["minutes"]), (None, None, 0))
        self.assertEqual(plan["estimate"]["cases_assumed"], 2)


class Large(PlanTest):
    def test_many_cases(self):
        """Nothing about time here: that all of them are there, each once, in both forms."""
        rates = ", ".join(f"{i}.5" for i in range(25))
        seeds = ", ".join(map(str, range(100)))
        config = self.config(f"model: [mlp]\ndataset: [xor, diabetes]\nimpl: [cpu_naive]\ndtype: [f32, f64]\n"
                             f"lr: [{rates}]\nseed: [{seeds}]")
        ids = self.ids(config)
        self.assertEqual(len(set(ids)), 10000)
        lines = self.ok("plan", config).splitlines()
        self.assertEqual([line.split() for line in lines[:10000]], [[str(i), id] for i, id in enumerate(ids, 1)])
