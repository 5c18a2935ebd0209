"""`gate` and `baseline`: every exit status in a real run. Slowdowns are tenfold, or speed is not judged."""

import json
import unittest
import xml.etree.ElementTree as ElementTree

import jsonschema

from common import CliTest, FAULTS, PROGRAM, ROOT

GATED = FAULTS.parent / "exploits"
OLD, NEW = FAULTS.parent / "planted_old.so", FAULTS.parent / "planted_new.so"
SCHEMA = json.loads((ROOT / "results/gate.schema.json").read_text())
QUICK = "rounds: 8, min_time: 1ms, warmup: 0, timeout: 20s"


# The same code in another binary may be a few percent slower because of its alignment, which is tolerated. On a busy
# machine many pairs are disturbed and do not count: a third of the 30 decides about a tenfold slowdown.
FEW, MANY = "pairs: 14, alpha: 0.0001, slowdown: 50%", "pairs: 30, alpha: 0.01, slowdown: 50%"


class GateTest(CliTest):
    def plan(self, impls, plugin=NEW, gate=FEW, more="", epochs=100):
        return self.config(f"model: [linreg]\ndataset: [diabetes]\nimpl: [{impls}]\ndtype: [f64]\nepochs: [{epochs}]",
                           measure=QUICK, more=f"plugins: [{plugin}]\ngate: {{{gate}}}\n{more}")

    def gate(self, *args, status=0, **kwargs):
        """Runs a gate that must end with this status, or one of these; returns its result."""
        done = self.call("gate", *args, "--json", **kwargs)
        self.assertIn(done.returncode, status if isinstance(status, tuple) else (status,), done.stdout + done.stderr)
        result = json.loads(done.stdout)
        jsonschema.validate(result, SCHEMA)
        self.assertEqual(result["exit_status"], done.returncode)
        return result

    def kinds(self, result):
        return {violation["kind"] for violation in result["violations"]} - {"ambiguous"}

    def baseline(self, impls="'planted_*'"):
        """The baseline `base` of the old plugin."""
        self.run_sweep(self.plan(impls, plugin=OLD), out="base-run")
        self.assertIn("base.json", self.ok("baseline", "save", "base", "base-run", "--control", "planted_steady"))
        return self.folder / "results/baselines/base.json"


