"""Completion in shells and the manual page, both made from the flags of all commands."""

import os
import re
import shutil
import subprocess

from common import BUILD, CliTest, HANG_S
from terminal import Terminal


class CompletionTest(CliTest):
    def script(self, name):
        path = self.folder / f"completion.{name}"
        path.write_text(self.ok("completion", name), encoding="utf-8")
        return path

    def commands(self):
        """Each command, or part of one, and the flags in its help."""
        names = re.findall(r"^  ([a-z]+) ", self.ok("--help"), re.MULTILINE)
        names += [f"history {part}" for part in ("add", "show", "report", "bisect")]
        return {name: re.findall(r"^  (-\S+)", self.ok(*name.split(), "--help"), re.MULTILINE) for name in names}

    # ---- bash ----

    def bash(self, lines):
        """What bash would offer for each line, whose last word is completed."""
        script = [f"source {self.script('bash')}"]
        for line in lines:
            words = line.split(" ")
            quoted = " ".join(f"'{word}'" for word in words)
            script.append(f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _ironbench; "
                          "echo \"${COMPREPLY[*]}\" | tr '\\n' ' '; echo")
        done = subprocess.run(["bash", "--norc", "-c", "\n".join(script)], cwd=self.folder, capture_output=True, text=True,
                              env={**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}"}, timeout=HANG_S)
        self.assertEqual(done.stderr, "")
        return [line.split() for line in done.stdout.splitlines()]

    def test_bash_knows_every_command_and_flag(self):
        commands = self.commands()
        self.assertGreater(len(commands), 15)
        offered = self.bash(["ironbench ", *[f"ironbench {name} -" for name in commands]])
        self.assertEqual(set(offered[0]), {name for name in commands if " " not in name} | {"--help", "--version"})
        for (name, flags), found in zip(commands.items(), offered[1:]):
            with self.subTest(name):
                known = {flag.rstrip(",") for flag in flags} - {"-h"} | {"--help"}
                self.assertEqual(set(found), known, name)

    def test_bash_completes_values_and_arguments(self):
        for name in ("one.yaml", "two.yaml", "name with blanks.csv"):
            self.write(name, "")
        (self.folder / "runs").mkdir()
        lines = {"ironbench ru": ["run"], "ironbench run --color a": ["auto", "always"], "ironbench run on": ["one.yaml"],
                 "ironbench run one.yaml --out r": ["runs"], "ironbench run --out = r": ["runs"],
                 "ironbench run --out runs t": ["two.yaml"], "ironbench export runs --format c": ["csv"],
                 "ironbench list m": ["models", "metrics"], "ironbench history s": ["show"],
                 "ironbench history show --fi": ["--file"], "ironbench baseline ": ["save", "ls", "rm"],
                 "ironbench train --act t": ["tanh"], "ironbench train --model soft": ["softmax"],
                 "ironbench check cpu_n": ["cpu_naive"], "ironbench init nam": ["name", "with", "blanks.csv"],
                 "ironbench compare runs r": ["runs"], "ironbench doctor --seconds ": [], "ironbench nothing -": ["--help"]}
        for (line, expected), found in zip(lines.items(), self.bash(list(lines))):
            with self.subTest(line):
                self.assertEqual(found, expected)

    def test_bash_completes_as_one_types(self):
        self.write("my_sweep.yaml", "")
        script = self.script("bash")
        terminal = Terminal(["bash", "--norc", "--noprofile", "-i"], self.folder, PS1="> ", INPUTRC="/dev/null")
        self.addCleanup(terminal.close)
        terminal.type(f"source {script}; echo read''y\n", "ready")
        terminal.type("ironbench pl\t", "ironbench plan ")
        terminal.type("my\t", "my_sweep.yaml ")
        terminal.type("--js\t", "--json ")

    # ---- zsh, fish ----

    def test_zsh_completes_as_one_types(self):
        if not shutil.which("zsh"):
            self.skipTest("zsh is not installed")
        self.write("my_sweep.yaml", "")
        script = self.script("zsh")
        terminal = Terminal([shutil.which("zsh"), "-f", "-i"], self.folder, PS1="> ", ZDOTDIR=str(self.folder))
        self.addCleanup(terminal.close)
        terminal.type(f"autoload -U compinit; compinit -u -D; source {script}; echo read''y\n", "ready")
        terminal.type("ironbench pl\t", "plan ")
        terminal.type("my\t", "_sweep.yaml ")
        terminal.type("--js\t", "on ")
        terminal.type("\x15ironbench run --color alw\t", "always")
        terminal.type("\x15ironbench history sh\t", "show ")

    def test_fish_offers_commands_flags_and_values(self):
        if not shutil.which("fish"):
            self.skipTest("fish is not installed")
        self.write("my_sweep.yaml", "")
        lines = {"ironbench ru": "run", "ironbench run --ou": "--out", "ironbench run --color al": "always",
                 "ironbench plan my": "my_sweep.yaml", "ironbench history sh": "show",
                 "ironbench history show --po": "--points", "ironbench export x --format c": "csv"}
        asked = "".join(f"; echo '<'; complete -C '{line}'" for line in lines)
        done = subprocess.run([shutil.which("fish"), "--no-config", "-c", f"source {self.script('fish')}{asked}"], cwd=self.folder,
                              capture_output=True, text=True, timeout=HANG_S,
                              env={**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}", "HOME": str(self.folder)})
        self.assertEqual(done.stderr, "")
        for (line, expected), found in zip(lines.items(), done.stdout.split("<\n")[1:]):
            with self.subTest(line):
                self.assertIn(expected, [offer.split("\t")[0] for offer in found.splitlines()])

    def test_unknown_shell(self):
        self.refused("completion", "tcsh", says=["completion", "tcsh", "bash, zsh or fish"])

    # ---- the manual page ----

    def test_manual_page_has_every_flag_and_no_warnings(self):
        page = self.folder / "ironbench.1"
        page.write_text(self.ok("man"), encoding="utf-8")
        text = page.read_text(encoding="utf-8").replace("\\-", "-")
        for name, flags in self.commands().items():
            self.assertIn(f".SS ironbench {name}", text)
            for flag in flags:
                if flag not in ("-h,", "--help"):
                    self.assertRegex(text, rf"(?m)^\.B {re.escape(flag)}( |$)")
        checkers = [["groff", "-ww", "-man", "-K", "utf8", "-Tutf8", str(page)], ["mandoc", "-T", "lint", "-W", "error", str(page)]]
        checkers = [checker for checker in checkers if shutil.which(checker[0])]
        if not checkers:
            self.skipTest("neither groff nor mandoc is installed")
        for checker in checkers:
            done = subprocess.run(checker, capture_output=True, text=True, timeout=HANG_S)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
