"""configs/tutorial/README.md: each of its commands, in a copy of the folder."""

import json

from common import ROOT, released_only
from pages import PageTest


@released_only("builds plugins without sanitizers, and measures times")
class Tutorial(PageTest):
    def test_every_command(self):
        statuses = self.run_page(ROOT / "configs" / "tutorial" / "README.md", self.look_at_times)
        self.assertEqual(statuses, [3, 3, 1, 1, 3, 3])

    def look_at_times(self, line):
        """What the page says of the run's times. Of rounds, the least: other work makes them longer, and short ones above all."""
        if not line.startswith("ironbench run"):
            return
        cases = {(case["impl"], case["residency"]): case for case in json.loads(self.command("ironbench export out"))["cases"]}
        least = {key: case["time"]["epoch_ns"]["min"] for key, case in cases.items()}
        self.assertGreater(least["gpu", "per_op"], 20 * 10000)  # 20 copies of at least 10 µs
        self.assertGreater(least["gpu", "per_op"], 5 * least["gpu", "resident"])
        self.assertEqual(len({round(case["metrics"]["rmse"], 6) for case in cases.values()}), 1)
