"""Pages of commands: each is run, in their order. A page itself says what is expected: the exit status in a comment, and the
block after the commands shows lines of the output of the last one, in which … stands for the rest of a line. A block of
YAML is the file that its first line names."""

import os
import pathlib
import re
import subprocess
import sys

from common import BUILD, CliTest, HANG_S, PROGRAM, ROOT

STATUS = re.compile(r"\s+# exit status (\d+)$")


def plain(line):
    """A line without what differs between machines: times, ratios, shares and intervals become #. What is counted stays."""
    line = " ".join(line.split())
    line = re.sub(r"\[[^\]]*\]", "#", line)
    line = re.sub(r"(?<= )[µnm]?s/epoch", "#/epoch", line)
    line = re.sub(r"(?:under )?(?<![\w.])\d[\d,.]*(?: [µnm]?s\b| %|×)", "#", line)
    line = re.sub(r"(?<![\w.])\d[\d,.]*(?= to #)|–(?= #)", "#", line)
    line = re.sub(r"(?<![\w.])\d[\d.]*(?= # # \d)", "#", line)  # a time without its unit, before its interval
    return re.sub(r"(?<= # )0( 0)*(?= #)", lambda zeros: zeros[0].replace("0", "#"), line)  # parts that take no time


def is_shown(shown, printed):
    """Whether the page shows this line of the output."""
    start, rest, _ = shown.partition(" …")
    return plain(printed).startswith(plain(start)) if rest else plain(printed) == plain(shown)


def blocks(path):
    """The page's blocks of code, each with its language."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


class PageTest(CliTest):
    def setUp(self):
        super().setUp()
        self.where = self.folder
        self.env = self.install()

    def install(self):
        """What an installation has: the program, its data, the header, and where pkg-config finds them."""
        for name, target in [("bin/ironbench", PROGRAM), ("share/ironbench", ROOT), ("include", ROOT / "impls")]:
            path = self.folder / "prefix" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(target)
        (self.folder / "prefix" / "bin" / "python3").symlink_to(sys.executable)  # which has NumPy, where that is installed
        packages = self.folder / "prefix" / "lib" / "pkgconfig"
        packages.mkdir(parents=True)
        (packages / "ironbench.pc").write_text((BUILD / "ironbench.pc").read_text())
        path = f"{self.folder}/prefix/bin:{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "PKG_CONFIG_PATH": str(packages), "LC_ALL": "C.UTF-8"}

    def command(self, line, status=0):
        """Runs a line of the page where the line before it ended; returns its output."""
        done = subprocess.run(["sh", "-c", f'{line}\nstatus=$?\npwd >"{self.folder}/where"\nexit $status'], cwd=self.where,
                              env=self.env, capture_output=True, text=True, timeout=HANG_S, stdin=subprocess.DEVNULL)
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, status, f"{line}\n{said}")
        self.where = (self.folder / "where").read_text().strip()
        return said

    def run_page(self, path, after=lambda line: None):
        """Runs the page's commands, and then `after` with each; returns the statuses other than 0."""
        statuses, line, said = [], None, ""
        for kind, text in blocks(path):
            if kind == "yaml":
                name = re.match(r"# (\S+\.yaml)\n", text)[1]
                pathlib.Path(self.where, name).write_text(text, encoding="utf-8")
            elif kind == "sh":
                for line in text.splitlines():
                    status = STATUS.search(line)
                    statuses.append(int(status[1]) if status else 0)
                    said = self.command(STATUS.sub("", line), statuses[-1])
                    after(line)
            else:
                for shown in text.splitlines():
                    self.assertTrue(any(is_shown(shown, printed) for printed in said.splitlines()), f"{shown}\n{line}\n{said}")
        return [status for status in statuses if status]
