"""Wrong external programs: every mistake is named, and none ends a sweep."""

import sys
import unittest

from external import CLIENT, ExternalTest, LINREG


class Wrong(ExternalTest):
    def fails(self, fault, status, *says, exit_status=4, **kwargs):
        """The case has this status, and one of these texts in its reason."""
        case = self.client(fault, status=exit_status, **kwargs)
        self.assertEqual(case["status"], status, case["reason"])
        self.assertTrue(any(text in case["reason"] for text in says), case["reason"])
        self.assertFalse(case["ranked"])

    def unavailable(self, fault, says, **kwargs):
        self.fails(fault, "unavailable", says, **kwargs)

    def test_silent(self):
        self.unavailable("silent", "no hello within 1 s", measure="rounds: 1, min_time: 1ms, timeout: 1s")

    def test_garbage(self):
        self.unavailable("garbage", "sent an invalid message: `?[2Jhello? there`")

    def test_ends_at_once(self):
        self.unavailable("exits_at_once", 'exited with status 1 before answering: "ImportError: nothing works here"')

    def test_protocol_of_the_future(self):
        self.unavailable("future", "speaks version 2 of the protocol; this ironbench speaks version 1")

    def test_description(self):
        self.unavailable("two_impls", "a list `impls` with exactly one entry")
        self.unavailable("odd_option", "`options.type` must be int, bool or text", out="b")

    def test_missing_library(self):
        self.unavailable("no_such_library", "no module named torch: scripts/setup --peers")

    def command(self, command, says):
        case = self.sweep(command, status=4)[0]
        self.assertEqual(case["status"], "unavailable")
        self.assertIn(says, case["reason"])

    def test_no_such_program(self):
        self.command(["no-such-program"], "cannot start no-such-program: not found in PATH")

    def test_no_such_file(self):
        self.command(["./client"], "client: No such file or directory")

    def test_not_executable(self):
        self.write("client", "#!/bin/sh\n").chmod(0o644)
        self.command(["./client"], "client: Permission denied")

    def test_a_program_that_knows_nothing_of_it(self):
        self.command(["true"], "exited with status 0 before answering")

    def test_one_bad_row_is_not_the_end_of_the_sweep(self):
        more = "external: {a: {command: [no-such-program]}, b: {command: [%s, %s]}}" % (sys.executable, CLIENT)
        cases = self.run_sweep(self.config(LINREG.replace("[x]", "[cpu_naive, a, b]"), more=more))["cases"]
        self.assertEqual([case["status"] for case in cases], ["ok", "unavailable", "ok"])

    def test_refuses(self):
        self.fails("refuses", "unsupported", "no linreg here")

    def test_another_answer(self):
        self.fails("wrong_answer", "failed", "sent `done`, expected `ready`")

    def test_early_done(self):
        self.fails("early_done", "failed", "sent `done` before `trained`")

    def test_exits(self):
        self.fails("exit", "failed", 'exited with status 1 before answering: "NoSuchLuck: the dog ate it"')

    def test_killed(self):
        self.fails("killed", "crashed", "was killed by signal 9")
        self.fails("segfault", "crashed", "signal 11", out="b")

    def test_endless(self):
        self.fails("endless_output", "failed", "wrote over 64 MiB to stdout and stderr")
        self.fails("endless_line", "failed", "16 MiB without a newline", out="b")
        self.fails("endless_progress", "timeout", "no answer within 8 s", out="c",
                   measure="rounds: 1, min_time: 1ms, timeout: 8s")

    def test_arrays(self):
        self.fails("wrong_shape", "failed", "w.npy: is 1 x 10 of f64, expected 10 x 1 of f64")
        self.fails("wrong_dtype", "failed", "w.npy: is 10 x 1 of f32, expected 10 x 1 of f64", out="b")
        self.fails("missing_array", "failed", "b.npy: is missing: not written before `done`", out="c")
        self.fails("short_array", "failed", "predictions.npy: not a readable .npy file: the file is too short", out="d")

    def test_shared_arrays(self):
        """Who changes what all implementations read is named, and the others read what was written."""
        for fault in ("writes_shared", "replaces_shared"):
            with self.subTest(fault):
                matrix = LINREG.replace("[x]", "[x, cpu_naive]")
                culprit, other = self.sweep([sys.executable, CLIENT, fault], matrix, status=3, out=fault)
                self.assertEqual((culprit["status"], other["status"]), ("untrusted", "ok"))
                self.assertIn("x.npy, which all implementations read, was changed", culprit["reason"])
                self.assertEqual(other["verify"]["verdict"], "ok")

    def test_losses(self):
        self.fails("no_losses", "failed", "loss.npy: is missing")
        self.fails("losses_cut", "failed", "loss.npy: epoch 20 of 20 is missing; the first 50", out="b")
        self.fails("losses_backwards", "failed", "loss.npy: its first column must be ascending epoch numbers", out="c")
        self.fails("losses_huge", "failed", "loss.npy: has 1000000000 rows for a training of 20 epochs", out="d")

    def test_nan(self):
        case = self.client("nan", status=3)
        self.assertEqual((case["status"], case["verify"]["verdict"]), ("ok", "wrong"))
        self.assertIn("not finite", case["verify"]["reason"])

    def test_ends_elsewhere_when_timed(self):
        self.fails("other_end", "untrusted", "the timed pass did not repeat the checked one", exit_status=3)

    def test_boasts(self):
        self.fails("boasts", "untrusted", "claims to have trained in", exit_status=3,
                   matrix=LINREG.replace("20", "100"))
        self.fails("claims_words", "failed", "`trained_ns` must be a non-negative number", out="b")

    def test_answers_before_the_work_is_done(self):
        self.fails("answers_first", "untrusted", "sent `trained` before it had trained",
                   "`trained` was sent before the work was done", "done outside of the clock", exit_status=3,
                   matrix=LINREG.replace("20", "200"))


if __name__ == "__main__":
    unittest.main()
