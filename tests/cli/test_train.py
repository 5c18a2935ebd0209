"""`train`: the seed's results, the log, and rejected input."""

import re
import unittest

from common import CliTest, FAULTS, seed_data, released_only


class SeedFigures(CliTest):
    def test_linreg_on_real_estate(self):
        for impl in ["cpu_naive", "cpu_blas", "fakedev"]:
            with self.subTest(impl):
                out = self.ok("train", "--model", "linreg", "--data", seed_data("real_estate.json"), "--impl", impl,
                              "--dtype", "f64", "--lr", "0.01", "--epochs", "10000")
                self.assertIn("MSE 59.6779\n", out)
                self.assertIn("RMSE 7.7251\n", out)
                self.assertIn("MAE 5.9159\n", out)
                self.assertIn("verified: ok", out)

    @released_only("10000 epochs on 3530 rows take too long under sanitizers")
    def test_logreg_on_spam(self):
        out = self.ok("train", "--model", "logreg", "--data", seed_data("spam.json"), "--impl", "cpu_blas",
                      "--dtype", "f64", "--lr", "0.01", "--epochs", "10000")
        self.assertIn("accuracy 0.9309 (364 of 391)", out)


class Log(CliTest):
    def test_epoch_lines(self):
        out = self.ok("train", "--model", "linreg", "--data", "diabetes", "--impl", "cpu_naive", "--epochs", "10000")
        epochs = re.findall(r"^Epoch (\d+)/10000 \| Error: [0-9.e+-]+$", out, re.M)
        self.assertEqual(epochs, ["1"] + [str(1000 * i) for i in range(1, 11)])

    def test_log_every(self):
        out = self.ok("train", "--model", "linreg", "--data", "diabetes", "--impl", "cpu_naive", "--epochs", "200",
                      "--log-every", "70")
        self.assertEqual(re.findall(r"^Epoch (\d+)/200", out, re.M), ["1", "70", "140"])

    def test_every_optimizer(self):
        for optimizer, decay in [("sgd", "0.01"), ("momentum", "0"), ("momentum", "0.01"), ("adam", "0"), ("adam", "0.01")]:
            for impl, dtype in [("cpu_naive", "f32"), ("fakedev", "f64"), ("cpu_fused", "f64"), ("cpu_fused", "f32")]:
                with self.subTest(optimizer=optimizer, decay=decay, impl=impl, dtype=dtype):
                    out = self.ok("train", "--model", "mlp", "--data", "breast_cancer", "--impl", impl, "--dtype", dtype,
                                  "--hidden", "6", "--act", "tanh", "--loss", "bce", "--init", "xavier", "--epochs", "200",
                                  "--optimizer", optimizer, "--weight-decay", decay)
                    self.assertIn("verified: ok", out)

    def test_mini_batches(self):
        """Ten classes, in batches of 32 and a last one of 29 rows: the same accuracy in all implementations, in both types."""
        accuracies = set()
        for impl, *more in [("cpu_naive",), ("cpu_blas",), ("cpu_fused",), ("fakedev", "--residency", "per_op"), ("fakedev",)]:
            for dtype in ["f32", "f64"]:
                with self.subTest(impl=impl, more=more, dtype=dtype):
                    out = self.ok("train", "--model", "mlp", "--hidden", "64", "--data", "digits", "--batch", "32", "--lr", "0.001",
                                  "--optimizer", "adam", "--epochs", "5", "--impl", impl, "--dtype", dtype, *more)
                    self.assertIn("verified: ok", out)
                    self.assertRegex(out, r"per epoch of 45 steps, [0-9.]+ [µm]s per step\)")
                    accuracies.add(re.search(r"test accuracy (\S+)", out)[1])
        self.assertEqual(len(accuracies), 1, accuracies)

    def test_batches_that_cannot_be(self):
        linear = ["train", "--model", "linreg", "--data", "diabetes", "--impl", "cpu_naive"]
        self.refused(*linear, "--batch", "0", says=["--batch", "full, or a number of rows from 1"])
        self.refused(*linear, "--batch", "1000", says=["batch 1000 is more than the 354 rows that diabetes trains with"])
        done = self.call("train", "--model", "linreg", "--data", "diabetes", "--impl", "cpu_gram", "--batch", "32")
        self.assertEqual(done.returncode, 4)
        self.assertIn("its fused steps take all rows at once", done.stderr)

    def test_classification_says_how_many(self):
        out = self.ok("train", "--model", "mlp", "--data", "breast_cancer", "--impl", "cpu_naive", "--hidden", "6",
                      "--loss", "bce", "--act", "tanh", "--init", "xavier", "--epochs", "300", "--dtype", "f32")
        self.assertRegex(out, r"test accuracy 0\.\d{4} \(\d+ of \d+\)")
        self.assertNotIn("MSE", out)

    def test_ten_classes(self):
        """The same in all implementations of this machine, and verified."""
        for impl in ["cpu_naive", "cpu_blas", "cpu_fused", "fakedev"]:
            with self.subTest(impl):
                out = self.ok("train", "--model", "softmax", "--data", "digits", "--impl", impl, "--lr", "0.1",
                              "--epochs", "100")
                self.assertIn("test accuracy 0.9415 (338 of 359)", out)
                self.assertIn("verified: ok", out)

    def test_classes_decide_the_loss(self):
        network = ("train", "--model", "mlp", "--data", "iris", "--impl", "cpu_naive", "--init", "xavier", "--epochs", "50")
        self.assertIn("test log loss", self.ok(*network))
        self.refused(*network, "--loss", "mse", says="loss mse does not apply to 3 classes (iris), but ce does")
        self.refused("train", "--model", "logreg", "--data", "iris", "--impl", "cpu_naive",
                     says="logreg cannot learn 3 classes (iris), but softmax can")

    def test_device_in_both_residencies(self):
        outputs = [self.ok("train", "--model", "mlp", "--data", "xor", "--impl", "fakedev", "--hidden", "4",
                           "--epochs", "100", "--residency", residency)
                   for residency in ("per_op", "resident")]
        losses = [re.findall(r"Error: (.*)", out) for out in outputs]
        self.assertEqual(losses[0], losses[1])


