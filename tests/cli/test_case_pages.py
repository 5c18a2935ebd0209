"""The cases of a large run: on pages of their own, which the report links. The run is one that ends before its first
case, so that nothing needs to be measured."""

import re
import signal
import sqlite3
import subprocess
import time

from common import CliTest, PROGRAM

CASES = 2100
SWEEP = f"""
version: 1
matrix:
  model: [linreg]
  dataset: [d]
  impl: [cpu_naive]
  dtype: [f32]
  epochs: [{", ".join(map(str, range(1, 22)))}]
  lr: [{", ".join(f"{i}e-6" for i in range(1, 101))}]
datasets: {{d: {{synth: regression, rows: 20, cols: 1, noise: 0.1, seed: 1}}}}
measure: {{rounds: 1, min_time: 0s, warmup: 0}}
"""


class CasePages(CliTest):
    def begin(self):
        """Stores the cases, and ends the sweep."""
        sweep = subprocess.Popen([PROGRAM, "run", self.write("many.yaml", SWEEP), "--out", "out", "--quiet"],
                                 cwd=self.folder, stderr=subprocess.DEVNULL)
        stored = 0
        while sweep.poll() is None and stored < CASES:
            time.sleep(0.05)
            try:
                with sqlite3.connect(f"file:{self.folder}/out/run.sqlite?mode=ro", uri=True) as database:
                    stored, = database.execute("SELECT count(*) FROM cases").fetchone()
            except sqlite3.OperationalError:
                pass  # not made yet
        sweep.send_signal(signal.SIGTERM)
        sweep.wait()
        self.assertEqual(stored, CASES)

    def pages(self):
        return sorted((self.folder / "out/cases").glob("*.html"), key=lambda page: int(page.stem))

    def test_every_case_is_on_one_of_the_pages_that_the_report_links(self):
        self.begin()
        shown = self.ok("report", "out")
        self.assertIn(f"\n{CASES} cases: ", shown)
        self.assertLess(len(shown.splitlines()), 50)  # no table of each problem
        report = (self.folder / "out/report.html").read_text()
        self.assertEqual(re.findall(r'href="(cases/\d+\.html)"', report), [f"cases/{n}.html" for n in (1, 2, 3)])
        self.assertNotIn('id="case-', report)
        texts = [page.read_text() for page in self.pages()]
        shown = [re.findall(r'<details id="(case-\d+)"', text) for text in texts]
        self.assertEqual([len(cases) for cases in shown], [1000, 1000, 100])
        self.assertEqual(sorted(sum(shown, []), key=lambda name: int(name[5:])), [f"case-{n}" for n in range(1, CASES + 1)])
        for text, cases in zip(texts, shown):
            self.assertEqual(set(re.findall(r'href="#(case-\d+)"', text)), set(cases))
            self.assertIn('href="../report.html"', text)

    def test_a_report_of_fewer_cases_links_none_and_deletes_none(self):
        self.begin()
        self.ok("report", "out")
        self.assertEqual(len(self.pages()), 3)
        self.ok("report", "out", "-s", "epochs=3")
        self.assertEqual(len(self.pages()), 3)
        report = (self.folder / "out/report.html").read_text()
        self.assertEqual(report.count('<details id="case-'), 100)
        self.assertNotIn('href="cases/', report)
