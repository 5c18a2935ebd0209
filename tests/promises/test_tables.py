"""A metric is a function and a line, an axis and a model are entries, a chart is a file, a data-set format is a file and a
line: everything else follows from them.

Here one of each is added to a copy of the tree, and sought wherever people and programs meet it."""

import csv
import gzip
import io
import json
import sqlite3
import unittest

import tree

METRIC = r"""/* The largest error of any prediction. */
static double max_error(const struct ib_scores *s)
{
    if (s->probability || s->rows == 0)
        return NAN;
    double largest = 0;
    for (uint64_t i = 0; i < s->rows * s->outputs; i++)
        largest = fmax(largest, fabs(s->predicted[i] - s->actual[i]));
    return largest;
}

static double accuracy(const struct ib_scores *s)"""

AXIS = r"""    [IB_AXIS_REPLICA] = {FIELD(replica), .help = "which copy of the same work this is", .example = "[0, 1]",
                         .type = &ib_axis_integer, .defaults = {"0"}, .slug = "rep", .max = 99, .flag = "--replica",
                         .flag_value = "N"},
"""

MODEL = r"""    {.name = "ridgeless",
     .summary = "linear regression under another name",
     .loss = IB_HALF_MSE,
     .tasks = 1u << IB_REGRESSION},
"""

CHART = """#@title Rounds by replica
#@sql SELECT who, replica, count(*) FROM rounds JOIN cases ON number = case_number JOIN names USING (case_number)
#@ GROUP BY who, replica
plot data using 2:3 notitle
"""

FORMAT = r"""/* A feature and a target per line, separated by a blank. */
#include "data/table.h"

#include <stdlib.h>

static enum ib_status read_pairs(const struct ib_dataset_spec *spec, const struct ib_source *file, struct ib_arena *arena,
                                 struct ib_table *out)
{
    char *text;
    size_t bytes;
    (void)spec;
    *out = (struct ib_table){.cols = 1, .target = "y"};
    IB_TRY(ib_source_text(arena, file, &text, &bytes));
    out->x = ib_arena_alloc(arena, bytes * sizeof *out->x);
    out->y = ib_arena_alloc(arena, bytes * sizeof *out->y);
    for (char *end; (void)(out->x[out->rows] = strtod(text, &end)), end != text; out->rows++)
        out->y[out->rows] = strtod(end, &text);
    return IB_OK;
}

const struct ib_dataset_format ib_dataset_pairs = {
    .title = "pairs",
    .extensions = {".pairs"},
    .summary = "a feature and a target per line",
    .read = read_pairs,
};
"""

CONFIG = """version: 1
name: promised
matrix:
  model: [ridgeless]
  dataset: [diabetes]
  impl: [cpu_naive]
  dtype: [f64]
  epochs: [20]
  replica: [1, 2]
measure: {rounds: 2, min_time: 1ms, warmup: 0, timeout: 20s}
"""


