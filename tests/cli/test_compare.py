"""`compare`: comparing two stored runs."""

import contextlib
import json
import shutil
import sqlite3

from common import CliTest, FAULTS

TWO = """
model: [linreg]
dataset: [diabetes]
impl: [cpu_naive, fakedev]
dtype: [f64]
epochs: [50]
"""


class Compare(CliTest):
    def compare(self, *args):
        return json.loads(self.ok("compare", *args, "--json"))

    def test_itself(self):
        self.run_sweep(self.config(TWO), out="a")
        comparison = self.compare("a", "a")
        self.assertTrue(comparison["same_run"])
        self.assertEqual(comparison["differences"], [])
        self.assertEqual({c["speed"]["verdict"] for c in comparison["cases"]}, {"SAME"})
        self.assertIn("are the same run", self.ok("compare", "a", "a"))

    def test_two_runs(self):
        self.run_sweep(self.config(TWO), out="a")
        config = self.config(TWO.replace("fakedev", "cpu_blas").replace("linreg", "linreg, mlp"),
                             measure="rounds: 8, min_time: 1ms", more="")
        self.run_sweep(config, out="b")
        comparison = self.compare("a", "b")
        self.assertEqual([c["name"] for c in comparison["cases"]], ["cpu_naive"])
        speed = comparison["cases"][0]["speed"]
        self.assertEqual(speed["verdict"], "AMBIGUOUS")  # two rounds on one side
        self.assertEqual(speed["needed"], 6)
        self.assertIn("too few rounds", speed["reason"])
        self.assertIsNone(speed["ratio"]["low"])
        self.assertEqual({c["name"] for c in comparison["only_old"]}, {"fakedev per_op", "fakedev resident"})
        self.assertEqual(len(comparison["only_new"]), 3)
        page = self.ok("compare", "a", "b")
        for words in ["Only in the old run", "Only in the new run", "rounds needed", "AMBIGUOUS"]:
            self.assertIn(words, page)

    def test_answers_and_machines(self):
        """A wrong answer, other copies and another machine, planted in a copy of the run."""
        self.run_sweep(self.config(TWO), out="a")
        shutil.copytree(self.folder / "a", self.folder / "b")
        self.edit("b", "UPDATE run SET id = 'other', machine = json_set(machine, '$.compiler', 'tcc 0.9')")
        self.edit("b", "UPDATE metrics SET value = value * 1.1 WHERE name = 'rmse'")
        self.edit("b", "UPDATE transfers SET h2d_count = h2d_count + 3 WHERE pass = 'timed' AND phase = 'setup'")
        self.edit("b", "UPDATE checks SET verdict = 'wrong' WHERE case_number = 1")
        comparison = self.compare("a", "b")
        self.assertEqual([d["name"] for d in comparison["differences"]], ["compiler"])
        for case in comparison["cases"]:
            self.assertEqual([(m["name"], m["better"]) for m in case["metrics"]], [("rmse", False)])
            if case["name"] == "fakedev resident":
                self.assertEqual([m["name"] for m in case["copies"]], ["h2d_count"])
        page = self.ok("compare", "a", "b")
        self.assertLess(page.index("tcc 0.9"), page.index("cpu_naive"))  # named first
        for words in ["ok → wrong", "Answers that differ", "(worse)", "Copies that differ"]:
            self.assertIn(words, page)

    def edit(self, folder, sql):
        with contextlib.closing(sqlite3.connect(self.folder / folder / "run.sqlite")) as db, db:
            self.assertGreater(db.execute(sql).rowcount, 0)

    def test_ten_times_as_slow(self):
        """Whatever else runs on this machine."""
        options = self.config(TWO.replace("cpu_naive, fakedev", "planted_steady, {name: planted_slower, slow: 0}"),
                              measure="rounds: 24, min_time: 1ms", more=f"plugins: [{FAULTS.parent}/planted_new.so]")
        self.run_sweep(options, out="a")
        shutil.copytree(self.folder / "a", self.folder / "b")
        self.edit("b", "UPDATE run SET id = 'other'")
        self.edit("b", "UPDATE rounds SET epoch_ns = epoch_ns * 1000 WHERE case_number = 1")
        self.edit("b", "UPDATE rounds SET epoch_ns = epoch_ns / 1000 WHERE case_number = 2")
        self.assertEqual([c["speed"]["verdict"] for c in self.compare("a", "b")["cases"]], ["SLOWER", "FASTER"])

    def test_what_changed_comes_first(self):
        """Another answer, then what became slower, then what became faster; with intervals and the disturbance of both."""
        options = self.config(TWO.replace("cpu_naive, fakedev", "cpu_naive, planted_steady, {name: planted_slower, slow: 0}"),
                              measure="rounds: 24, min_time: 1ms", more=f"plugins: [{FAULTS.parent}/planted_new.so]")
        self.run_sweep(options, out="a")
        shutil.copytree(self.folder / "a", self.folder / "b")
        self.edit("b", "UPDATE run SET id = 'other'")
        self.edit("b", "UPDATE rounds SET epoch_ns = epoch_ns / 1000 WHERE case_number = 1")
        self.edit("b", "UPDATE rounds SET epoch_ns = epoch_ns * 1000 WHERE case_number = 2")
        self.edit("b", "UPDATE checks SET verdict = 'wrong' WHERE case_number = 3")
        text = self.ok("compare", "a", "b", "--md")
        rows = [line.split("|") for line in text.splitlines() if line.startswith("| linreg")]
        self.assertEqual(rows[0][8].strip(), "ok → wrong")
        self.assertEqual([row[6].strip() for row in rows[1:]], ["SLOWER", "FASTER"])
        self.assertIn("3 cases in both runs: 1 with another answer, 1 slower, 1 faster.", text)
        self.assertRegex(text, r"Disturbed by other work on the machine: .* in the old run, .* in the new one")
        page = self.ok("compare", "a", "b", "--html")
        self.assertEqual(page.count('<svg class="interval"'), 3)
        self.assertIn('<td class="bad" data-label="speed">SLOWER</td>', page)
        self.assertIn('<td class="good" data-label="speed">FASTER</td>', page)

    def test_forms(self):
        self.run_sweep(self.config(TWO), out="a")
        self.assertIn("| problem | case |", self.ok("compare", "a", "a", "--md"))
        html = self.ok("compare", "a", "a", "--html")
        self.assertTrue(html.startswith("<!DOCTYPE html>") and html.rstrip().endswith("</html>"))
        for outside in ["http:", "https:", "src=", "<link"]:
            self.assertNotIn(outside, html)

    def test_refusals(self):
        self.run_sweep(self.config(TWO), out="a")
        self.refused("compare", "a", says="missing argument")
        self.refused("compare", "a", "nothing", says=["nothing", "holds no run"])
        self.refused("compare", "a", "a", "--md", "--json", says="only one of")
        self.refused("compare", "a", "a", "--margin", "2", says=["--margin", "`2`", "1%"])
