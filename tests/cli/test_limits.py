"""The limits of the machine: measured by doctor, read by run, and what they say about a case."""

import json
import unittest

from common import CliTest

CONFIG = "model: [linreg]\ndataset: [diabetes]\nimpl: [cpu_naive]\nepochs: [200]\ndtype: [f64]"
ROWS, COLUMNS = 354, 10
FLOPS = ROWS * (4 * COLUMNS + 4) + 2 * (COLUMNS + 1)  # two products, bias, gradient, its sum; the updates
BYTES = 8 * (ROWS * (COLUMNS + 1) + 2 * (COLUMNS + 1))


class Limits(CliTest):
    def sweep(self, env, status=0):
        config = self.config(CONFIG)
        done = self.call("run", config, "--out", "out", env=env)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.text = " ".join((done.stdout + done.stderr).split())  # lines are broken anywhere
        return self.export("out")["cases"][0]

    def test_compute_binds(self):
        case = self.sweep(self.limits(("fma", "avx2", "f64", 1, 1e12)))
        limit = case["limit"]
        self.assertEqual((limit["flops"], limit["bytes"]), (FLOPS, BYTES))
        self.assertEqual((limit["bound"], limit["by"], limit["rate"]), ("compute", "avx2", 1e12))
        self.assertAlmostEqual(limit["least_ns"], FLOPS / 1e3)
        self.assertAlmostEqual(limit["fraction"], limit["least_ns"] / case["time"]["epoch_ns"]["median"])
        self.assertIsNone(case["limit_reason"])
        self.assertIn("of limit", self.text)
        self.assertIn("of what arithmetic at 1000 GFLOP/s (avx2) allows", self.text)

    def test_memory_binds(self):
        """What the first level keeps need not come from the second one."""
        case = self.sweep(self.limits(("fma", "avx2", "f64", 1, 1e15), ("read", "L1", None, 1, 1e12),
                                      ("read", "L2", None, 1, 1e11), ("capacity", "L1", None, 1, 4096)))
        limit = case["limit"]
        self.assertEqual((limit["bound"], limit["by"]), ("memory", "L2"))
        self.assertAlmostEqual(limit["least_ns"], (BYTES - 4096) / 100)
        self.assertIn("of what reading the data once from L2 at 100 GB/s allows", self.text)

    def test_impossible(self):
        case = self.sweep(self.limits(("fma", "avx2", "f64", 1, 1e6)), status=3)
        self.assertEqual(case["status"], "untrusted")
        self.assertIn("impossible on this machine: an epoch took", case["reason"])
        self.assertFalse(case["ranked"])

    def test_declared_shortcut(self):
        """Fewer operations than the contract's steps, as it declares: no limit applies, and the table says so."""
        config = self.config("model: [linreg]\ndataset: [diabetes]\nimpl: [cpu_gram]\ndtype: [f64]\nepochs: [1000]",
                             "rounds: 1, min_time: 1ms")
        done = self.call("run", config, "--out", "out", env=self.limits(("fma", "avx2", "f64", 1, 1e6)))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("ok, by a shortcut", done.stdout)
        case = self.export("out")["cases"][0]
        self.assertTrue(case["shortcut"])
        self.assertIsNone(case["limit"])

    def test_absent(self):
        case = self.sweep({"IRONBENCH_LIMITS": str(self.folder / "none.json")})
        self.assertIsNone(case["limit"])
        self.assertIn("were not measured; `ironbench doctor --limits` measures them", case["limit_reason"])
        self.assertNotIn("of limit", self.text)
        self.assertNotIn("limits ignored", self.text)

    def test_of_another_machine(self):
        case = self.sweep(self.limits(("fma", "avx2", "f64", 1, 1e6), fingerprint="0123456789abcdef"))
        self.assertIsNone(case["limit"])
        self.assertIn("holds the limits of another machine", case["limit_reason"])
        self.assertIn("limits ignored", self.text)

    def test_damaged(self):
        for text, says in [("{", "limits.json"), ('{"schema": 9}', "`schema` is not 1"),
                           ('{"schema": 1, "threads": 0}', "`threads` is not a number of at least 1"),
                           ('{"schema": 1, "threads": 1, "rates": [{"kind": "fma", "threads": 1, "value": -1}]}',
                            "rates[0] is invalid")]:
            env = {"IRONBENCH_LIMITS": str(self.write("limits.json", text))}
            done = self.call("doctor", "--json", env=env)
            finding = next(f for f in json.loads(done.stdout) if f["subject"] == "limits")
            self.assertEqual(finding["level"], "disturbs")
            self.assertIn(says, finding["is"])
        self.assertIsNone(self.sweep(env)["limit"])
        self.assertIn("limits ignored: the limits of this machine cannot be read", self.text)

    def test_measured(self):
        done = self.call("doctor", "--limits", "--seconds", "0.2", "--json",
                         env={"IRONBENCH_LIMITS": str(self.folder / "new" / "limits.json")})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("kept in", done.stderr)
        measured = json.loads(done.stdout)
        self.assertEqual(json.loads((self.folder / "new" / "limits.json").read_text()), measured)
        kinds = {rate["kind"] for rate in measured["rates"]}
        self.assertLessEqual({"clock", "fma", "fma_allowed", "read", "copy"}, kinds)
        best = {kind: max(r["value"] for r in measured["rates"] if (r["kind"], r["type"], r["threads"]) == (kind, "f32", 1))
                for kind in ("fma", "fma_allowed")}
        self.assertLess(best["fma"], 1.1 * best["fma_allowed"])
        self.assertIsNotNone(self.sweep({"IRONBENCH_LIMITS": str(self.folder / "new" / "limits.json")})["limit"])

    def test_unwritable(self):
        self.write("file", "")
        done = self.call("doctor", "--limits", "--seconds", "0.1",
                         env={"IRONBENCH_LIMITS": str(self.folder / "file" / "limits.json")})
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("Multiply-adds in registers", done.stdout)
        self.assertIn("cannot", done.stderr)

    def test_usage(self):
        self.refused("doctor", "--limits", "--seconds", "fast", says=["--seconds", "0.1 to 600"])


if __name__ == "__main__":
    unittest.main()
