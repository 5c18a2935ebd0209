"""The instructions of a training: counted, the same each time, and judged by the gate."""

import json
import shutil
import unittest

import jsonschema

from common import FAULTS, ROOT, CliTest, released_only

OLD, NEW = FAULTS.parent / "planted_0.so", FAULTS.parent / "planted_work.so"
SCHEMA = json.loads((ROOT / "results/record.schema.json").read_text())
QUICK = "rounds: 1, min_time: 1ms, warmup: 0, timeout: 60s, instructions: true"
MATRIX = "model: [linreg]\ndataset: [diabetes]\nimpl: [%s]\nepochs: [20]\ndtype: [f32]"


@released_only("valgrind does not run what has sanitizers")
class Instructions(CliTest):
    def counts(self, impls, out, env=None):
        """The record's `instructions` by implementation."""
        config = self.config(MATRIX % impls, QUICK)
        done = self.call("run", config, "--out", out, env=env)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.output = done.stdout
        record = self.export(out)
        jsonschema.validate(record, SCHEMA)
        return {case["impl"]: case["instructions"] for case in record["cases"]}

    def require(self, counted):
        if counted["source"] is None:
            self.skipTest(counted["reason"])

    def test_counted_the_same_each_time(self):
        first, second = self.counts("cpu_naive, fakedev", "first"), self.counts("cpu_naive, fakedev", "second")
        self.assertIsNone(first["fakedev"]["count"])
        self.assertEqual(first["fakedev"]["reason"], "only instructions of trainings in host memory are counted")
        counted = first["cpu_naive"]
        self.require(counted)
        self.assertEqual(counted["epochs"], 20)
        self.assertAlmostEqual(counted["epoch"], counted["count"] / 20)
        self.assertGreater(counted["epoch"], 354 * 10 * 2)  # two products over the data
        self.assertIn("instructions", self.output)
        if counted["source"] == "callgrind":
            self.assertEqual(counted, second["cpu_naive"])
        compared = self.ok("compare", "first", "second")
        self.assertNotIn("instructions of an epoch", compared)

    def test_neither_can_count(self):
        """Without valgrind, and where the kernel does not count, the reasons say so."""
        tools = self.folder / "tools"
        tools.mkdir()
        for name in ("sh", "git"):
            if shutil.which(name):
                (tools / name).symlink_to(shutil.which(name))
        counted = self.counts("cpu_naive", "out", env={"PATH": str(tools)})["cpu_naive"]
        if counted["source"] == "perf":
            self.skipTest("the kernel counts here")
        self.assertIsNone(counted["count"])
        self.assertRegex(counted["reason"], "^the kernel does not count instructions: .*; valgrind is not installed$")

    def gate(self, old, new):
        self.write("test.yaml", "version: 1\nplugins: [" + str(new) + "]\nmatrix:\n  " +
                   (MATRIX % "planted_slower").replace("\n", "\n  ") +
                   "\nmeasure: {" + QUICK.replace(", instructions: true", "") + "}\ngate: {instructions: 0.5%}\n")
        done = self.call("gate", "test.yaml", "--against", old, "--speed", "off", "--json")
        result = json.loads(done.stdout)
        self.assertEqual(result["rules"]["instructions"], 0.005)
        cost = next(c for c in result["cases"][0]["costs"] if c["name"] == "instructions of an epoch")
        if cost["old"] is None:
            self.skipTest("instructions cannot be counted here")
        return done.returncode, cost, [v["message"] for v in result["violations"]]

    def test_gate_finds_one_percent(self):
        """A clock does not see it; two runs of the same code do not differ at all."""
        status, cost, messages = self.gate(OLD, OLD)
        self.assertEqual((status, cost["grew"], messages), (0, False, []))
        self.assertLess(abs(cost["new"] / cost["old"] - 1), 1e-4)
        status, cost, messages = self.gate(OLD, NEW)
        self.assertTrue(0.005 < cost["new"] / cost["old"] - 1 < 0.015, cost)
        self.assertEqual((status, cost["grew"]), (1, True))
        self.assertRegex(messages[0], r"instructions of an epoch: \d+, before \d+; \d+ more is tolerated")


if __name__ == "__main__":
    unittest.main()
