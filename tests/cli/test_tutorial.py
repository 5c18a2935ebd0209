"""configs/tutorial/README.md: each of its commands, in their order, in a copy of the folder. The page itself says what is
expected: the exit status in a comment, and the block after the commands shows lines of the output of the last one, in which
… stands for the rest of a line."""

import json
import os
import re
import subprocess

from common import BUILD, CliTest, PROGRAM, ROOT, released_only

PAGE = ROOT / "configs" / "tutorial" / "README.md"
STATUS = re.compile(r"\s+# exit status (\d+)$")


def plain(line):
    """A line without what differs between machines: times, ratios, shares and intervals become #. What is counted stays."""
    line = " ".join(line.split())
    line = re.sub(r"\[[^\]]*\]", "#", line)
    line = re.sub(r"(?:under )?(?<![\w.])\d[\d,.]*(?: [µnm]?s\b| %|×)", "#", line)
    line = re.sub(r"(?<![\w.])\d[\d,.]*(?= to #)|–(?= #)", "#", line)
    line = re.sub(r"(?<![\w.])\d[\d.]*(?= # # \d)", "#", line)  # a time without its unit, before its interval
    return re.sub(r"(?<= # )0( 0)*(?= #)", lambda zeros: zeros[0].replace("0", "#"), line)  # parts that take no time


def is_shown(shown, printed):
    """Whether the page shows this line of the output."""
    start, rest, _ = shown.partition(" …")
    return plain(printed).startswith(plain(start)) if rest else plain(printed) == plain(shown)


def commands():
    """The page's commands, each with its expected status and the lines shown of its output."""
    steps = []
    for kind, text in re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        lines = text.splitlines()
        if kind == "sh":
            for line in lines:
                status = STATUS.search(line)
                steps.append((STATUS.sub("", line), int(status[1]) if status else 0, []))
        else:
            steps[-1][2].extend(lines)
    return steps


@released_only("builds plugins without sanitizers, and measures times")
class Tutorial(CliTest):
    def install(self):
        """What an installation has: the program, its data, the header, and where pkg-config finds them."""
        for name, target in [("bin/ironbench", PROGRAM), ("share/ironbench", ROOT), ("include", ROOT / "impls")]:
            path = self.folder / "prefix" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(target)
        packages = self.folder / "prefix" / "lib" / "pkgconfig"
        packages.mkdir(parents=True)
        (packages / "ironbench.pc").write_text((BUILD / "ironbench.pc").read_text())
        path = f"{self.folder}/prefix/bin:{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "PKG_CONFIG_PATH": str(packages), "LC_ALL": "C.UTF-8"}

    def command(self, line, status, env):
        """Runs a line of the page where the line before it ended; returns its output."""
        done = subprocess.run(["sh", "-c", f'{line}\nstatus=$?\npwd >"{self.folder}/where"\nexit $status'], cwd=self.where,
                              env=env, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, status, f"{line}\n{said}")
        self.where = (self.folder / "where").read_text().strip()
        return said

    def test_every_command(self):
        env = self.install()
        self.where = self.folder
        steps = commands()
        self.assertEqual([status for _, status, _ in steps if status], [3, 3, 1, 1, 3, 3])
        for line, status, shown in steps:
            said = self.command(line, status, env)
            for text in shown:
                self.assertTrue(any(is_shown(text, printed) for printed in said.splitlines()), f"{text}\n{line}\n{said}")
            if line.startswith("ironbench run"):
                self.copies_cost(json.loads(self.command("ironbench export out", 0, env)))

    def copies_cost(self, record):
        """What the page says of the run's times."""
        cases = {(case["impl"], case["residency"]): case for case in record["cases"]}
        median = {key: case["time"]["epoch_ns"]["median"] for key, case in cases.items()}
        self.assertGreater(median["gpu", "per_op"], 20 * 10000)  # 20 copies of at least 10 µs
        self.assertGreater(median["gpu", "per_op"], 5 * median["gpu", "resident"])
        self.assertEqual(len({round(case["metrics"]["rmse"], 6) for case in cases.values()}), 1)