class Refusals(CliTest):
    def test_missing_flag(self):
        self.refused("train", "--model", "linreg", "--impl", "cpu_naive", says="--data: is required")

    def test_unknown_names_with_the_nearest(self):
        self.refused("train", "--model", "lnreg", "--data", "diabetes", "--impl", "cpu_naive", says="`linreg`")
        self.refused("train", "--model", "linreg", "--data", "diabets", "--impl", "cpu_naive", says="`diabetes`")
        self.refused("train", "--model", "linreg", "--data", "diabetes", "--impl", "cpu_naiv", says="`cpu_naive`")
        self.refused("train", "--modle", "linreg", says=["--modle", "--model"])

    def test_unknown_option_of_an_implementation(self):
        self.refused("train", "--model", "linreg", "--data", "diabetes", "--impl", "cpu_blas", "--option",
                     "thread=2", says=["thread", "`threads`"])
        self.refused("train", "--model", "linreg", "--data", "diabetes", "--impl", "cpu_blas", "--option",
                     "threads=0", says="threads")

    def test_numbers(self):
        for flag, value in [("--epochs", "-5"), ("--epochs", "0"), ("--lr", "nan"), ("--lr", "-1"), ("--lr", "x"),
                            ("--hidden", "6,0"), ("--seed", "-1"), ("--dtype", "f16")]:
            with self.subTest(flag=flag, value=value):
                self.refused("train", "--model", "mlp", "--data", "diabetes", "--impl", "cpu_naive", flag, value,
                             says=[flag, value])

    def test_model_that_cannot_learn_the_task(self):
        self.refused("train", "--model", "linreg", "--data", "breast_cancer", "--impl", "cpu_naive",
                     says="linreg cannot learn classification")

    def test_missing_file(self):
        self.refused("train", "--model", "linreg", "--data", "nowhere.csv", "--impl", "cpu_naive",
                     says="nowhere.csv")


class Faults(CliTest):
    def test_wrong_answer_is_status_3(self):
        done = self.call("train", "--model", "linreg", "--data", "diabetes", "--plugin", FAULTS, "--impl",
                         "fault_wrong_sign", "--epochs", "100")
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertIn("verified: wrong", done.stdout)

    def test_crash_is_status_4(self):
        done = self.call("train", "--model", "linreg", "--data", "diabetes", "--plugin", FAULTS, "--impl",
                         "fault_crash", "--epochs", "100")
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("signal 11", done.stderr)
