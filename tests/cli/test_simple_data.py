"""Data on which rounding is all that is left of an error: every shipped implementation is right on it."""

import random
import unittest

from common import CliTest

SHIPPED = "cpu_*, opencl_*, fakedev"


class SimpleData(CliTest):
    def right(self, rows, lr="0.1", models="linreg, mlp"):
        text = "\n".join(",".join(repr(value) for value in row) for row in rows)
        header = ",".join([*"abcdef"[:len(rows[0]) - 1], "y"])
        self.write("data.csv", f"{header}\n{text}\n")
        config = self.config(f"model: [{models}]\ndataset: [data.csv]\nimpl: [{SHIPPED}]\nresidency: [resident]\n"
                             f"dtype: [f32, f64]\nlr: [{lr}]\nepochs: [500]", "rounds: 1, min_time: 0ms")
        for case in self.run_sweep(config)["cases"]:
            if case["status"] not in ("unavailable", "unsupported"):
                self.assertEqual(case["status"], "ok", f'{case["id"]}: {case["reason"]}')

    def test_line(self):
        self.right([(x, 2 * x + 1) for x in range(1, 21)])

    def test_two_rows(self):
        self.right([(1, 3), (2, 5), (3, 7)])  # one of the three is for the test

    def test_without_noise(self):
        draw = random.Random(1)
        rows = [(draw.gauss(0, 1), draw.gauss(0, 1)) for _ in range(60)]
        self.right([(a, b, 1 + 2 * a - 3 * b) for a, b in rows])

    def test_contradicting_targets(self):
        self.right([(x // 2, x % 2 * 2 - 1) for x in range(40)])


if __name__ == "__main__":
    unittest.main()
