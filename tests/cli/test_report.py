"""`report` and the files that it writes: charts of their own whatever the data sets are called, and pages about some of
the cases."""

import math
import re
import shutil
import unittest
import xml.etree.ElementTree as ElementTree

from common import CliTest, FAULTS

ROWS = "a,y\n1,{}\n2,2\n3,4\n4,4\n5,6\n6,6\n7,8\n"
BRIEF = "rounds: 1, min_time: 1ms, warmup: 0, timeout: 20s"


@unittest.skipUnless(shutil.which("gnuplot"), "no gnuplot is installed, so that there are no charts")
class Charts(CliTest):
    def setUp(self):
        super().setUp()
        self.with_charts()

    def sweep(self, names):
        """A run over data sets of these names; returns its Markdown and its page."""
        for number, name in enumerate(names):
            self.write(f"{name}.csv", ROWS.format(number))
        listed = ", ".join("'" + (name + ".csv").replace("'", "''") + "'" for name in names)
        self.run_sweep(self.config(f"model: [linreg]\ndataset: [{listed}]\nimpl: [cpu_naive]\nepochs: [5]", BRIEF))
        return (self.folder / "out/report.md").read_text(), (self.folder / "out/report.html").read_text()

    def each_has_its_own(self, names):
        """Each data set has four charts, in files that are linked once and are called differently, even where case is
        folded; no id stands twice in the page."""
        markdown, page = self.sweep(names)
        links = re.findall(r"\]\((charts/[^)]*)\)", markdown)
        self.assertEqual(len(links), 4 * len(names), markdown)
        self.assertEqual(len({link.lower() for link in links}), len(links), links)
        self.assertEqual({f"charts/{file.name}" for file in (self.folder / "out/charts").iterdir()}, set(links))
        for link in links:
            self.assertRegex(link, r"^charts/[A-Za-z0-9._-]{1,130}\.svg$")
            ElementTree.parse(self.folder / "out" / link)
        ids = re.findall(r""" id=["']([^"']*)["']""", page)
        self.assertEqual(len({name.lower() for name in ids}), len(ids))
        self.assertEqual(page.count("<svg "), len(links))
        return links

    def test_names_that_differ_in_what_is_not_a_letter(self):
        links = self.each_has_its_own(["v1.0", "v1-0", "v1 0", "v1'0", "v1%0", "v1 (0)", "v1@0", "`v1`0", "v1[0]"])
        self.assertIn("charts/loss_by_epoch-linreg-v1.0.svg", links)

    def test_long_names(self):
        self.each_has_its_own(["n" * 235, "n" * 234 + "m", "n" * 100])

    def test_names_that_are_not_ascii(self):
        self.each_has_its_own(["é", "ü", "数据", "据数", "\u202e"])

    def test_names_that_differ_in_case(self):
        self.each_has_its_own(["data", "Data", "DATA", "data-2"])


class Overview(CliTest):
    """The first table: the time of each implementation in each problem, and its mean over all of them."""

    AXES = "dataset: [diabetes]\ndtype: [f32, f64]\nepochs: [5]"

    def table(self):
        """The rows of the first table, as lists of cells without their style."""
        part = (self.folder / "out/report.md").read_text().split("## All problems")[1].split("\n\n")[1]
        return [[cell.strip().strip("*") for cell in line.strip("|").split("|")] for line in part.splitlines()]

    def test_times_and_means(self):
        self.run_sweep(self.config(f"model: [linreg, mlp]\nhidden: [[3]]\nimpl: [cpu_naive, fakedev]\n{self.AXES}",
                                   "rounds: 6, min_time: 1ms, warmup: 0", more=f"plugins: ['{FAULTS}']"))
        head, _, *rows = self.table()
        self.assertEqual(head[0], "time per epoch")
        self.assertEqual([row[0] for row in rows], ["linreg f32 diabetes", "linreg f64 diabetes", "mlp 3 relu f32 diabetes",
                                                    "mlp 3 relu f64 diabetes", "mean", "fastest in"])
        self.assertEqual([cell[head.index("cpu_naive")] for cell in rows[-2:]], ["1.00×", "4 of 4"])
        for row in rows[:4]:
            self.assertIn("simulated", row[head.index("fakedev per_op")])
        self.assertEqual(rows[-2][head.index("fakedev per_op")], "–")

    def test_geometric_mean(self):
        self.run_sweep(self.config(f"model: [linreg]\nimpl: [cpu_naive, cpu_blas, fault_none]\n{self.AXES}",
                                   "rounds: 6, min_time: 1ms, warmup: 0", more=f"plugins: ['{FAULTS}']"))
        head, _, *rows = self.table()
        cases = [case for case in self.export("out")["cases"] if case["ranked"]]
        for name in head[1:]:
            logs = []
            for problem in {case["problem"] for case in cases}:
                times = {case["name"]: case["time"]["epoch_ns"]["median"] for case in cases if case["problem"] == problem}
                logs.append(math.log(times[name] / min(times.values())))
            shown = float(rows[-2][head.index(name)].removesuffix("×"))
            self.assertAlmostEqual(shown / math.exp(sum(logs) / len(logs)), 1, delta=0.01)

    def test_many_columns(self):
        """Where the times do not fit, a row of each implementation."""
        rates = ", ".join(str(rate / 1000) for rate in range(1, 14))
        self.run_sweep(self.config(f"model: [linreg]\nimpl: [cpu_naive, cpu_blas]\nlr: [{rates}]\n{self.AXES}", BRIEF))
        head, _, *rows = self.table()
        self.assertEqual(head, ["implementation", "mean", "fastest in"])
        self.assertEqual({row[0] for row in rows}, {"cpu_naive", "cpu_blas"})


