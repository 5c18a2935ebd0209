"""The Python module `ironbench` (scripts/python): its frames against the record's tables and schema, runs and checks."""

import contextlib
import importlib.util
import io
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import jsonschema

from common import FAULTS, NO_CHARTS, PROGRAM, CliTest, ROOT

sys.path.insert(0, str(ROOT / "scripts" / "python"))
import ironbench  # noqa: E402
from ironbench import columns  # noqa: E402

SCHEMA = json.loads((ROOT / "results" / "record.schema.json").read_text())
CONFIG = """
version: 1
matrix: {model: [linreg, mlp], dataset: [diabetes], impl: [cpu_naive, fakedev, cpu_fused], residency: [per_op, resident],
         hidden: [[6, 6]], epochs: [20]}
measure: {rounds: 2, warmup: 0, min_time: 1ms}
"""


def has(module):
    return importlib.util.find_spec(module) is not None


class ModuleTest(CliTest):
    @classmethod
    def setUpClass(cls):
        environment = mock.patch.dict(os.environ, IRONBENCH=str(PROGRAM), PATH=f"{NO_CHARTS}:{os.environ['PATH']}")
        environment.start()
        cls.addClassCleanup(environment.stop)


class Columns(ModuleTest):
    def leaf(self, node, path):
        """The schema at a path; through arrays, if they are of single values."""
        for name in (*path, None):
            while "$ref" in node:
                node = SCHEMA["$defs"][node["$ref"].removeprefix("#/$defs/")]
            if name is not None:
                self.assertIn(name, node["properties"], path)
                node = node["properties"][name]
        return node

    def types(self, node):
        if "enum" in node:
            return {"null" if value is None else "string" for value in node["enum"]}
        return {node["type"]} if isinstance(node["type"], str) else set(node["type"])

    def test_every_column_is_in_the_schema(self):
        allowed = {"text": "string", "integer": "integer", "number": "number", "truth": "boolean", "sizes": "array", "pairs": "object"}
        run = self.leaf(SCHEMA, columns.KEYS[0].path)
        self.assertEqual(self.types(run), {"string"})
        case = SCHEMA["$defs"]["case"]
        for table in columns.TABLES.values():
            base = self.leaf(case, table.base)
            if table.rows == "objects":
                base = self.leaf(base["items"], ())
            for column in table.columns + columns.KEYS[1:] * (table.rows == "case"):
                with self.subTest(table=table.name, column=column.name):
                    leaf = self.leaf(base, column.path)
                    if table.rows == "arrays":
                        leaf = self.leaf(leaf["items"], ())
                    self.assertEqual(self.types(leaf) - {"null"}, {allowed[column.kind]})
                    if column.name.rpartition("_")[2] in ("ns", "bytes", "mhz", "count", "j"):
                        self.assertNotEqual(column.unit, "")

    def test_names_are_unique(self):
        metrics = [item["name"] for item in json.loads(self.ok("list", "metrics", "--json"))]
        for table in columns.TABLES.values():
            names = [column.name for column in columns.KEYS + table.columns] + metrics * (table.name == "cases")
            self.assertEqual(len(names), len(set(names)), table.name)

    def test_readme(self):
        self.assertIn(f"\n{columns.markdown()}\n", (ROOT / "scripts" / "python" / "README.md").read_text())

    @unittest.skipUnless(has("mypy"), "mypy is not installed")
    def test_types(self):
        done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", self.folder, "ironbench"],
                              cwd=ROOT / "scripts" / "python", capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Runs(ModuleTest):
    def test_selections(self):
        self.assertEqual(ironbench.selections({}), [])
        self.assertEqual(ironbench.selections({"impl": ["a", "b*"], "lr": "<0.1", "hidden": (6, 6), "seed": 3}),
                         ["-s", "impl=a,lr<0.1,hidden=6x6,seed=3", "-s", "impl=b*,lr<0.1,hidden=6x6,seed=3"])

    def test_run(self):
        config = self.write("c.yaml", CONFIG)
        messages = io.StringIO()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        with contextlib.redirect_stderr(messages):
            run = ironbench.run(config, model="mlp", impl=["cpu_naive", "cpu_fused"], hidden=(6, 6))
        self.assertEqual(run.status, 0)
        self.assertEqual(run.folder.parent, pathlib.Path("results/runs"))
        cases = ironbench.record(run.folder)["cases"]
        self.assertEqual([(case["model"], case["impl"]) for case in cases], [("mlp", "cpu_naive"), ("mlp", "cpu_fused")])
        self.assertIn("2 cases in ", messages.getvalue())

    def test_wrong_answers_are_a_result(self):
        config = self.config("model: linreg\n dataset: diabetes\n impl: fault_zeroed_output\n epochs: 5")
        run = ironbench.run(config, out=self.folder / "out", plugins=[FAULTS], quiet=True)
        self.assertEqual((run.status, run.folder), (3, self.folder / "out"))
        self.assertEqual(ironbench.record(run.folder)["cases"][0]["verify"]["verdict"], "wrong")

    def test_errors(self):
        for call, says in [(lambda: ironbench.run("quik", quiet=True), "did you mean `quick`?"),
                           (lambda: ironbench.run("quick", model="lin", quiet=True), "lin"),
                           (lambda: ironbench.record(self.folder), str(self.folder)),
                           (lambda: ironbench.check("nosuch"), "nosuch")]:
            with self.subTest(says), self.assertRaises(ironbench.Error) as caught:
                call()
            self.assertEqual(caught.exception.status, 2)
            self.assertIn(says, str(caught.exception))

    def test_another_schema(self):
        other = self.write("other", f"#!/bin/sh\nexec {PROGRAM} \"$@\" | sed 's/\"schema\": 2/\"schema\": 3/'\n")
        other.chmod(0o755)
        ironbench.run(self.write("c.yaml", CONFIG), out=self.folder / "out", quiet=True, model="linreg", impl="cpu_naive")
        with mock.patch.dict(os.environ, IRONBENCH=str(other)), self.assertRaisesRegex(ironbench.Error, "schema 3 .* reads 2"):
            ironbench.record(self.folder / "out")

    def test_no_program(self):
        with mock.patch.dict(os.environ, IRONBENCH=str(self.folder / "nosuch")), self.assertRaises(FileNotFoundError):
            ironbench.record(self.folder)

    def test_command(self):
        """`python -m ironbench` is the program."""
        done = subprocess.run([sys.executable, "-m", "ironbench", "list", "nosuch"], capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(ROOT / "scripts" / "python")})
        self.assertEqual((done.returncode, done.stderr), (2, self.call("list", "nosuch").stderr))