class Against(GateTest):
    def test_identical_code_passes(self):
        result = self.gate(self.plan("planted_steady, planted_wrong", plugin=OLD), "--against", OLD)
        self.assertEqual(self.kinds(result), set())
        self.assertEqual([c["speed"]["verdict"] for c in result["cases"]].count("SLOWER"), 0)

    def test_another_build(self):
        result = self.gate(self.plan("cpu_naive, cpu_blas, fakedev"), "--against", PROGRAM)
        self.assertEqual(self.kinds(result), set())
        names = {c["name"]: c for c in result["cases"]}
        self.assertIn(names["cpu_naive"]["speed"]["ratio"]["n"], range(1, 15))  # less those that were disturbed
        self.assertIsNone(names["fakedev resident"]["speed"]["verdict"])  # simulated

    def test_slower(self):
        result = self.gate(self.plan("planted_steady, planted_slower", gate=MANY), "--against", OLD, status=1)
        slower = [violation for violation in result["violations"] if violation["kind"] == "slower"]
        self.assertEqual([violation["name"] for violation in slower], ["planted_slower"])
        speed = result["cases"][1]["speed"]
        self.assertGreater(speed["ratio"]["low"], 1.5)
        self.assertLess(speed["p"], 0.1)
        self.assertLess(speed["p_confirm"], 0.1)
        self.assertIsNone(result["cases"][0]["speed"]["p_confirm"])

    def test_slower_by_option(self):
        """The old side knows the option, too: both are as slow."""
        result = self.gate(self.plan("{name: planted_steady, slow: 900}"), "--against", OLD)
        self.assertEqual(self.kinds(result), set())

    def test_faster_passes(self):
        result = self.gate(self.plan("planted_slower", plugin=OLD, gate=MANY), "--against", NEW)
        self.assertEqual(self.kinds(result), set())
        self.assertLess(result["cases"][0]["speed"]["ratio"]["median"], 0.5)

    def test_speed_only_reported(self):
        result = self.gate(self.plan("planted_slower", gate=MANY), "--against", OLD, "--speed", "report")
        self.assertEqual(result["cases"][0]["speed"]["verdict"], "SLOWER")
        self.assertEqual(result["violations"], [])
        result = self.gate(self.plan("planted_slower"), "--against", OLD, "--speed", "off")
        self.assertEqual(result["cases"][0]["speed"]["ratio"]["n"], 0)

    def test_wrong(self):
        result = self.gate(self.plan("planted_wrong"), "--against", OLD, "--speed", "off", status=3)
        self.assertEqual(self.kinds(result), {"accuracy", "failed"})  # and so no case is ok

    def test_missing(self):
        config = self.plan("planted_steady, planted_gone")
        result = self.gate(config, "--against", OLD, "--speed", "off", status=4)
        self.assertEqual([f["name"] for f in result["violations"]], ["planted_gone"])
        self.gate(config, "--against", OLD, "--speed", "off", "--allow-missing")

    def test_failed(self):
        config = self.plan("planted_steady, planted_crashing")
        result = self.gate(config, "--against", OLD, "--speed", "off", "--allow-missing", status=4)
        self.assertEqual(self.kinds(result), {"failed"})

    def test_required(self):
        config = self.plan("planted_steady, planted_gone", more="require: ['planted_g*']")
        self.gate(config, "--against", NEW, "--speed", "off", status=4)
        self.gate(config, "--against", NEW, "--speed", "off", "--allow-missing")

    def test_no_case_is_ok(self):
        self.gate(self.plan("planted_gone"), "--against", NEW, "--speed", "off", "--allow-missing", status=4)

    def test_new_implementation(self):
        result = self.gate(self.plan("planted_steady, cpu_naive"), "--against", OLD)
        self.assertIn("is new", result["cases"][1]["speed"]["reason"])

    def test_several_at_once(self):
        everything = self.plan("'planted_*'")
        self.gate(everything, "--against", OLD, status=3)
        self.gate(everything, "--against", OLD, "-x", "impl=planted_wrong", status=4)
        self.gate(self.plan("'planted_s*'", gate=MANY), "--against", OLD, "--strict", status=1)

    def test_undecided(self):
        """A baseline of another machine decides no speed."""
        path = self.baseline("planted_steady, planted_slower")
        text = json.loads(path.read_text())
        text["machine"]["fingerprint"] = "another"
        path.write_text(json.dumps(text))
        config = self.plan("planted_steady, planted_slower", plugin=OLD)
        result = self.gate(config, "--baseline", "base")
        self.assertEqual(result["cases"][1]["speed"]["verdict"], "AMBIGUOUS")
        self.assertIn("another machine", result["cases"][1]["speed"]["reason"])
        self.assertEqual([d["name"] for d in result["differences"]], ["fingerprint"])
        self.gate(config, "--baseline", "base", "--strict", status=5)

    def test_runs_are_kept(self):
        self.gate(self.plan("planted_steady"), "--against", OLD, "--speed", "off", "--out", "kept")
        self.assertEqual(self.export("kept/new")["cases"][0]["status"], "ok")
        self.assertEqual(self.export("kept/old")["cases"][0]["status"], "ok")
        self.refused("gate", self.plan("planted_steady"), "--against", OLD, "--quiet", "--out", "kept",
                     says="already holds a run")

    def test_a_build_that_answers_in_other_words_is_refused(self):
        other = self.write("other", f"#!/bin/sh\n'{PROGRAM}' \"$@\" 4>&1 >/dev/null | sed -u s/transfer_log/ledger/ >&4\n")
        other.chmod(0o755)
        done = self.call("gate", self.plan("cpu_naive"), "--against", other, "--speed", "off", "--quiet")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("cannot be compared with this build: protocol: ", done.stderr)


