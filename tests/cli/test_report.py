"""`report` and the files that it writes: charts of their own whatever the data sets are called, and pages about some of
the cases."""

import math
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

from common import CliTest, FAULTS, HANG_S

try:
    import html5lib
except ImportError:
    html5lib = None

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
        self.assertEqual(page.count("<svg "), 2 * len(links))  # for wide and for narrow windows
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
    """The first table: the time of each implementation in each problem, its mean over all of them, and the answers."""

    AXES = "dataset: [diabetes]\ndtype: [f32, f64]\nepochs: [5]"

    def part(self):
        """The answer, and the tables of the problems, which a sweep has behind the best settings."""
        parts = (self.folder / "out/report.md").read_text().split("\n## ")
        return "".join(part for part in parts if part.startswith(("Which is fastest", "Problem by problem")))

    def table(self):
        """The rows of the first table, as lists of cells without their style."""
        lines = [line for line in self.part().splitlines() if line.startswith("|")]
        return [[cell.strip().strip("*") for cell in line.strip("|").split("|")] for line in lines]

    def test_times_and_means(self):
        self.run_sweep(self.config(f"model: [linreg, mlp]\nhidden: [[3]]\nimpl: [cpu_naive, fakedev]\n{self.AXES}",
                                   "rounds: 6, min_time: 1ms, warmup: 0", more=f"plugins: ['{FAULTS}']"))
        head, _, *rows = self.table()
        self.assertEqual([head[0], head[-1]], ["time per epoch", "fastest"])
        self.assertEqual([row[0] for row in rows], ["linreg f32 diabetes", "linreg f64 diabetes", "mlp 3 relu f32 diabetes",
                                                    "mlp 3 relu f64 diabetes", "mean", "fastest in"])
        self.assertEqual([cell[head.index("cpu_naive")] for cell in rows[-2:]], ["1.00×", "4 of 4"])
        for row in rows[:4]:
            self.assertIn("simulated", row[head.index("fakedev per_op")])
            self.assertEqual(row[-1], "cpu_naive, the only verified one")
        self.assertEqual(rows[-2][head.index("fakedev per_op")], "–")

    def test_geometric_mean(self):
        self.run_sweep(self.config(f"model: [linreg]\nimpl: [cpu_naive, cpu_blas, fault_none]\n{self.AXES}",
                                   "rounds: 6, min_time: 1ms, warmup: 0", more=f"plugins: ['{FAULTS}']"))
        head, _, *rows = self.table()
        cases = [case for case in self.export("out")["cases"] if case["ranked"]]
        means = {}
        for name in head[1:-1]:
            logs = []
            for problem in {case["problem"] for case in cases}:
                times = {case["name"]: case["time"]["epoch_ns"]["median"] for case in cases if case["problem"] == problem}
                logs.append(math.log(times[name] / min(times.values())))
            means[name] = math.exp(sum(logs) / len(logs))
            shown = float(rows[-2][head.index(name)].removesuffix("×"))
            self.assertAlmostEqual(shown / means[name], 1, delta=0.01)
        self.assertIn(f"**{min(means, key=means.get)}** is among the fastest in", self.part().replace("\\", ""))

    def test_seeds_are_one_problem(self):
        self.run_sweep(self.config(f"model: [mlp]\nhidden: [[3]]\nseed: [1, 2]\nimpl: [cpu_naive]\n{self.AXES}", BRIEF))
        _, _, *rows = self.table()
        self.assertEqual([row[0] for row in rows], ["mlp 3 relu f32 diabetes", "mlp 3 relu f64 diabetes"])
        self.assertEqual(rows[0][-1], "cpu_naive is fastest with each of 2 seeds")
        self.assertIn('</h2> <span class="soft">2 problems</span>', (self.folder / "out/report.html").read_text().replace("\n", " "))

    def test_many_problems(self):
        """Where the times of each would be too many, a row for those of a model, data set and type."""
        rates = ", ".join(str(rate / 1000) for rate in range(1, 14))
        self.run_sweep(self.config(f"model: [linreg]\nimpl: [cpu_naive, cpu_blas]\nlr: [{rates}]\n{self.AXES}", BRIEF))
        head, _, *rows = self.table()
        self.assertEqual({*head[1:-1]}, {"cpu_naive", "cpu_blas"})
        self.assertEqual(head[0], "time over the fastest")
        self.assertEqual([row[0] for row in rows[:2]], ["linreg f32 diabetes", "linreg f64 diabetes"])
        for row in rows[:2]:
            for cell in row[1:-1]:
                self.assertRegex(cell, r"^\d+\.?\d*×$")
            self.assertRegex(row[-1], r"^cpu_\w+: fastest in \d+ of 13 settings, \d+\.?\d*× as fast as cpu_\w+$")

    def test_many_implementations(self):
        """Where the columns do not fit, the ranking and the answers."""
        threads = ", ".join(map(str, range(1, 10)))
        self.run_sweep(self.config(f"model: [linreg]\nimpl: [{{name: cpu_blas, threads: [{threads}]}}]\n{self.AXES}", BRIEF))
        head, _, *rows = self.table()
        self.assertEqual(head, ["implementation", "mean", "fastest in"])
        self.assertIn(["problem", "fastest"], rows)

    def test_diverged(self):
        """Rates at which the training diverges are counted, and none of them is called fastest."""
        self.run_sweep(self.config("model: [linreg]\ndataset: [diabetes]\nimpl: [cpu_naive]\nlr: [0.01, 0.03, 100]\nepochs: [50]", BRIEF))
        text = (self.folder / "out/report.md").read_text()
        self.assertIn("3 cases: 3 ok (1 diverged).", text)
        self.assertIn("the training diverges", self.part())
        settings = text.split("## Best settings")[1]
        self.assertIn("| 1 of 3 |", settings)
        self.assertIn("| div. |", settings)


@unittest.skipUnless(html5lib or shutil.which("tidy"), "neither python3-html5lib nor tidy is installed")
class Validity(CliTest):
    """Pages are valid HTML."""

    def check(self, page):
        if html5lib:
            html5lib.HTMLParser(strict=True).parse(page)
            return
        done = subprocess.run(["tidy", "-errors", "-quiet", "--show-warnings", "no"], input=page, capture_output=True,
                              text=True, timeout=HANG_S)
        self.assertLess(done.returncode, 2, done.stderr)

    def test_report_and_comparison(self):
        if shutil.which("gnuplot"):
            self.with_charts()
        self.run_sweep(self.config("model: [linreg, mlp]\ndataset: [diabetes]\nimpl: [cpu_naive, fakedev]\nhidden: [[3], [6]]\n"
                                   "lr: [0.01, 0.03]\nseed: [1, 2]\nepochs: [20]", BRIEF))
        self.check((self.folder / "out/report.html").read_text())
        self.check(self.ok("compare", "out", "out", "--html"))


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
