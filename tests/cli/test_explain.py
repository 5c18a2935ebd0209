"""`explain`: which case is meant, what was copied to the byte, where the time went, older and failed cases."""

import json
import re
import unittest

from common import FAULTS, CliTest, seed_data

EPOCHS = 200


class Explain(CliTest):
    def setUp(self):
        super().setUp()
        config = self.config(f"""
            model: [linreg]
            dataset: [diabetes]
            impl: [cpu_naive, fakedev]
            residency: [resident, per_op]
            epochs: [{EPOCHS}]""", measure="rounds: 6, min_time: 1ms, timeout: 20s")
        self.record = self.run_sweep(config)

    def case(self, name):
        return next(c for c in self.record["cases"] if c["name"] == name)

    def explained(self, case):
        return " ".join(self.ok("explain", "out", case).split())

    def test_names_a_case_by_number_id_and_part(self):
        case = self.record["cases"][2]
        by_id = self.ok("explain", "out", case["id"])
        self.assertIn(f"{case['name']}: linreg f64 diabetes\n", by_id)
        self.assertEqual(self.ok("explain", "out", "3"), by_id)
        self.assertEqual(self.ok("explain", "out", case["id"].rsplit("-", 1)[1]), by_id)

    def test_refuses_what_names_none_or_several(self):
        devices = [c["id"] for c in self.record["cases"] if c["impl"] == "fakedev"]
        self.refused("explain", "out", "fakedev", says=["matches 2 cases", *devices])
        self.refused("explain", "out", "nothing", says=["matches none of the 3 cases", self.record["cases"][0]["id"]])
        self.refused("explain", "out", "0", says="`0` matches")
        self.refused("explain", "out", says="CASE")
        self.refused("explain", "nowhere", "1", says="nowhere")

    def test_counts_copies_exactly(self):
        text = self.explained("per_op")
        rows, cols = self.case("fakedev per_op")["rows"], self.case("fakedev per_op")["cols"]
        self.assertIn(f"x was uploaded {2 * EPOCHS} times:", text)
        self.assertIn(f"x gemm train {2 * EPOCHS} {2 * EPOCHS * rows * cols * 8:,} 0 0", text)
        self.assertIn("20 copies per epoch", text)
        self.assertIn("x was uploaded once:", self.explained("resident"))
        self.assertIn("no copies per epoch", self.explained("resident"))

    def test_shares_add_up(self):
        lines = self.ok("explain", "out", "per_op").splitlines()
        head = next(i for i, line in enumerate(lines) if line.startswith("Where the time"))
        shares = [float(re.search(r"([\d.]+) %", line)[1]) for line in lines[head + 2:head + 6]]
        self.assertAlmostEqual(sum(shares), 100, delta=1.5)
        split = self.case("fakedev per_op")["time"]["breakdown_ns"]
        self.assertAlmostEqual(sum(split.values()), self.case("fakedev per_op")["time"]["epoch_ns"]["median"], places=3)

    def test_predicts_and_compares_with_what_was_measured(self):
        text = self.explained("per_op")
        self.assertRegex(text, r"Predicted: [\d.]+ .s to [\d.]+ .s per epoch")
        measured = re.search(r"copying takes ([\d.]+)× .*?as long\. (That is within the|The) prediction", text)
        self.assertTrue(measured, text)
        tax = self.record["transfer_overhead"][0]
        self.assertAlmostEqual(float(measured[1]), tax["ratio"]["median"], delta=0.01 * tax["ratio"]["median"])
        self.assertRegex(text, r"What to change Keep \w+ on the device first: that saves [\d.]+ copies per epoch")

    def test_a_host_copies_nothing(self):
        text = self.explained("cpu_naive")
        self.assertIn("Nothing: the implementation works in host memory.", text)
        self.assertRegex(text, r"Where the time of an epoch went The profile, per epoch, over \d+ epochs .* gemm +2 ")
        for absent in ["What it would take", "What to change", " 0 "]:
            self.assertNotIn(absent, text)

    def test_a_resident_case_says_what_dominates(self):
        text = self.explained("resident")
        self.assertRegex(text, r"What to change .* of (an epoch|it|that)")
        self.assertNotIn("What it would take", text)


class Unanswered(CliTest):
    def test_says_what_is_known(self):
        config = self.config("""
            model: [linreg]
            dataset: [diabetes]
            impl: [fault_crash]
            epochs: [10]""", more=f"plugins: [{FAULTS}]")
        self.run_sweep(config, status=4)
        text = self.ok("explain", "out", "1")
        self.assertIn("Verdict: crashed:", text)
        self.assertIn("No timing available.", text)
        self.assertNotRegex(text, r"\b0(\.0)? ?(%|bytes|ns)?\b(?![.\d])(?! ×)")



class Forecast(CliTest):
    def test_names_the_costly_tensor(self):
        """Tests only that there is a prediction: its accuracy cannot be tested on a busy machine."""
        data = seed_data("real_estate.json")
        impls = json.loads(self.ok("list", "impls", "--json"))
        if not any(i["name"] == "opencl_naive" and i["available"] for i in impls):
            self.skipTest("no OpenCL device")
        self.run_sweep(self.config("""
            model: [linreg]
            dataset: [real_estate]
            impl: [opencl_naive]
            residency: [per_op, resident]
            epochs: [500]""", measure="rounds: 6, min_time: 5ms, timeout: 60s",
            more=f"datasets:\n  real_estate: {{path: {data}, task: regression}}"))
        text = " ".join(self.ok("explain", "out", "per_op").split())
        self.assertIn("x was uploaded 1,000 times: 60 % of all bytes", text)
        self.assertRegex(text, r"Predicted: [\d.]+ .s to [\d.]+ .s per epoch")


if __name__ == "__main__":
    unittest.main()
