"""Problems too large for the oracle's time: single epochs are checked, by random vectors. What makes a problem too
large here is that the oracle's time is a microsecond."""

import unittest

from common import CliTest, FAULTS

EPOCHS = 8
LARGE = """
version: 1
matrix:
  model: [mlp]
  dataset: [large]
  impl: [%s]
  residency: [resident]
  dtype: [f32, f64]
  hidden: [[9]]
  act: [tanh]
  init: [xavier]
  lr: [0.1]
  epochs: [%d]
datasets: {large: {synth: regression, rows: 500, cols: 12, noise: 0.1, seed: 3}}
plugins: ['%s']
measure: {rounds: 1, min_time: 0s, warmup: 0, timeout: 20s, oracle_budget: 1us}
"""

# The fault and its message: most appear in the first epoch, some only in the last.
WRONG = {
    "zeroed_output": "epoch 1 alone: loss is ",
    "zeroed_prediction": "predictions are all zero",
    "stale_copy": " alone: loss is ",
    "skipped_bias": " alone: ",  # biases start at zero
    "wrong_sign": "epoch 1 alone: gradient is off by a constant factor (-1)",
    "transposed_gradient": "epoch 1 alone: gradient of w1 is wrong",
    "half_rows": "epoch 1 alone: gradient of w",
    "last_column": "epoch 1 alone: gradient of w1 is wrong, most in row",
    "nan": "is not finite after the update",
}


class Large(CliTest):
    def sweep(self, impls, status):
        return self.run_sweep(self.write("large.yaml", LARGE % (", ".join(impls), EPOCHS, FAULTS)), status)["cases"]

    def test_single_epochs_by_random_vectors(self):
        for case in self.sweep(["cpu_naive", "fakedev"], 0):
            with self.subTest(case["id"]):
                verify = case["verify"]
                self.assertEqual(verify["verdict"], "ok", verify["reason"])
                self.assertRegex(verify["reference"], rf"^oracle, epochs 1(, \d+)* and \d+ by 8 random vectors$")
                tolerance = 1e-4 if case["dtype"] == "f32" else 1e-9
                for error in ("loss_error", "params_error", "prediction_error"):
                    self.assertLessEqual(verify[error], tolerance)
                self.assertGreaterEqual(verify["loss_error"], 0)

    def test_faults_are_caught_and_named(self):
        cases = self.sweep([f"fault_{name}" for name in WRONG], 3)
        self.assertEqual(len(cases), 2 * len(WRONG))
        for case in cases:
            with self.subTest(case["id"]):
                self.assertEqual(case["verify"]["verdict"], "wrong")
                self.assertIn(WRONG[case["impl"].removeprefix("fault_")], case["verify"]["reason"])
                self.assertIn(case["verify"]["first_divergent_epoch"], (*range(1, EPOCHS + 1), None))


if __name__ == "__main__":
    unittest.main()