class Exploits(GateTest):
    """What a gate on medians does not see; each of tests/exploits/gate/plugin.c."""
    AVERAGE = ["every_third", "one_in_ten", "last_epoch", "some_processes", "late", "first_training"]
    COSTS = ["setup", "prediction", "memory"]

    def judged(self, impls, pairs, **kwargs):
        names = ", ".join(f"gated_{name}" for name in impls)
        config = self.plan(names, GATED / "gated_1.so", f"pairs: {pairs}, alpha: 0.05, slowdown: 50%, mean: 50%", epochs=20)
        config.write_text(config.read_text().replace("min_time: 1ms", "min_time: 4ms"))
        return self.gate(config, "--against", GATED / "gated_0.so",
                         env={"EXPLOIT_FOLDER": str(self.folder)}, **kwargs)

    def messages(self, result):
        return {v["name"].removeprefix("gated_"): v["message"] for v in result["violations"] if v["kind"] != "ambiguous"}

    def test_slow_on_average(self):
        result = self.judged(["steady", *self.AVERAGE], 16, status=1)
        messages = self.messages(result)
        self.assertEqual(set(messages), set(self.AVERAGE), result)
        for message in messages.values():  # on a busy machine also in the median
            self.assertRegex(message, "slower on average, though not in the median|% slower ")

    def test_costs_besides_training(self):
        result = self.judged(["steady", *self.COSTS], 8, status=1)
        messages = self.messages(result)
        self.assertEqual(set(messages), set(self.COSTS), result)
        for name, says in {"setup": "set-up: ", "prediction": "predicting: ", "memory": "peak memory: "}.items():
            self.assertTrue(messages[name].startswith(says), messages[name])
        self.assertEqual(self.kinds(result), {"slower", "memory"})

    def test_all_predictions_but_the_first(self):
        """Those of the trainings that prove the time are compared. On a busy machine that may decide nothing; then the
        median of all shows it."""
        result = self.judged(["late_prediction"], 6, status=(1, 3))
        self.assertRegex(self.messages(result)["late_prediction"], "came in the prediction|^predicting: ")

    def test_costs_against_a_baseline(self):
        matrix = "gated_steady, gated_setup, gated_memory"
        old = self.plan(matrix, GATED / "gated_0.so", "pairs: 8", epochs=20)
        self.run_sweep(old)
        self.ok("baseline", "save", "base", "out", "--control", "gated_steady")
        result = self.gate(self.plan(matrix, GATED / "gated_1.so", "pairs: 8, phase_least: 5ms", epochs=20),
                           "--baseline", "base", status=1)
        self.assertEqual(set(self.messages(result)), {"setup", "memory"}, result)

    def test_no_longer_counted(self):
        result = self.judged(["steady", "uncounted"], 8, status=3)
        self.assertIn("copies were claimed, and now are uncounted", self.messages(result)["uncounted resident"])


class Copies(GateTest):
    def test_budget(self):
        quiet = self.plan("fakedev", gate="budget: {d2h_per_epoch: 0}")
        self.gate(quiet, "--against", PROGRAM, "--speed", "off")
        text = quiet.read_text().replace("epochs:", "log_every: [1]\n  epochs:")
        result = self.gate(self.write("loud.yaml", text), "--against", PROGRAM, "--speed", "off", status=3)
        self.assertEqual([f["name"] for f in result["violations"]], ["fakedev resident"])
        self.assertIn("the budget is 0", result["violations"][0]["message"])

    def test_more_than_there_were(self):
        config = self.plan("fakedev")
        self.run_sweep(config)
        self.ok("baseline", "save", "./copies.json", "out")
        baseline = json.loads((self.folder / "copies.json").read_text())
        self.gate(config, "--baseline", "copies.json", "--speed", "off")
        for case in baseline["cases"].values():
            case["transfers"]["h2d_count"] -= 1
        self.write("copies.json", json.dumps(baseline))
        result = self.gate(config, "--baseline", "copies.json", "--speed", "off", status=3)
        self.assertEqual(self.kinds(result), {"copies"})
        for case in baseline["cases"].values():
            case["transfers"]["h2d_count"] += 2
        self.write("copies.json", json.dumps(baseline))
        self.gate(config, "--baseline", "copies.json", "--speed", "off")  # fewer are welcome


