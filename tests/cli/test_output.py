"""Output that cannot be written, values that are empty, signals: what happens to the program's surroundings."""

import os
import signal
import subprocess
import time
import unittest

from common import CliTest, HANG_S, PROGRAM

MATRIX = """
    model: [linreg]
    dataset: [diabetes]
    impl: [cpu_naive]
    epochs: [20]
"""
MEASURE = "rounds: 1, warmup: 0, min_time: 1ms"


class Output(CliTest):
    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_full_device_is_an_error(self):
        """Every command that prints what it has found ends with an error where that cannot be written."""
        config = self.config(MATRIX, MEASURE)
        self.ok("run", config, "--out", "out")
        commands = [
            ["export", "out"], ["compare", "out", "out"], ["explain", "out", "1"], ["report", "out"], ["plan", config],
            ["list", "models"], ["run", config, "--out", "again"], ["doctor"], ["--help"], ["--version"],
            ["train", "--model", "linreg", "--data", "diabetes", "--impl", "cpu_naive", "--epochs", "5"],
        ]
        for command in commands:
            with self.subTest(command=command), open("/dev/full", "w") as full:
                done = subprocess.run([PROGRAM, *map(str, command)], cwd=self.folder, stdout=full, stderr=subprocess.PIPE,
                                      text=True, timeout=HANG_S, stdin=subprocess.DEVNULL)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("stdout", done.stderr)

    def test_training_ends_with_its_reader(self):
        train = subprocess.Popen([PROGRAM, "train", "--model", "linreg", "--data", "diabetes", "--impl", "cpu_naive",
                                  "--epochs", "1000000000", "--log-every", "1000"], cwd=self.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.assertIn(b"Epoch 1/", train.stdout.readline())
        train.stdout.close()
        self.assertNotEqual(train.wait(60), 0)
        train.stderr.close()

    def test_empty_value(self):
        self.refused("run", self.config(MATRIX, MEASURE), "--out", "", says=["--out", "empty", "DIR"])

    def test_unwritable_folder_for_temporary_files(self):
        done = self.call("run", self.config(MATRIX, MEASURE), "--out", "out", env={"TMPDIR": "/nonexistent"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.folder / "out" / "report.html").exists())


class Signals(CliTest):
    def leaves_nothing(self, signal_number, *command):
        """Runs a command until it has made a temporary folder, sends it a signal, and looks what is left."""
        temporary = self.folder / "temporary"
        temporary.mkdir(exist_ok=True)
        process = subprocess.Popen([PROGRAM, *command], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   stdin=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(temporary)})
        deadline = time.monotonic() + HANG_S
        while not any(temporary.iterdir()) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertIsNone(process.poll(), "it ended before it could be interrupted")
        process.send_signal(signal_number)
        self.assertEqual(process.wait(HANG_S), 130)
        self.assertEqual(list(temporary.iterdir()), [])

    def test_train(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number):
                self.leaves_nothing(number, "train", "--model", "linreg", "--data", "diabetes", "--impl", "cpu_naive",
                                    "--epochs", "1000000000")

    def test_check(self):
        self.leaves_nothing(signal.SIGTERM, "check", "cpu_naive")


if __name__ == "__main__":
    unittest.main()