class Checks(ModuleTest):
    def test_right(self):
        [check] = ironbench.check("cpu_naive", quick=True, models=["linreg"], timeout=60)
        self.assertEqual((check.impl, check.verdict, check.findings), ("cpu_naive", "right", []))
        self.assertGreater(check.counts["operations"]["checks"], 10)

    def test_wrong(self):
        [check] = ironbench.check("fault_column_major", plugins=[FAULTS], quick=True, models=["linreg"])
        self.assertEqual(check.verdict, "wrong")
        self.assertIn("gemm", {finding["operation"] for finding in check.findings})

    def test_command(self):
        [check] = ironbench.check(["sh", "-c", "exit 1"], quick=True, models=["linreg"])
        self.assertEqual((check.impl, check.verdict), ("program", "failed"))


@unittest.skipUnless(has("pandas"), "pandas is not installed")
class Frames(ModuleTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        place = tempfile.TemporaryDirectory(prefix="ironbench-test-")
        cls.addClassCleanup(place.cleanup)
        folder = pathlib.Path(place.name)
        (folder / "c.yaml").write_text(CONFIG)
        (folder / "d.yaml").write_text(CONFIG.replace("linreg, mlp", "linreg"))
        cls.first = ironbench.run(folder / "c.yaml", out=folder / "first", quiet=True)
        cls.second = ironbench.run(folder / "d.yaml", out=folder / "second", quiet=True)
        cls.record = ironbench.record(cls.first.folder)
        jsonschema.validate(cls.record, SCHEMA)
        cls.tables = cls.first.load()

    def sql(self, query):
        with contextlib.closing(sqlite3.connect(self.first.folder / "run.sqlite")) as db:
            return db.execute(query).fetchall()

    def values(self, frame, names):
        """The rows of a frame as tuples, sorted; missing values as None."""
        import pandas as pd
        rows = frame[names].astype(object).itertuples(index=False, name=None)
        return sorted(tuple(None if pd.isna(value) else value for value in row) for row in rows)

    def assert_table(self, frame, names, query):
        expected = sorted(self.sql(query))
        self.assertGreater(len(expected), 0)
        self.assertEqual(self.values(frame, names), expected)

    def test_dtypes(self):
        for table in columns.TABLES.values():
            frame = getattr(self.tables, table.name)
            expected = {column.name: columns.DTYPES[column.kind] for column in columns.KEYS + table.columns}
            self.assertEqual({name: str(dtype) for name, dtype in frame.dtypes.items() if name in expected}, expected)

    def test_cases(self):
        cases = self.tables.cases
        self.assert_table(cases, ["case", "model", "impl", "rows", "status", "epoch_ns", "epoch_ns_min"],
                          "SELECT id, model, impl, rows, status, median_ns, min_ns FROM cases JOIN epoch_times ON case_number = number")
        self.assert_table(cases, ["case", "rmse"], "SELECT id, value FROM metrics JOIN cases ON case_number = number WHERE name = 'rmse'")
        self.assertEqual(set(cases.hidden[cases.model == "mlp"]), {"6x6"})
        self.assertTrue(cases.hidden[cases.model == "linreg"].isna().all())
        self.assertTrue(cases.simulated[cases.impl == "fakedev"].all())
        self.assertEqual(set(cases.run), {self.record["run"]["id"]})
        self.assertTrue(cases.epoch_j.isna().all())  # not asked for: not 0

    def test_samples(self):
        self.assert_table(self.tables.samples, ["case", "round", "epoch_ns", "cpu_epoch_ns", "unseen"],
                          "SELECT id, round, epoch_ns, cpu_epoch_ns, unseen FROM rounds JOIN cases ON case_number = number")

    def test_curves(self):
        self.assert_table(self.tables.curves, ["case", "epoch", "loss", "seconds"],
                          "SELECT id, epoch, curve.loss, seconds FROM curve JOIN cases ON case_number = number")

    def test_predictions(self):
        self.assert_table(self.tables.predictions, ["case", "row", "output", "actual", "predicted"],
                          "SELECT id, row, output, actual, predicted FROM predictions JOIN cases ON case_number = number")

    def test_transfers(self):
        names = ["phase", "op", "tensor", "h2d_count", "h2d_bytes", "d2h_count", "d2h_bytes"]
        self.assert_table(self.tables.transfers, ["case", *names],
                          f"SELECT id, {', '.join(names)} FROM transfers JOIN cases ON case_number = number WHERE pass = 'timed'")

    def test_time_to_loss(self):
        frame = self.tables.time_to_loss
        self.assertEqual(len(frame), sum(len(case["time_to"]) for case in self.record["cases"]))
        joined = frame.merge(self.tables.cases, on=["run", "part", "case"])
        reached = joined[(joined.by == "epochs") & joined.epoch.notna()]
        self.assertGreater(len(reached), 0)
        for row in reached.itertuples():
            self.assertAlmostEqual(row.seconds, row.epoch * row.epoch_ns / 1e9, delta=1e-6 * row.seconds)

    def test_several_runs(self):
        both = ironbench.load(self.first.folder, self.second.folder)
        second = self.second.load()
        for name in columns.TABLES:
            self.assertEqual(len(getattr(both, name)), len(getattr(self.tables, name)) + len(getattr(second, name)))
        self.assertEqual(both.cases.run.nunique(), 2)
        self.assertLessEqual(set(second.cases.case), set(self.tables.cases.case))

    def test_nothing_to_load(self):
        with self.assertRaisesRegex(ValueError, "needs the folder of a run"):
            ironbench.load()


class WithoutPandas(ModuleTest):
    def test_says_what_to_install(self):
        with mock.patch.dict(sys.modules, {"pandas": None}), mock.patch.dict(sys.modules):
            sys.modules.pop("ironbench.tables", None)
            with self.assertRaisesRegex(ImportError, re.escape("pip install 'ironbench[pandas]'")):
                ironbench.load(self.folder)
