"""`check`: its output for correct implementations, and for each intentionally wrong one."""

import json
import re
import shutil
import subprocess
import sys
import unittest

import jsonschema

from common import CliTest, FAULTS, PROGRAM, ROOT, SANITIZED, fuller_when_released, released_only

SCHEMA = json.loads((ROOT / "results/check.schema.json").read_text())
REFERENCE = ROOT / "impls/external/reference.py"

OPERATIONS = re.findall(r"^IB_OPERATION\(\w+, (\w+)\)", (ROOT / "harness/ops/operations.def").read_text(), re.M)
JOINED = [name for name in OPERATIONS if ".joined = true" in (ROOT / f"harness/ops/{name}.c").read_text()]
CHECKS = 2 * (len(OPERATIONS) - len(JOINED))  # in both types; joined ones are no loss where they are not offered
QUICK = 22  # trainings of a quick check in host memory: 11 in both types

# What `check` must say of each fault: its first flaw's operation (or its level, where it is about none), and words of
# the pattern that names it.
NAMED = {
    "zeroed_output": ("gemm", "C is all zero"),
    "zeroed_prediction": ("gemm", "C is all zero"),
    "stale_copy": ("memory", "stale copy"),
    "hidden_copy": ("copies", "hidden copies"),
    "skipped_bias": ("add_row", "the call did nothing"),
    "wrong_sign": ("axpy", "wrong sign"),
    "transposed_gradient": ("gemm", "column by column"),
    "half_rows": ("gemm", "omits the second half of the terms"),
    "last_column": ("gemm", "C in its last column is zero"),
    "nan": ("axpy", "is NaN"),
    "early_return": ("repetition", "steps(n) and n times steps(1) give different results"),
    "wrong_factor": ("loss_grad", "constant factor (2) off"),
    "wrong_n": ("loss_grad", "a sum, not a mean"),
    "off_by_one_row": ("col_sum", "omits the last row"),
    "shifted_row": ("gemm", "shifted by one row"),
    "ignores_alpha": ("axpy", "ignores alpha"),
    "ignores_transpose": ("gemm", "ignores that B is transposed"),
    "unwritten_elements": ("gemm", "unwritten"),
    "lower_precision": ("axpy", "lower precision"),
    "column_major": ("gemm", "reads B column by column"),
    "stale_result": ("gemm", "stale"),
    "swapped_activation": ("act", "computes sigmoid instead of relu"),
    "wrong_act_gradient": ("act_grad", "the gradient of tanh instead of"),
    "bias_only_first_row": ("add_row", "only to the first row of M"),
    "missing_sync": ("axpy", "d2h does not wait"),
    "loss_of_next_epoch": ("trainings", "one epoch ahead"),
    "late_update": ("trainings", "lags one epoch behind"),
    "wrong_device_copy": ("memory", "the data of another buffer"),
    "writes_input": ("col_sum", "writes to its input M"),
    "mean_over_classes": ("loss_grad", "the mean is over rows x columns, not over the rows"),
    "wrong_in_place": ("loss_grad", "only when dZ shares the memory of Z"),
    "ignores_beta": ("gemm", "ignores beta"),
    "ignores_ld": ("col_sum", "ignores ld"),
    "dropped_nan": ("act", "does not propagate a NaN"),
    "unshifted_softmax": ("loss_grad", "exp overflows: the largest element of a row is not subtracted first"),
    "one_maximum": ("loss_grad", "exp underflows: the largest element of all is subtracted, not that of the row"),
    "columns_softmax": ("softmax", "sums run down the columns, not along the rows"),
    "f32_sums": ("col_sum", "accumulate in double"),
    "writes_beyond": ("act", "writes outside the bounds of M"),
    "reads_c": ("gemm", "reads C although beta is 0"),
    "missing_bias_correction": ("adam_step", "bias correction is missing"),
    "misplaced_epsilon": ("adam_step", "epsilon is added inside of the root"),
    "stale_momentum": ("momentum_step", "stale momentum"),
    "forgotten_decay": ("trainings", "weight decay is not applied"),
    "permuted_batch": ("gather_rows", "ignores INDEX: the rows come in the order of A"),
    "last_batch_dropped": ("trainings", "the last batch of an epoch is left out of the updates"),
}
# Those that end or block the process: the operation, and words of how.
FAILING = {
    "crash": ("axpy", "crashed: signal 11"),
    "garbage": ("axpy", "exited with status 3"),
    "silence": ("axpy", "exited with status 0"),
    "babble": ("axpy", "failed: sent an invalid message: `loss: 0.1`"),
    "endless_output": ("axpy", "wrote over 64 MiB"),
    "memory_hog": ("axpy", "used more memory than the limit of 2.00 GB"),
    "crash_on_empty": ("col_sum", "crashed: signal 11"),
}
LARGE = ["f32_sums"]  # show only at sizes that a quick check leaves out
ALONE = 8  # in a whole check, one in so many: the others in a check of the operation alone


