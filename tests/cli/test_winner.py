"""What a run says of which implementation is fastest: no winner and no ratio without an interval."""

import json
import re
import unittest

from common import PROGRAM, CliTest

TEMPLATE = PROGRAM.parent / "tests" / "template.so"
TWO = """
    model: [linreg]
    dataset: [diabetes]
    impl: [cpu_naive, twin]
    epochs: [20]
"""


class Winner(CliTest):
    def setUp(self):
        super().setUp()
        code = TEMPLATE.read_bytes()
        (self.folder / "twin.so").write_bytes(code.replace(b"template\0", b"twin\0\0\0\0\0"))

    def run_two(self, rounds):
        config = self.config(TWO, f"rounds: {rounds}, warmup: 0, min_time: 1ms", more="plugins: [twin.so]")
        return self.ok("run", config, "--out", "out")

    def test_too_few_rounds(self):
        table = self.run_two(5)
        self.assertIn("cannot be told apart: 5 shared rounds", re.sub(r"\s+", " ", table))
        self.assertNotIn("fastest", table.split("Which is fastest")[1])
        self.assertNotIn("×  ", table)
        page = (self.folder / "out/report.md").read_text()
        self.assertIn("cannot be told apart: 5 shared rounds", re.sub(r"\s+", " ", page))
        self.assertNotIn("speed_up", page)

    def test_table_and_sentence_agree(self):
        table = re.sub(r"\s+", " ", self.run_two(7))
        told = re.search(r": ([\d.]+)× \([\d.]+ to [\d.]+\) as fast as (cpu_naive|twin)", table)
        if told:  # else they cannot be told apart
            self.assertRegex(table, rf"{told[2]} host [^×]+ {re.escape(told[1])}×")
        else:
            self.assertIn("cannot be told apart, at", table)

    def test_disturbed_rounds_are_repeated_within_bounds(self):
        self.run_two(6)
        for case in json.loads(self.ok("export", "out"))["cases"]:
            times = case["time"]["epoch_ns"]
            self.assertEqual(times["rounds"], [1, 2, 3, 4, 5, 6])
            self.assertLessEqual(sum(ns is not None for ns in times["discarded"]), 3)

    def test_resume_refuses_another_plugin(self):
        self.run_two(6)
        config = self.folder / "test.yaml"
        self.ok("run", config, "--out", "out", "--resume")
        with open(self.folder / "twin.so", "ab") as plugin:
            plugin.write(b"\0")
        self.refused("run", config, "--quiet", "--out", "out", "--resume", says=["the plugin of twin", "start a new run"])


if __name__ == "__main__":
    unittest.main()
