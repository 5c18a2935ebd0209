"""The energy of an epoch: from counters in a folder like the kernel's, and why it is unknown where there are none."""

import contextlib
import csv
import io
import os
import sqlite3
import sys
import threading
import time
import unittest

from common import PROGRAM, ROOT, CliTest, released_only

# With a second thread, it is unknown whether a round was disturbed: it counts, on a busy machine, too.
BUSY = PROGRAM.parent / "tests" / "honest" / "busy_threads.so"
MATRIX = "model: [linreg]\ndataset: [diabetes]\nimpl: [{}]\nepochs: [{}]\ndtype: [f64]"
MEASURE = "rounds: 3, min_time: {}, timeout: 20s, energy: true"


class Packages:
    """Counters of two packages and of the whole platform, which take 10 W each until the end of the context."""

    def __init__(self, folder):
        self.ended = threading.Event()
        self.files = []
        for number, name in enumerate(("package-0", "package-1", "psys")):
            zone = folder / f"intel-rapl:{number}"
            zone.mkdir(parents=True)
            (zone / "name").write_text(name + "\n")
            (zone / "max_energy_range_uj").write_text("262143328850\n")
            (zone / "energy_uj").write_text(f"{0:015}\n")
            self.files.append(os.open(zone / "energy_uj", os.O_WRONLY))
        self.thread = threading.Thread(target=self.count)

    def count(self):
        begin = time.monotonic()
        while not self.ended.wait(0.001):
            for file in self.files:
                os.pwrite(file, b"%015d\n" % int(1e7 * (time.monotonic() - begin)), 0)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *error):
        self.ended.set()
        self.thread.join()
        for file in self.files:
            os.close(file)


class Energy(CliTest):
    def sweep(self, config, folder="power"):
        done = self.call("run", config, "--out", "out", env={"IRONBENCH_POWERCAP": folder})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.text = " ".join(done.stdout.split())  # lines are broken anywhere
        return self.export("out")["cases"]

    def rows(self):
        return list(csv.DictReader(io.StringIO(self.ok("export", "out", "--format", "csv"))))

    def rounds(self, columns):
        with contextlib.closing(sqlite3.connect(self.folder / "out" / "run.sqlite")) as record:
            return record.execute(f"SELECT {columns} FROM rounds").fetchall()

    @released_only("the plugin is not built with sanitizers")
    def test_counted(self):
        config = self.config(MATRIX.format("busy_threads", 5000), MEASURE.format("200ms"), f"plugins: [{BUSY}]")
        with Packages(self.folder / "power"):
            case, = self.sweep(config)
        energy, rounds = case["energy"], self.rounds("energy_j, repeats, energy_stretches, energy_ns")
        joules, repeats, stretches, ns = map(sum, zip(*rounds))
        self.assertEqual((energy["source"], energy["rounds"], energy["reason"]), ("packages", 3, None))
        self.assertGreater(joules, 0)
        self.assertEqual(stretches, repeats)  # around each training
        self.assertAlmostEqual(energy["measured_s"], ns / 1e9)
        self.assertAlmostEqual(energy["epoch_j"], joules / (5000 * repeats), 12)
        to_99 = energy["epoch_j"] * case["time_to"][1]["epoch"]
        self.assertAlmostEqual(energy["to_99_percent_j"], to_99, 12)
        self.assertRegex(self.text, r"[nµm]?J/epoch [nµm]?J to 99 % RMSE")
        self.assertNotIn("Energy unknown", self.text)
        row, = self.rows()
        self.assertEqual((float(row["energy.epoch_j"]), float(row["energy.to_99_percent_j"]), row["energy.source"]),
                         (energy["epoch_j"], energy["to_99_percent_j"], "packages"))
        self.assertIn("energy of an epoch", (self.folder / "out" / "report.html").read_text())

    def test_unknown(self):
        program = f"external:\n  program: {{command: [{sys.executable}, {ROOT / 'impls/external/reference.py'}]}}"
        config = self.config(MATRIX.format("cpu_naive, program, fakedev", 20), MEASURE.format("1ms"), program)
        reasons = {case["impl"]: case["energy"]["reason"] for case in self.sweep(config, "none")}
        self.assertEqual(reasons, {"cpu_naive": "no counters of energy: none: No such file or directory",
                                   "program": "the energy of external programs is not measured",
                                   "fakedev": "fakedev does not report the energy of its device"})
        for case in self.export("out")["cases"]:
            self.assertEqual([case["energy"][name] for name in ("epoch_j", "to_99_percent_j", "source")], [None] * 3)
            self.assertEqual(case["energy"]["to_99_percent_reason"], case["energy"]["reason"])
        for row in self.rows():
            self.assertEqual((row["energy.epoch_j"], row["energy.reason"]), ("", reasons[row["impl"]]))
        self.assertIn("J/epoch", self.text)
        unknown = self.text[self.text.index("Energy unknown: "):]  # in the order of the rows: the fastest first
        for name in "cpu_naive", "program":
            self.assertIn(f"{name}: {reasons[name]}", unknown)
        self.assertEqual(set(self.rounds("energy_j, energy_ns, energy_source")), {(None, None, None)})

    def test_in_a_sandbox(self):
        config = self.config(MATRIX.format("cpu_naive", 20), MEASURE.format("1ms") + ", sandbox: true")
        with Packages(self.folder / "power"):
            done = self.call("run", config, "--out", "out", env={"IRONBENCH_POWERCAP": str(self.folder / "power")})
        if "there is no sandbox here" in done.stderr:
            self.skipTest("there is no sandbox here")
        case, = self.export("out")["cases"]
        self.assertRegex(case["energy"]["reason"], "power: Permission denied, in the sandbox$")

    def test_not_asked_for(self):
        """Then no counter is read."""
        config = self.config(MATRIX.format("cpu_naive", 20))
        with Packages(self.folder / "power"):
            case, = self.sweep(config)
        self.assertIsNone(case["energy"])
        self.assertNotIn("J/epoch", self.text)
        self.assertEqual(set(self.rounds("energy_j, energy_source, energy_reason")), {(None, None, None)})


if __name__ == "__main__":
    unittest.main()