# Rounds otherwise in each process: how that shows in single operations is left to chance.
UNSTEADY = "nondeterministic"
HANGING = "hang"
HANG_S = 10  # long enough for every operation on a busy machine


class Checking(CliTest):
    def check_json(self, *args, status):
        done = self.call("check", *args, "--json")
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("\n"), 1)
        result = json.loads(done.stdout)
        jsonschema.validate(result, SCHEMA)
        return result

    def fault(self, name, status, *args):
        return self.check_json(f"fault_{name}", "--plugin", FAULTS, *args, status=status)

    def check_first(self, result, subject, words):
        first = result["findings"][0]
        self.assertEqual(first["operation"] or first["level"], subject, first)
        self.assertIn(words, first["pattern"])
        return first


class Right(Checking):
    def check_right(self, *args, device=False):
        result = self.check_json(*args, "--quick", status=0)
        self.assertEqual((result["schema"], result["verdict"], result["findings"]), (1, "right", []))
        trainings = QUICK * (2 if device else 1)
        for level, checks in [("loads", 1), ("memory", int(device)),
                              ("operations", CHECKS + (2 * len(JOINED) if device else 0)), ("gradients", 12),
                              ("trainings", trainings), ("predictions", trainings), ("repetition", trainings),
                              ("copies", trainings if device else 0)]:
            counts = result["counts"][level]
            self.assertEqual((counts["checks"], counts["wrong"], counts["failed"], counts["skipped"]),
                             (checks, 0, 0, 0), level)
        return result

    def test_host(self):
        self.check_right("cpu_naive")

    def test_operation(self):
        """One operation alone: nothing else is checked, which the verdict says."""
        result = self.check_json("cpu_naive", "--quick", "--operation", "gemm", status=0)
        counts = {level: (c["checks"], c["skipped"]) for level, c in result["counts"].items()}
        self.assertEqual(counts["operations"], (2, CHECKS - 2))
        self.assertEqual([counts[level][0] for level in ["gradients", "trainings", "repetition", "options"]], [0] * 4)
        self.assertEqual((result["verdict"], result["complete"]), ("right", False))
        text = self.ok("check", "cpu_naive", "--quick", "--operation", "gemm", "--operation", "axpy")
        self.assertTrue(text.endswith(f"cpu_naive is right in what was checked: 4 of {CHECKS} operations, no gradients and no "
                                      "trainings were.\n"), text)

    @released_only("long, and the same code as of the host")
    def test_device(self):
        self.check_right("fakedev", device=True)

    def test_fused(self):
        """Adam and weight decay, of which its steps do not know, by its operations."""
        self.check_right("fault_none", "--plugin", FAULTS)

    @released_only("trainings as those of the other tests, with another value each")
    def test_options(self):
        """Each value of an option but the default is tried in a training of its own; one that is given is not."""
        if not (PROGRAM.parent / "impls" / "cpu_blas.so").exists():
            self.skipTest("cpu_blas was not built")
        counts = self.check_right("cpu_blas")["counts"]["options"]
        options = json.loads(self.ok("list", "impls", "--json"))
        mine = next(impl for impl in options if impl["name"] == "cpu_blas")["options"]
        self.assertGreaterEqual(len(mine), 1)
        self.assertGreaterEqual(counts["checks"] + counts["skipped"] + len(mine), 1)
        self.check_json("cpu_blas", "--quick", "--model", "linreg", "--option", "threads=1", status=0)

    def test_text(self):
        out = self.ok("check", "cpu_naive", "--quick", "--model", "linreg")
        self.assertRegex(out, rf"operations +ok +{CHECKS} of {CHECKS} right in [\d,]+ calls\n")
        self.assertRegex(out, r"trainings +ok +6 of 6 right\n")
        self.assertTrue(out.endswith("\ncpu_naive is right.\n"), out)

    def test_plugin_alone(self):
        """Everything that a plugin brings, under whatever names: here one that shipped implementations have."""
        plugin = PROGRAM.parent / "tests" / "template.so"
        done = self.call("check", plugin, "--quick", "--model", "linreg")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(done.stdout.endswith("template is right.\n"))


