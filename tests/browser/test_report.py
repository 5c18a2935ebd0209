"""Opens a report in a headless browser, as wide as a telephone, a small and a large desk, in the dark and as on paper: the
answer is seen first; nothing is cut off, wider than the window or pale; no text of a chart stands over another; no script
error, no request, every chart visible and drawn, charts that tell their values and hide their series, tables that sort, links
that open, no script but its own. With IRONBENCH_SCREENSHOTS=DIR the pages are kept there as pictures, for people to look at."""

import base64
import hashlib
import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cli"))
from common import CliTest  # noqa: E402

BROWSER = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome", "chrome"])), None)
FAULT_COUNTER = "<script>window.mode = 'MODE'; window.faults = []; addEventListener('error', (e) => faults.push(e.message));</script>"
# Windows cannot be as narrow as a telephone, frames can.
FRAME = """<!DOCTYPE html><style>body {{ margin: 0 }} iframe {{ border: 0; width: {width}px; height: 3000px }}</style>
<script>addEventListener("message", (event) => {{ found.textContent = event.data; }});</script>
<pre id="found"></pre><iframe src="driven.html"></iframe>"""
# Ways to run a script that the page's policy must refuse; the first text is what stands without.
INTRUDERS = """<p id="intruded">nothing ran</p><script>intruded.textContent = "a script ran"</script>
<img src="data:," onerror="intruded.textContent = 'a handler ran'"><svg onload="intruded.textContent = 'an SVG ran'"></svg>
<iframe srcdoc="<script>parent.intruded.textContent = 'a frame ran'</script>"></iframe></main>"""
# Pixels of a page whose details are folded away, by its width.
HEIGHTS = {360: 5000, 1024: 3000, 1920: 3000}
# A page of nothing but its background is a tenth of that.
LEAST_SCREENSHOT_BYTES = 30_000


class Report(CliTest):
    """A small sweep with what a report can hold: two models, a device, learning rates, two seeds."""

    text = ""  # of the page

    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.TemporaryDirectory(prefix="ironbench-browser-")
        cls.addClassCleanup(cls.home.cleanup)

    def setUp(self):
        super().setUp()
        if not self.text:
            self.make()
        self.page = self.write("report.html", self.text)

    def make(self):
        """Makes the page, once for all tests."""
        self.with_charts()
        config = self.config("""
            model: [linreg, mlp]
            dataset: [diabetes, xor]
            impl: [cpu_naive, fakedev]
            residency: [resident, per_op]
            hidden: [[3]]
            lr: [0.003, 0.01, 0.03]
            seed: [1, 2]
            epochs: [60]""")
        self.run_sweep(config)
        type(self).text = (self.folder / "out" / "report.html").read_text()

    def browse(self, page, width, *flags):
        return subprocess.run(
            [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr",
             f"--user-data-dir={self.home.name}", "--host-resolver-rules=MAP * ~NOTFOUND",
             f"--window-size={width},3000", "--virtual-time-budget=20000", *flags, page.as_uri()],
            capture_output=True, text=True, timeout=120)

    def look(self, width, mode):
        """What driver.js finds on the page."""
        text, driver = self.page.read_text(), (HERE / "driver.js").read_text()
        # The page's policy must let the driver run, and draw charts as images.
        allowed = base64.b64encode(hashlib.sha256(driver.encode()).digest()).decode()
        driven = text.replace("<head>", "<head>" + FAULT_COUNTER.replace("MODE", mode), 1).replace(
            "script-src ", f"img-src data:; script-src 'sha256-{allowed}' ", 1).replace(
            "</body>", f"<script>{driver}</script></body>", 1)
        self.write("driven.html", driven)
        done = self.browse(self.write("frame.html", FRAME.format(width=width)), 2000, "--dump-dom")
        self.assertNotRegex(done.stderr, r"CONSOLE.*(Error|Refused|Failed)")
        found = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
        self.assertTrue(found and found[1], done.stderr[-2000:])
        return json.loads(html.unescape(found[1]))

    def check(self, width, mode="light"):
        found = self.look(width, mode)
        self.assertEqual(found["width"], width)
        self.assertEqual(found["faults"], [])
        self.assertEqual(found["requests"], [])
        self.assertLess(found["answer"], 600, "the answer is not on the first screen")
        self.assertLessEqual(found["overflow"], 0, "the page is wider than the window")
        for fault in ("cut", "outside", "texts", "pale"):
            self.assertEqual(found[fault], [], fault)
        self.assertGreater(found["contrasts"], 100)
        self.assertGreater(len(found["charts"]), 8)
        self.assertEqual(found["nameless"], 0)
        for chart in found["charts"]:
            self.assertTrue(chart["visible"], chart)
            self.assertGreater(chart["width"], 200 if mode == "print" else 300, chart)
            self.assertGreater(chart["height"], 70, chart)
            self.assertTrue(0 <= chart["left"] < width, chart)
            self.assertGreater(chart["drawn"], 0.005, chart)
        return found

    def use(self, width):
        found = self.check(width)
        self.assertLess(found["height"], HEIGHTS[width], "the details are not folded")
        self.assertGreater(found["tables"], 2)
        self.assertEqual(found["unsorted"], [])
        self.assertGreater(found["read"], 4)
        self.assertEqual(found["misread"], [])
        self.assertGreater(found["links"], 20)
        self.assertEqual(found["closed"], [])
        self.photograph(width)

    def photograph(self, width):
        picture = self.folder / f"report-{width}.png"
        self.browse(self.page, width, f"--screenshot={picture}")
        self.assertGreater(picture.stat().st_size, LEAST_SCREENSHOT_BYTES)
        if os.environ.get("IRONBENCH_SCREENSHOTS"):
            shutil.copy(picture, os.environ["IRONBENCH_SCREENSHOTS"])

    def test_no_script_but_its_own(self):
        page = self.write("intruded.html", self.page.read_text().replace("</main>", INTRUDERS, 1))
        done = self.browse(page, 1280, "--dump-dom")
        self.assertIn("nothing ran", done.stdout)
        self.assertIn('tabindex="0"', done.stdout)  # its own ran

    def test_as_wide_as_a_telephone(self):
        self.use(360)

    def test_as_wide_as_a_small_desk(self):
        self.use(1024)

    def test_as_wide_as_a_large_desk(self):
        self.use(1920)

    def test_in_the_dark(self):
        self.check(1024, "dark")

    def test_on_paper(self):
        """A4 without its margins, at 96 pixels an inch."""
        self.check(718, "print")


if __name__ == "__main__":
    if not BROWSER:
        print("skipped: no Chromium is installed")
        sys.exit(77)
    if not shutil.which("gnuplot"):
        print("skipped: no gnuplot is installed, so that there are no charts to see")
        sys.exit(77)
    unittest.main(verbosity=2)