class Baselines(GateTest):
    def test_save_ls_rm(self):
        path = self.baseline()
        lines = path.read_text().splitlines()
        cases = [line for line in lines if line.startswith('"linreg')]
        self.assertEqual(len(cases), 5)  # one line a case
        self.assertEqual(cases, sorted(cases))
        self.assertIn("5 cases", self.ok("baseline", "ls"))
        again = path.read_text()
        self.ok("baseline", "save", "base", "base-run", "--control", "planted_steady")
        self.assertEqual(path.read_text(), again)
        self.ok("baseline", "rm", "base")
        self.assertFalse(path.exists())
        self.refused("baseline", "rm", "base", says="cannot read this baseline")

    def test_identical_code_passes(self):
        self.baseline("planted_steady, planted_wrong")
        result = self.gate(self.plan("planted_steady, planted_wrong", plugin=OLD), "--baseline", "base", "--speed", "report")
        self.assertEqual(self.kinds(result), set())
        self.assertIsNone(result["cases"][0]["speed"]["verdict"])  # the control
        self.assertIsNotNone(result["cases"][1]["speed"]["ratio"]["median"])

    def test_everything_is_found(self):
        self.baseline()
        result = self.gate(self.plan("'planted_*'"), "--baseline", "base", "--speed", "off", status=3)
        found = {(f["kind"], f["name"]) for f in result["violations"]}
        self.assertEqual(found, {("accuracy", "planted_wrong"), ("failed", "planted_crashing"), ("missing", "planted_gone")})
        result = self.gate(self.plan("planted_steady"), "--baseline", "base", "--speed", "off", status=4)
        self.assertEqual(len(result["violations"]), 4)  # not in the sweep any more
        self.gate(self.plan("planted_steady"), "--baseline", "base", "--speed", "off", "--allow-missing")

    def test_slower(self):
        path = self.baseline("planted_steady, planted_slower")
        text = json.loads(path.read_text())
        for case in text["cases"].values():  # as a calm machine would have it
            if "over_control" in case["time"]:
                case["time"]["over_control"] = {"median": 1, "low": 0.99, "high": 1.01, "n": 8}
        path.write_text(json.dumps(text))
        result = self.gate(self.plan("planted_steady, planted_slower", gate="pairs: 30, slowdown: 50%, alpha: 0.05"),
                           "--baseline", "base", status=1)
        self.assertEqual([f["name"] for f in result["violations"] if f["kind"] == "slower"], ["planted_slower"])

    def test_metrics_both_ways(self):
        path = self.baseline("planted_steady")
        good = json.loads(path.read_text())
        for factor in [0.99, 1.01]:
            bad = json.loads(json.dumps(good))
            next(iter(bad["cases"].values()))["metrics"]["mse"] *= factor
            path.write_text(json.dumps(bad))
            config = self.plan("planted_steady", plugin=OLD)
            result = self.gate(config, "--baseline", "base", "--speed", "off", status=3)
            self.assertIn("(better)" if factor > 1 else "(worse)", result["violations"][0]["message"])
            self.gate(self.plan("planted_steady", plugin=OLD, gate="metrics: 2%"), "--baseline", "base", "--speed", "off")

    def test_refusals(self):
        path = self.baseline("planted_steady")
        config, good = self.plan("planted_steady", plugin=OLD), path.read_text()

        def refused(*args, says):
            self.refused("gate", config, "--quiet", *args, says=says)

        refused("--baseline", "nothing", says="cannot read this baseline")
        for text, words in [(good.replace('"schema": 1', '"schema": 2'), "has schema 2"), ("{}", "not an ironbench baseline"),
                            ("nonsense", "not an ironbench baseline"), (good.replace("linreg-", "mlp-"), "no case in common")]:
            path.write_text(text)
            refused("--baseline", "base", says=words)
        path.write_text(good)
        refused("--baseline", "base", "-s", "impl=x", says="-s and -x require --against")
        refused(says="either --against or --baseline")
        refused("--baseline", "base", "--against", OLD, says="either --against or --baseline")
        refused("--against", "/bin/true", says="not a compatible ironbench binary")
        refused("--against", "/etc/passwd", says="not executable")
        refused("--against", "nothing.so", says="no such file")
        refused("--against", FAULTS, says="none of the implementations")
        refused("--against", OLD, "--speed", "fast", says="gate, report or off")
        self.refused("baseline", "save", "base", "base-run", "--control", "cuda", says="no case of this run uses `cuda`")
        self.refused("baseline", "drop", says="save, ls or rm")

    def test_too_few_pairs(self):
        for pairs in [1, 5]:
            config = self.plan("planted_steady", plugin=OLD, gate=f"pairs: {pairs}")
            self.refused("gate", config, "--quiet", "--against", OLD, says=["cannot detect any slowdown", "6 are needed"])
        result = self.gate(self.plan("planted_steady", plugin=OLD, gate="pairs: 1"), "--against", OLD, "--speed", "report")
        self.assertIn("one pair is not enough", result["cases"][0]["speed"]["reason"])

    def test_shipped_baseline(self):
        """The project's own gate: answers and copies of configs/ci.yaml, on any machine."""
        result = self.gate(ROOT / "configs/ci.yaml", "--baseline", "ci", "--speed", "off")
        self.assertEqual(self.kinds(result), set())
        self.assertGreater(len(result["cases"]), 10)


