"""The commands of scripts/ci's jobs, run as a CI system would, in a repository of their own."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import textwrap
import unittest

from common import HANG_S, ROOT

GIT = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
       "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
FAKE_GH = """#!/bin/sh
echo "$@" >>gh.log
case "$*" in *--edit-last*) exit 1 ;; api*) echo 7 ;; esac
"""


def step(job, name):
    """The commands of a step: what follows its `run:`, or is indented below it."""
    text = (ROOT / "scripts/ci" / job).read_text()
    after = text[text.index(f"- name: {name}"):]
    line = re.search(r"( *)run: (.*)\n((?:\1  .*\n)*)", after)
    return textwrap.dedent(line[3]) if line[2] == "|" else line[2]


class Jobs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ironbench-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_step(self, job, name, **env):
        subprocess.run(["bash", "-e", "-c", step(job, name)], cwd=self.folder, check=True, capture_output=True,
                       env={**os.environ, **GIT, **env}, timeout=HANG_S)

    def git(self, folder, *args):
        return subprocess.run(["git", "-C", str(self.folder / folder), *args], check=True, capture_output=True, text=True,
                              env={**os.environ, **GIT}, timeout=HANG_S).stdout.strip()

    @unittest.skipUnless(shutil.which("git"), "git is not installed")
    def test_old_side_is_the_merge_base(self):
        self.git(".", "init", "-b", "main", "origin")
        began = [self.git("origin", "commit", "--allow-empty", "-m", "began"), self.git("origin", "rev-parse", "HEAD")][1]
        self.git("origin", "checkout", "-b", "branch")
        self.git("origin", "commit", "--allow-empty", "-m", "change")
        self.git("origin", "checkout", "main")
        self.git("origin", "commit", "--allow-empty", "-m", "someone else's")
        self.git(".", "clone", "origin", "new")
        self.git("new", "checkout", "--detach", "origin/branch")
        self.run_step("github.yml", "Check out the old side", BASE="main")
        self.assertEqual(self.git("old", "rev-parse", "HEAD"), began)

    def test_first_comment_is_made_and_later_ones_edited(self):
        (self.folder / "gh").write_text(FAKE_GH)
        (self.folder / "gh").chmod(0o755)
        (self.folder / "gate.md").write_text("x" * 70000)
        self.run_step("github-comment.yml", "Comment", GH_REPO="a/b", HEAD="someone:branch",
                      PATH=f"{self.folder}:{os.environ['PATH']}")
        self.assertEqual((self.folder / "gh.log").read_text().splitlines(), [
            "api --method GET repos/a/b/pulls -f state=open -f head=someone:branch --jq .[0].number // empty",
            "pr comment 7 --edit-last --body-file comment.md", "pr comment 7 --body-file comment.md"])
        self.assertEqual((self.folder / "comment.md").stat().st_size, 60000)

    def test_only_the_job_that_runs_nothing_of_a_pull_request_may_write(self):
        self.assertNotIn("write", re.search("permissions: .*", (ROOT / "scripts/ci/github.yml").read_text())[0])
        self.assertNotIn("checkout", (ROOT / "scripts/ci/github-comment.yml").read_text())
        for job in ("github.yml", "github-comment.yml"):  # what others have named reaches a shell as a variable only
            for commands in re.findall(r"run: .*(?:\n {10}.*)*", (ROOT / "scripts/ci" / job).read_text()):
                self.assertNotIn("${{", commands)


if __name__ == "__main__":
    unittest.main()