def plant(copy):
    copy.insert_after("harness/metrics/metrics.def", "IB_METRIC(rmse,",
                      'IB_METRIC(max_error, "max error", "target", TEST, LOWER, LINEAR, "largest error of any prediction")')
    copy.replace("harness/metrics/metric.c", "static double accuracy(const struct ib_scores *s)", METRIC)
    copy.replace("harness/core/case.h", "uint64_t epochs, seed, log_every;", "uint64_t epochs, seed, log_every, replica;")
    copy.replace("harness/config/axes.h", "    IB_AXIS_LOG_EVERY,\n", "    IB_AXIS_LOG_EVERY,\n    IB_AXIS_REPLICA,\n")
    copy.replace("harness/config/axes.c", "    [IB_AXIS_DTYPE] = {", AXIS + "    [IB_AXIS_DTYPE] = {")
    copy.replace("harness/core/model.c", '    {.name = "mlp",\n', MODEL + '    {.name = "mlp",\n')
    copy.write("scripts/charts/replicas.gp", CHART)
    copy.write("harness/data/pairs.c", FORMAT)
    copy.insert_after("harness/data/formats.def", "IB_DATASET_FORMAT(csv)", "IB_DATASET_FORMAT(pairs)")


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree, cls.folder = tree.planted()
        (cls.folder / "promised.yaml").write_text(CONFIG)
        cls.ok("run", "promised.yaml", "--out", "promised")
        cls.record = json.loads(cls.ok("export", "promised"))

    @classmethod
    def ok(cls, *args):
        done = tree.call(cls.tree.program, *args, cwd=cls.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def rows(self, *args):
        return list(csv.DictReader(io.StringIO(self.ok("export", "promised", "--format", "csv", *args))))

    def page(self):
        return (self.folder / "promised" / "report.html").read_text()

    def test_metric(self):
        values = [case["metrics"]["max_error"] for case in self.record["cases"]]
        self.assertTrue(all(value > case["metrics"]["mae"] for value, case in zip(values, self.record["cases"])))
        self.assertEqual([float(row["metrics.max_error"]) for row in self.rows()], values)
        with sqlite3.connect(self.folder / "promised" / "run.sqlite") as db:
            self.assertEqual([row[0] for row in db.execute("SELECT value FROM metrics WHERE name = 'max_error'")], values)
        self.assertIn("max_error", {item["name"] for item in json.loads(self.ok("list", "metrics", "--json"))})
        self.assertIn("max error", self.page())
        trained = self.ok("train", "--model", "linreg", "--data", "diabetes", "--impl", "cpu_naive", "--epochs", "20")
        self.assertIn("test max error ", trained)

    def test_metric_is_compared(self):
        """A run whose metric alone was changed differs in it."""
        self.ok("run", "promised.yaml", "--out", "other")
        with sqlite3.connect(self.folder / "other" / "run.sqlite") as db:
            db.execute("UPDATE metrics SET value = 2 * value WHERE name = 'max_error'")
        db.close()
        compared = json.loads(self.ok("compare", "promised", "other", "--json"))
        self.assertEqual([[d["name"] for d in case["metrics"]] for case in compared["cases"]], [["max_error"]] * 2)

    def test_axis(self):
        self.assertEqual([case["replica"] for case in self.record["cases"]], [1, 2])
        self.assertTrue(all(f"-rep{case['replica']}-" in case["id"] for case in self.record["cases"]))
        self.assertTrue(all(f"replica={case['replica']}" in case["problem"] for case in self.record["cases"]))
        self.assertEqual([row["replica"] for row in self.rows()], ["1", "2"])
        self.assertEqual({row["replica"] for row in self.rows("--samples")}, {"1", "2"})
        with sqlite3.connect(self.folder / "promised" / "run.sqlite") as db:
            self.assertEqual(list(db.execute("SELECT replica FROM cases")), [(1,), (2,)])
        self.assertIn("1 case", self.ok("plan", "promised.yaml", "-s", "replica>1"))
        self.assertIn("--replica N", self.ok("train", "--help"))
        self.assertIn("`replica`", self.ok("list", "keys", "--markdown"))
        self.assertIn("--replica 2", self.page())  # how to repeat the case

    def test_axis_does_not_change_ids(self):
        """At its default a new axis leaves the ids of cases as they were."""
        (self.folder / "old.yaml").write_text(CONFIG.replace("  replica: [1, 2]\n", "").replace("ridgeless", "linreg"))
        ids = []
        for program, out in [(tree.PROGRAM, "before"), (self.tree.program, "after")]:
            done = tree.call(program, "run", "old.yaml", "--out", out, "--json", cwd=self.folder)
            ids.append([json.loads(line)["id"] for line in done.stdout.splitlines() if line.startswith("{")])
        self.assertEqual(len(ids[0]), 1)
        self.assertEqual(ids[0], ids[1])

    def test_model(self):
        self.assertEqual({case["model"] for case in self.record["cases"]}, {"ridgeless"})
        self.assertEqual({case["verify"]["verdict"] for case in self.record["cases"]}, {"ok"})
        self.assertIn("ridgeless", self.ok("list", "models"))
        checked = self.ok("check", "cpu_naive", "--quick", "--model", "ridgeless")
        self.assertIn("trainings", checked)
        refused = tree.call(self.tree.program, "train", "--model", "ridgles", "--data", "diabetes", "--impl", "cpu_naive",
                            cwd=self.folder)
        self.assertIn("ridgeless", refused.stderr)

    def test_format(self):
        text = "".join(f"{i} {3 * i - i % 2}\n" for i in range(20))
        (self.folder / "plain.pairs").write_text(text)
        (self.folder / "packed.pairs.gz").write_bytes(gzip.compress(text.encode()))
        (self.folder / "table.csv").write_text(text.replace(" ", ","))
        trained = [self.ok("train", "--model", "linreg", "--data", data, "--impl", "cpu_naive", "--epochs", "20").split("time:")[0]
                   for data in ("table.csv", "plain.pairs", "packed.pairs.gz")]
        self.assertEqual(trained, trained[:1] * 3)
        (self.folder / "table.xls").write_text(text)
        for data, flags, says in [("table.xls", [], ".pairs"), ("plain.pairs", ["--header", "true"], "does not apply to pairs data")]:
            refused = tree.call(self.tree.program, "train", "--model", "linreg", "--data", data, "--impl", "cpu_naive", *flags,
                                cwd=self.folder)
            self.assertEqual(refused.returncode, 2)
            self.assertIn(says, refused.stderr)

    def test_chart(self):
        self.assertIn("replicas", self.ok("list", "charts"))
        self.assertTrue((self.folder / "promised" / "charts" / "replicas.svg").exists())
        self.assertIn("Rounds by replica", self.page())


if __name__ == "__main__":
    unittest.main()
