"""Names, messages and recorded text that a terminal, a CI system, a spreadsheet, a browser or a parser would act upon:
every output shows them as text."""

import csv
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree

from common import HANG_S, PROGRAM
from external import CLIENT, ExternalTest

FILES = ["=1+1 [a]*%'\"<script>alert(2)<.csv", "\u202e\u00e9\u00df.csv", "-\x1b[31m\x07::error::.csv", "##[error]b\n::c.csv"]
ROWS = "a,y\n1,1\n2,2\n3,4\n4,4\n5,6\n6,6\n7,8\n"


class HostileText(ExternalTest):
    def setUp(self):
        super().setUp()
        for number, name in enumerate(FILES):
            self.write(name, ROWS + f"8,{number}\n")
        external = {fault: {"command": [sys.executable, str(CLIENT), fault]} for fault in ("hostile_error", "hostile_output")}
        self.sweep_file = self.config(
            f"model: [linreg]\ndataset: {json.dumps(FILES)}\nimpl: {json.dumps(['cpu_naive', *external])}\nepochs: [20]",
            measure="rounds: 2, min_time: 1ms, warmup: 0, timeout: 20s",
            more=f"external: {json.dumps(external)}\ngate: {{pairs: 14, alpha: 0.0001, slowdown: 50%}}")

    def plain(self, *args, status=0, commands=(), **kwargs):
        """Runs the program; checks all that it prints, and returns its stdout. `commands`: the lines for a CI system that
        it may print."""
        done = subprocess.run([str(PROGRAM), *map(str, args)], cwd=self.folder, capture_output=True, timeout=HANG_S,
                              stdin=subprocess.DEVNULL, **kwargs)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        for output in (done.stdout, done.stderr):
            self.check_plain(output.decode(), commands)  # which must be UTF-8
        return done.stdout.decode()

    def check_plain(self, text, commands=()):
        for line in re.split("[\n\u2028\u2029\x85]", text):
            strange = [c for c in line.rstrip("\r") if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cn")]
            self.assertEqual(strange, [], line)
            self.assertNotIn("##[", line)
            if not line.startswith(tuple(commands)):
                self.assertFalse(line.lstrip().startswith("::"), line)

    def test_every_command(self):
        self.with_charts()
        self.plain("plan", self.sweep_file)
        json.loads(self.plain("plan", self.sweep_file, "--json"))
        self.plain("run", self.sweep_file, "--out", "out", status=4)
        self.plain("report", "out")
        for case in (1, 2, 3):
            self.plain("explain", "out", case)
        self.plain("explain", "out", "\x1b[31m\n::error::", status=2)
        self.plain("compare", "out", "out")
        self.plain("compare", "out", "out", "--md")
        self.check_page(self.plain("compare", "out", "out", "--html"))
        json.loads(self.plain("compare", "out", "out", "--json"))
        self.plain("export", "out", "--format", "md")
        self.plain("baseline", "save", "base", "out")
        self.plain("baseline", "save", os.fsdecode(b"\xff\x1b[31m"), "out")
        self.assertNotIn("not an ironbench baseline", self.plain("baseline", "ls"))
        self.check_record(json.loads(self.plain("export", "out")))
        self.check_table(self.plain("export", "out", "--format", "csv"))
        self.check_table(self.plain("export", "out", "--format", "csv", "--samples"))
        self.check_page((self.folder / "out/report.html").read_text())
        self.check_plain((self.folder / "out/report.md").read_text())
        self.assertNotRegex((self.folder / "out/report.md").read_text(), r"(?m)^(?!    ).*(?<!\\)<script")  # but in code
        charts = list((self.folder / "out/charts").glob("*.svg"))
        self.assertEqual(len(charts), 4 * len(FILES))
        for chart in charts:
            ElementTree.parse(chart)

    def check_record(self, record):
        """Programs read all of it."""
        self.assertEqual({case["dataset"] + ".csv" for case in record["cases"]}, set(FILES))
        errors = [case for case in record["cases"] if case["impl"] == "hostile_error"]
        self.assertIn("::error::a \r\n::stop-commands::b\x1b[31mred\x1b]0;title\x07", errors[0]["reason"])
        self.assertIn("\x07\x08\x7f\x9b1m\x85\u2028##[error]c \u202ed", errors[0]["libraries"])

    def check_table(self, text):
        rows = list(csv.reader(io.StringIO(text, newline="")))
        self.assertEqual(text.count("\r\n"), len(rows))  # one line each
        for row in rows:
            self.assertEqual(len(row), len(rows[0]))
            for cell in row:
                self.assertNotRegex(cell, r"^[=+@]|^-[^0-9]")  # no formula

    def check_page(self, page):
        self.assertEqual(len(re.findall("<script", page)), 1)  # the page's own
        self.assertNotIn("alert(2)<.csv\"", page)

    def test_gate(self):
        """Its annotations are the only commands for GitHub."""
        self.plain("gate", self.sweep_file, "--against", PROGRAM, "--speed", "off", "--junit", "j.xml", "--markdown", "g.md",
                   "--out", "both", status=4, commands=["::error title=", "::warning title="],
                   env={"GITHUB_ACTIONS": "true", "PATH": "/usr/bin:/bin"})
        self.check_plain((self.folder / "g.md").read_text())
        names = [case.get("classname") + case.get("name") for case in ElementTree.parse(self.folder / "j.xml").iter("testcase")]
        self.assertEqual(len(names), 3 * 3 * len(FILES))
        self.assertEqual(len(set(names)), len(names))

    def test_train(self):
        for option in (["--data", "\x1b[31m\n::error::.csv"], ["--data", FILES[2], "--target", "\x1b]0;t\x07\n::error::"]):
            self.plain("train", "--model", "linreg", "--impl", "cpu_naive", "--epochs", "2", *option, status=2)
        self.write("head.csv", "a\x1b[31m,y\n1,x\n2,3\n")
        self.plain("train", "--model", "linreg", "--impl", "cpu_naive", "--epochs", "2", "--data", "head.csv", status=2)
        self.plain("\x1b[31m\n::error::", status=2)

    def test_a_record_made_by_hand(self):
        self.run_sweep(self.sweep_file, status=4)
        with sqlite3.connect(self.folder / "out/run.sqlite") as db:
            db.execute("UPDATE cases SET status = '<script>alert(3)</script>', label = ?", ["<script>alert(4)</script>"])
            db.execute("UPDATE run SET name = ?, machine = ?",
                       ["<script>alert(5)</script>\n::error::", json.dumps({"cpu": "<script>alert(6)</script>\x1b[31m"})])
        self.plain("report", "out")
        self.check_page((self.folder / "out/report.html").read_text())
        self.plain("export", "out", "--format", "md")