class Outside(Checking):
    def test_right(self):
        """An external program has no operations: its trainings are looked at."""
        if subprocess.run([sys.executable, "-c", "import numpy"], capture_output=True).returncode:
            self.skipTest("this Python has no NumPy")
        done = self.call("check", "--quick", "--model", "linreg", "--json", "--", sys.executable, REFERENCE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        result = json.loads(done.stdout)
        jsonschema.validate(result, SCHEMA)
        self.assertEqual((result["counts"]["operations"]["checks"], result["counts"]["trainings"]["checks"]), (0, 6))
        self.assertEqual((result["verdict"], result["complete"]), ("right", False))
        text = self.ok("check", "--quick", "--model", "linreg", "--", sys.executable, REFERENCE)
        self.assertTrue(text.endswith("\nprogram is right in what was checked: no operations were.\n"), text)

    def test_cannot_be_started(self):
        done = self.call("check", "--", "no_such_program_anywhere")
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn("not found in PATH", done.stdout)

    def test_no_command(self):
        self.refused("check", "--", says=["--", "no command"])


# Each checks a fault, and what is checked is the same code: under a sanitizer, test_named has enough of them.
LONG = released_only("long, and as test_named")


class Wrong(Checking):
    def test_every_fault_is_here(self):
        listed = re.findall(r"^FAULT\((\w+)", (ROOT / "tests/faults/faults.def").read_text(), re.M)
        self.assertEqual(sorted(listed), sorted([*NAMED, *FAILING, UNSTEADY, HANGING, "none"]))
        self.assertGreaterEqual(len(listed), 25)

    @fuller_when_released
    def test_named(self):
        """Under a sanitizer, which makes all of it five minutes long, only some: the code is the same."""
        for i, (name, (subject, words)) in list(enumerate(NAMED.items()))[::2 * ALONE if SANITIZED else 1]:
            with self.subTest(name):
                whole = i % ALONE == 0 or subject not in OPERATIONS
                result = self.fault(name, 3, *(["--model", "linreg"] if whole else ["--operation", subject]),
                                    *([] if name in LARGE else ["--quick"]))
                self.assertEqual(result["verdict"], "wrong")
                self.check_first(result, subject, words)

    def test_unsteady(self):
        findings = self.fault(UNSTEADY, 3, "--quick", "--model", "linreg")["findings"]
        self.assertTrue(any("although the implementation is declared deterministic" in f["pattern"] + f["text"]
                            for f in findings if f["level"] == "repetition"), findings)

    @released_only("a sanitizer's own memory and time pass any limit")
    def test_failing(self):
        for name, (subject, words) in FAILING.items():
            with self.subTest(name):
                result = self.fault(name, 4, "--quick", "--operation", subject)
                self.assertEqual(result["verdict"], "failed")
                first = self.check_first(result, subject, words)
                self.assertTrue(first["shape"].startswith(f"{subject} f32"), first["shape"])
                counts = result["counts"]["operations"]
                self.assertEqual(counts["checks"] + counts["skipped"], CHECKS)

    @released_only("operations then take as long as the limit")
    def test_hanging_is_given_up(self):
        """After the second hang the rest is not tried: each would take its whole time."""
        result = self.fault(HANGING, 4, "--quick", "--timeout", HANG_S)
        counts = result["counts"]
        self.check_first(result, "axpy", f"timeout: no answer within {HANG_S} s")
        self.assertEqual(counts["operations"]["failed"], 2)
        self.assertEqual(counts["trainings"]["skipped"], QUICK)
        self.assertIn("two earlier requests used up their time or memory", counts["trainings"]["reason"])

    @LONG
    def test_first_wrong_element(self):
        first = self.fault("ignores_beta", 3, "--quick", "--operation", "gemm")["findings"][0]
        self.assertEqual((first["level"], first["dtype"], first["status"]), ("operations", "f32", "ok"))
        self.assertEqual(first["operand"], "C")
        self.assertEqual(len(first["element"]), 2)
        self.assertNotEqual(first["got"], first["expected"])
        self.assertIn("only with beta other than 0", first["where"])
        self.assertRegex(first["shape"], r"beta -?\d.*: A \d+x\d+.* B \d+x\d+.* C \d+x\d+")

    @LONG
    def test_predictions_that_show_nothing(self):
        """Every product is zero, in training and prediction: its constant predictions fit its parameters."""
        counts = self.fault("zeroed_output", 3, "--quick", "--model", "linreg")["counts"]["predictions"]
        self.assertEqual((counts["checks"], counts["skipped"]), (0, 6))
        self.assertIn("the same for every row", counts["reason"])

    @LONG
    def test_nan_in_json(self):
        first = self.fault("reads_c", 3, "--quick", "--operation", "gemm")["findings"][0]
        self.assertEqual(first["got"], "NaN")

    @LONG
    def test_epoch_at_which_curves_part(self):
        result = self.fault("wrong_sign", 3, "--quick", "--model", "linreg")
        training = next(f for f in result["findings"] if f["level"] == "trainings")
        self.assertEqual(training["epoch"], 2)
        self.assertIn("gradient has the wrong sign", training["pattern"])

    @LONG
    def test_text_says_where_to_begin(self):
        done = self.call("check", "fault_skipped_bias", "--plugin", FAULTS, "--quick", "--model", "linreg")
        self.assertEqual(done.returncode, 3)
        self.assertIn("add_row f32, add_row f64: M is unchanged: the call did nothing", done.stdout)
        self.assertIn("fault_skipped_bias is wrong. Start with add_row: the other faults may follow from it.", done.stdout)


class Unavailable(Checking):
    def test_says_why(self):
        """A plugin whose library is not there, as one that was never built."""
        folder = self.folder / "bin"
        folder.mkdir()
        shutil.copy(PROGRAM, folder / "ironbench")
        done = subprocess.run([folder / "ironbench", "check", "cpu_blas"], capture_output=True, text=True,
                              timeout=60, cwd=self.folder)
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("unavailable: ", done.stdout)
        self.assertIn("cpu_blas is unavailable here.", done.stdout)


class Refused(Checking):
    def test_usage(self):
        for args, says in [
            (["check"], "missing argument"),
            (["check", "cpu_naiv"], ["cpu_naiv", "did you mean `cpu_naive`"]),
            (["check", "nowhere/lib.so"], ["nowhere/lib.so", "cannot be used as a plugin"]),
            (["check", "cpu_naive", "--model", "mpl"], ["--model", "`mpl`", "mlp"]),
            (["check", "cpu_naive", "--option", "threads=2"], ["--option", "cpu_naive", "`threads`"]),
            (["check", "cpu_naive", "--timeout", "0"], ["--timeout", "`0`", "0.1"]),
            (["check", "./lib.so", "--plugin", "other.so"], ["--plugin", "./lib.so"]),
            (["check", "--timeout", "x", "--", "true"], ["--timeout", "`x`"]),
            (["check", "cpu_naive", "--fast"], ["--fast", "no such flag"]),
            (["check", "cpu_naive", "--operation", "gem"], ["--operation", "did you mean `gemm`"]),
            (["check", "cpu_naive", "--operation", "gemm", "--model", "mlp"], ["--operation", "--model"]),
            (["check", "--operation", "gemm", "--", "true"], ["--operation", "an external program"]),
        ]:
            with self.subTest(args=args):
                self.refused(*args, says=says)
