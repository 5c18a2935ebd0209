"""configs/howto/: each command of each page."""

import importlib.util
import random
import re

from common import ROOT, released_only
from pages import PageTest

PAGES = ROOT / "configs" / "howto"


def anchors(path):
    """The names of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def flats():
    """A table with words, decimal commas and missing values, whose first rows are those that the page shows."""
    drawn = random.Random(11)
    rows = ["area;rooms;city;price", "77,9;2;Rome;268,5", "40,1;;Bonn;119,3", "121,4;3;Rome;392,0"]
    for _ in range(297):
        area, rooms, city = drawn.uniform(30, 150), drawn.randint(1, 5), drawn.choice(["Rome", "Bonn", "Paris"])
        price = 3 * area + 9 * rooms + 20 * len(city) + drawn.gauss(0, 10)
        rooms = "" if drawn.random() < 0.1 else rooms
        rows.append(f"{area:.1f};{rooms};{city};{price:.1f}".replace(".", ","))
    return "\n".join(rows) + "\n"


@released_only("builds plugins without sanitizers, and measures times")
class HowTo(PageTest):
    def test_plugin_and_then_a_gate(self):
        self.assertEqual(self.run_page(PAGES / "plugin.md"), [])
        self.assertEqual(self.run_page(PAGES / "gate.md"), [1, 3])

    def test_program(self):
        if not importlib.util.find_spec("numpy"):
            self.skipTest("the example needs NumPy")
        self.assertEqual(self.run_page(PAGES / "program.md"), [])

    def test_data(self):
        self.write("flats.csv", flats())
        self.assertEqual(self.run_page(PAGES / "data.md"), [])
        self.assertTrue((self.folder / "rates" / "report.html").exists())

    def test_report(self):
        self.assertEqual(self.run_page(PAGES / "report.md"), [])
        self.assertTrue((self.folder / "compare.html").exists())

    def test_every_page_is_found(self):
        linked = set(re.findall(r"\((\w+\.md)\)", (PAGES / "README.md").read_text(encoding="utf-8")))
        self.assertEqual(linked, {path.name for path in PAGES.glob("*.md")} - {"README.md"})
        self.assertTrue("(configs/howto/README.md)" in (ROOT / "README.md").read_text(encoding="utf-8"))

    def test_every_link_of_every_document_leads_somewhere(self):
        pages = [path for path in ROOT.rglob("*.md") if not {part[:5] for part in path.relative_to(ROOT).parts} & {"build", ".peer"}]
        self.assertGreater(len(pages), 20)
        for page in pages:
            for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
                if link.startswith("https://"):
                    continue
                name, _, anchor = link.partition("#")
                target = page.parent / name if name else page
                self.assertTrue(target.exists(), f"{page}: {link}")
                if anchor:
                    self.assertIn(anchor, anchors(target), f"{page}: {link}")