class Selection(CliTest):
    def setUp(self):
        super().setUp()
        self.with_charts()
        self.run_sweep(self.config("""
            model: [linreg, mlp]
            dataset: [diabetes]
            impl: [cpu_naive, {name: cpu_blas, threads: [1, 2]}]
            dtype: [f32, f64]
            hidden: [[3]]
            epochs: [5]""", BRIEF))
        self.all = (self.folder / "out/report.html").read_text()

    def labels(self):
        """The implementations in the tables of the report, by problem."""
        markdown = (self.folder / "out/report.md").read_text()
        return re.findall(r"(?m)^\| \**(cpu_[a-z]*(?: threads=2)?)\** \| host ", markdown)

    def test_some_cases(self):
        shown = self.ok("report", "out", "-s", "dtype=f32,model=linreg", "-s", "impl=cpu_blas threads=2", "-x", "dtype=f64,model=mlp")
        self.assertIn("Only 5 of 12 cases, selected by -s dtype=f32,model=linreg -s impl=cpu_blas threads=2", shown)
        self.assertIn("5 cases: ", shown)
        self.assertEqual(sorted(self.labels()), ["cpu_blas", *3 * ["cpu_blas threads=2"], "cpu_naive"])
        page = (self.folder / "out/report.html").read_text()
        self.assertIn("Only 5 of 12 cases", page)
        self.assertEqual(page.count('<details id="case-'), 5)
        if shutil.which("gnuplot"):
            chart = (self.folder / "out/charts/time_per_epoch-mlp-diabetes.svg").read_text()
            self.assertNotIn("cpu_naive", chart)
        self.ok("report", "out")  # about all again
        self.assertEqual((self.folder / "out/report.html").read_text(), self.all)

    def test_rows_and_globs(self):
        self.ok("report", "out", "-s", "rows>100,impl=cpu_n*", "-x", "lr>1")
        self.assertEqual(self.labels(), 4 * ["cpu_naive"])

    def test_options_and_titles(self):
        self.ok("report", "out", "-s", "threads=2,model=mlp")
        self.assertEqual(self.labels(), 2 * ["cpu_blas threads=2"])
        self.ok("report", "out", "-s", "linreg f32 diabetes", "-x", "cpu_blas")
        self.assertEqual(self.labels(), ["cpu_naive"])

    def test_nothing_selected(self):
        self.refused("report", "out", "-s", "impl=cpu_nave", says=["-s impl=cpu_nave", "did you mean `cpu_naive`", "cpu_blas threads=2"])
        self.refused("report", "out", "-s", "dtype=f32", "-s", "rows>1000000", says=["-s rows>1000000", "available: 354"])
        self.refused("report", "out", "-x", "rows>0", says=["-x", "no case of this run is left"])
        self.refused("report", "out", "-s", "colour=red", says=["`colour` is not an axis"])
        self.assertEqual((self.folder / "out/report.html").read_text(), self.all)


class Folders(CliTest):
    def test_names_that_mean_something_elsewhere(self):
        """To SQLite, gnuplot, printf, a shell, a pattern or a terminal."""
        config = self.config("model: [linreg]\ndataset: [diabetes]\nimpl: [cpu_naive]\nepochs: [5]", BRIEF)
        for name in ("file:a?mode=memory", ":memory:", "%s%n", "[a]*?", "q'u\"o`ls`$(ls)", "new\nline\x1b[31m", "::error::"):
            with self.subTest(name=name):
                self.ok("run", config, f"--out={name}", "--quiet")
                files = {path.name for path in (self.folder / name).iterdir()}
                self.assertLessEqual({"run.sqlite", "report.html", "report.md"}, files)
                self.assertNotIn("failed", (self.folder / name / "report.md").read_text())
                self.assertEqual(len(self.export(name)["cases"]), 1)

    def test_long_name(self):
        config = self.config("model: [linreg]\ndataset: [diabetes]\nimpl: [cpu_naive]\nepochs: [5]", BRIEF,
                             more=f"name: {'n' * 250}")
        self.ok("run", config)
        runs = list((self.folder / "results/runs").iterdir())
        self.assertEqual([len(run.name) for run in runs], [120 + len("-20260131T235959Z")])
        self.ok("run", config, "--resume")
        self.assertEqual(list((self.folder / "results/runs").iterdir()), runs)


if __name__ == "__main__":
    unittest.main()
