"""The gate's self-test: measured and kept, shown by doctor, told by gate."""

import json
import unittest

import jsonschema

from common import PROGRAM, ROOT, CliTest, released_only

SCHEMA = json.loads((ROOT / "results/selftest.schema.json").read_text())
MATRIX = "model: [linreg]\ndataset: [diabetes]\nimpl: [cpu_naive]\nepochs: [40, 60]"
QUICK = "rounds: 1, min_time: 1ms, warmup: 0, timeout: 20s"


class Selftest(CliTest):
    def setUp(self):
        super().setUp()
        self.kept = self.folder / "kept" / "selftest.json"
        self.env = {"IRONBENCH_SELFTEST": str(self.kept)}

    def finding(self, env):
        return next(f for f in json.loads(self.call("doctor", "--json", env=env).stdout) if f["subject"] == "selftest")

    @released_only("it is about time")
    def test_measured_shown_and_told(self):
        config = self.config(MATRIX, QUICK)
        result = json.loads(self.ok("selftest", "--config", config, "--time", "0.1", "--json", env=self.env))
        jsonschema.validate(result, SCHEMA)
        self.assertEqual([level["planted"] for level in result["levels"]], [0, 0.5])
        self.assertGreaterEqual(result["rounds"], 10)
        self.assertGreater(result["levels"][1]["ratio"]["median"], 1.2)  # half of the work more
        self.assertLess(result["levels"][1]["ratio"]["median"], 1.8)
        self.assertGreater(result["levels"][1]["replayed"]["slower"], 150)  # of 200
        self.assertLess(result["levels"][0]["replayed"]["slower"], 10)
        kept = json.loads(self.kept.read_text())
        jsonschema.validate(kept, SCHEMA)
        self.assertEqual(len(kept["cases"][0]["pairs"][1]), result["rounds"])
        finding = self.finding(self.env)
        self.assertEqual(finding["level"], "ok")
        self.assertIn(f"measured {result['measured']}: smallest slowdown found in 95 of 100 gates: 50 %", finding["is"])
        self.assertRegex(finding["is"], r", of 1 case in \d+\.\d s; ")
        done = self.call("gate", self.config(MATRIX, QUICK, "gate: {pairs: 7, confirm: 0, alpha: 5%}"), "--against", PROGRAM,
                         "--speed", "report", env=self.env)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        # On a busy machine, seven pairs may be too few for it, and then that is said.
        self.assertRegex(done.stderr, rf"gate: by the self-test of {result['measured']}, (a slowdown of 50 % or more is found|"
                         r"slowdowns of 50 % are missed in more than 5 of 100 gates).* in one of 2 cases with 7 pairs")

    def test_not_measured(self):
        finding = self.finding(self.env)
        self.assertEqual(finding["level"], "note")
        self.assertIn("was not measured; `ironbench selftest` measures it", finding["is"])

    def test_damaged(self):
        self.kept.parent.mkdir()
        self.kept.write_text('{"schema": 1, "seconds": "long"}')
        finding = self.finding(self.env)
        self.assertEqual(finding["level"], "disturbs")
        self.assertIn("is not what `ironbench selftest` writes", finding["is"])

    def test_refused(self):
        self.refused("selftest", "--time", "0", says=["--time", "`0` is not allowed: minutes, from 0.1 to 600"])
        self.refused("selftest", "--config", self.config(MATRIX.replace("40, 60", "40"), QUICK),
                     says=["key `epochs`", "at least two values"])
        self.refused("selftest", "--config", "no.yaml", says="no.yaml")


if __name__ == "__main__":
    unittest.main()