class Reports(GateTest):
    def test_files(self):
        config = self.plan("planted_steady, planted_wrong, planted_crashing")
        done = self.call("gate", config, "--against", OLD, "--speed", "off", "--junit", "j.xml", "--markdown", "m.md",
                         env={"GITHUB_ACTIONS": "true"})
        self.assertEqual(done.returncode, 3)
        self.assertIn("::error title=accuracy%3A linreg f64 diabetes planted_wrong::wrong: ", done.stdout)
        suite = ElementTree.parse(self.folder / "j.xml").getroot().find("testsuite")
        cases = suite.findall("testcase")
        failed = {case.get("name") for case in cases if case.find("failure") is not None}
        self.assertEqual(failed, {"planted_wrong: answer", "planted_crashing: answer"})
        self.assertEqual((int(suite.get("tests")), int(suite.get("failures"))), (len(cases), 2))
        markdown = (self.folder / "m.md").read_text()
        for words in ["## Gate: FAILED: 1 accuracy, 1 failed", "| problem | case |", "Time per epoch"]:
            self.assertIn(words, markdown)

    def test_no_annotations_elsewhere(self):
        done = self.call("gate", self.plan("planted_gone"), "--against", OLD, "--speed", "off", env={"GITHUB_ACTIONS": ""})
        self.assertNotIn("::error", done.stdout)

    def test_unwritable(self):
        """Refused before any case has run."""
        plan = self.plan("planted_steady", plugin=OLD)
        for flag in "--junit", "--markdown":
            for path in "no/such/j.xml", ".":
                done = self.call("gate", plan, "--against", OLD, "--speed", "off", flag, path)
                self.assertEqual(done.returncode, 4, path)
                self.assertIn(f"{path}: cannot write this file", done.stderr)
                self.assertNotIn("cases in", done.stderr)
                self.assertEqual(done.stdout, "")
