"""`export --format trace`: the time lines in the trace event format, against its schema and against the record."""

import collections
import copy
import json
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

import jsonschema

from common import PROGRAM, CliTest, ROOT

SCHEMA = json.loads((ROOT / "results" / "trace.schema.json").read_text())
RECORD_SCHEMA = json.loads((ROOT / "results" / "record.schema.json").read_text())
CONFIG = """
version: 1
matrix: {model: [linreg, mlp], dataset: [diabetes], impl: [cpu_naive, fakedev, broken], residency: [per_op, resident],
         hidden: [[6, 6]], optimizer: [adam], epochs: [20]}
external: {broken: {command: [sh, -c, "exit 1"]}}
measure: {rounds: 1, warmup: 0, min_time: 1ms}
"""
HOST, DEVICE, COPIES = 1, 2, 3


def apart(names):
    """The operations of a step, joined ones as their parts. The last layer is linear."""
    layers, parts = names.count("layer"), []
    for name in names:
        if name == "layer":
            layers -= 1
            parts += ["gemm", "add_row", "act"] if layers else ["gemm", "add_row"]
        else:
            parts += ["act_grad", "col_sum"] if name == "act_grad_sum" else [name]
    return tuple(parts)


class Trace(CliTest):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(prefix="ironbench-test-")
        cls.addClassCleanup(place.cleanup)
        cls.out = pathlib.Path(place.name) / "out"
        (cls.out.parent / "c.yaml").write_text(CONFIG)
        subprocess.run([PROGRAM, "run", cls.out.parent / "c.yaml", "--out", cls.out, "--quiet"], cwd=cls.out.parent,
                       stderr=subprocess.DEVNULL)
        cls.trace, cls.record = (json.loads(subprocess.run([PROGRAM, "export", cls.out, "--format", form], check=True,
                                                           capture_output=True).stdout) for form in ("trace", "json"))
        cls.cases = {case["id"]: case for case in cls.record["cases"]}

    def slices(self, trace=None):
        """The slices of each case by track, in the order of their beginning."""
        of_process = collections.defaultdict(lambda: collections.defaultdict(list))
        for event in (trace or self.trace)["traceEvents"]:
            if event["ph"] == "X":
                of_process[event["pid"]][event["tid"]].append(event)
        for tracks in of_process.values():
            [epoch] = [event for event in tracks[HOST] if event["cat"] == "epoch"]
            tracks[HOST].remove(epoch)
            yield epoch, {tid: sorted(events, key=lambda event: event["ts"]) for tid, events in tracks.items()}

    def test_schema(self):
        jsonschema.validate(self.trace, SCHEMA)
        jsonschema.validate(self.record, RECORD_SCHEMA)

    def test_every_case_is_there(self):
        shown = {epoch["args"]["case"] for epoch, _ in self.slices()}
        other = {item["case"]: item["reason"] for item in self.trace["otherData"]["without_timeline"]}
        self.assertEqual(shown | set(other), set(self.cases))
        self.assertEqual({self.cases[case]["impl"] for case in other}, {"broken"})
        self.assertNotIn("", other.values())
        names = {event["args"]["name"] for event in self.trace["traceEvents"] if event["name"] == "process_name"}
        self.assertEqual(names, {f"{self.cases[case]['problem']}: {self.cases[case]['name']}" for case in shown})
        tracks = collections.defaultdict(set)
        for event in self.trace["traceEvents"]:
            if event["name"] == "thread_name":
                tracks[event["pid"]].add((event["tid"], event["args"]["name"]))
        device = {(HOST, "host"), (DEVICE, "device"), (COPIES, "copies")}
        self.assertEqual(sorted(map(len, tracks.values())), [1, 1, 3, 3, 3, 3])
        self.assertEqual(set.union(*tracks.values()), device)

    def test_slices_follow_each_other_within_the_epoch(self):
        for epoch, tracks in self.slices():
            self.assertEqual(epoch["ts"], 0)
            for events in tracks.values():
                end = 0
                for event in events:
                    self.assertGreaterEqual(event["ts"], end - 1e-6, (epoch["args"]["case"], event))
                    end = event["ts"] + event["dur"]
                self.assertLessEqual(end, epoch["dur"] + 1e-6)

    def test_calls_and_copies_are_those_of_an_epoch(self):
        for epoch, tracks in self.slices():
            case = self.cases[epoch["args"]["case"]]
            train, counted = case["transfers"]["phases"]["train"], collections.Counter(event["cat"] for event in tracks[HOST])
            with self.subTest(case["name"]):
                self.assertEqual(counted["call"] + counted["launch"], train["launches"] / case["epochs"])
                self.assertEqual(counted["upload"], train["h2d_count"] / case["epochs"])
                self.assertEqual(counted["download"], train["d2h_count"] / case["epochs"])
                self.assertEqual(counted["upload"] > 0, case["residency"] == "per_op")
                self.assertEqual(counted["sync"], counted["launch"] + counted["upload"])
                if case["residency"] != "host":
                    self.assertEqual(len(tracks[DEVICE]), counted["launch"])
                    self.assertEqual(len(tracks.get(COPIES, [])), counted["upload"] + counted["download"])
                self.assertTrue(epoch["args"]["complete"])

    def test_tensors_and_bytes(self):
        for epoch, tracks in self.slices():
            case, moved = self.cases[epoch["args"]["case"]], collections.Counter()
            for event in tracks.get(COPIES, []):
                moved[event["cat"], event["args"]["op"], event["args"]["tensor"]] += event["args"]["bytes"]
            expected = {}
            for row in case["transfers"]["copies"]:
                for kind, size in (("upload", row["h2d_bytes"]), ("download", row["d2h_bytes"])):
                    if row["phase"] == "train" and size:
                        expected[kind, row["op"], row["tensor"]] = size / case["epochs"]
            self.assertEqual(moved, expected)

    def test_the_same_calls_everywhere(self):
        """A model is written once: host, per_op and resident call the same operations, perhaps joined, and the device
        computes them."""
        calls = collections.defaultdict(set)
        for epoch, tracks in self.slices():
            case = self.cases[epoch["args"]["case"]]
            names = tuple(event["name"] for event in tracks[HOST] if event["cat"] in ("call", "launch"))
            calls[case["model"]].add(apart(names))
            if DEVICE in tracks:
                self.assertEqual(tuple(event["name"] for event in tracks[DEVICE]), names)
        self.assertEqual({model: len(sequences) for model, sequences in calls.items()}, {"linreg": 1, "mlp": 1})

    def test_times_are_those_of_the_record(self):
        for epoch, tracks in self.slices():
            events = self.cases[epoch["args"]["case"]]["profile"]["events"]
            self.assertEqual(epoch["dur"], (events[-1]["begin_ns"] + events[-1]["launch_ns"] + events[-1]["wait_ns"]) / 1e3)
            begun = [event["ts"] for event in tracks[HOST] if event["cat"] != "sync"]
            self.assertEqual(begun, [event["begin_ns"] / 1e3 for event in events])
            computed = [event["args"]["compute_ns"] for event in tracks.get(DEVICE, [])]
            if computed:
                self.assertEqual(computed, [event["compute_ns"] for event in events if event["kind"] == "call"])

    def test_tracer(self):
        for epoch, _ in self.slices():
            self.assertEqual(epoch["args"]["tracer"], self.cases[epoch["args"]["case"]]["transfers"]["tracer"])

    def test_selection(self):
        chosen = json.loads(self.ok("export", self.out, "--format", "trace", "-s", "impl=fakedev,model=mlp", "-x", "residency=resident"))
        self.assertEqual([self.cases[epoch["args"]["case"]]["name"] for epoch, _ in self.slices(chosen)], ["fakedev per_op"])
        self.assertEqual(len(self.ok("export", self.out, "--format", "csv", "-s", "model=mlp").splitlines()), 5)
        self.refused("export", self.out, "-s", "model=mpl", says="mpl")

    def test_older_run(self):
        """One without time lines: every case is listed, and the record is complete otherwise."""
        older = self.folder / "older"
        shutil.copytree(self.out, older)
        with sqlite3.connect(older / "run.sqlite") as db:
            db.execute("DROP TABLE profile_events")
        trace = json.loads(self.ok("export", older, "--format", "trace"))
        jsonschema.validate(trace, SCHEMA)
        self.assertEqual(trace["traceEvents"], [])
        self.assertEqual(len(trace["otherData"]["without_timeline"]), len(self.cases))
        record = json.loads(self.ok("export", older))
        jsonschema.validate(record, RECORD_SCHEMA)
        expected = copy.deepcopy(self.record)
        for case in expected["cases"]:
            if case["profile"]:
                case["profile"]["events"] = []
        self.assertEqual(record, expected)

    def test_refusals(self):
        self.refused("export", self.out, "--format", "tracing", says="json, csv, md or trace")
        self.refused("export", self.out, "--format", "trace", "--samples", says="--samples")
