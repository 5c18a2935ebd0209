#!/usr/bin/python3
"""Golden trainings: NumPy's answers to small problems made from a formula, to compare the oracle with.

    golden.py write            writes one CASE.json for each case into this script's folder
    golden.py check            trains again and compares with the files there
    golden.py train --x X.npy --y Y.npy --start W1.npy b1.npy ... [--act A --loss L --lr R --epochs N
                               --optimizer O --weight-decay D]
                               trains from arrays that another program wrote; prints the losses

Numbers are written with all their digits, so that they come back bit by bit.
"""

import argparse
import json
import pathlib
import sys

import numpy as np

import network

FOLDER = pathlib.Path(__file__).parent
ROWS, TEST_ROWS = 27, 6
TOLERANCE = 1e-12  # between NumPy versions and machines


def case(loss, hidden=(), act=None, init="zeros", cols=3, outputs=1, lr=0.05, epochs=200, seed=1, **update):
    return dict(loss=loss, hidden=list(hidden), act=act, init=init, cols=cols, outputs=outputs, lr=lr, epochs=epochs,
                seed=seed, **update)


CASES = {
    "linreg": case("half_mse", lr=0.1),
    "logreg": case("bce", lr=0.5),
    "mlp_no_hidden": case("mse", init="normal", seed=7),
    "mlp_relu": case("mse", [5], "relu", "normal"),
    "mlp_relu_he_two_outputs": case("mse", [6, 4], "relu", "he", outputs=2, lr=0.02, seed=3),
    "mlp_tanh": case("mse", [4, 3], "tanh", "xavier", lr=0.2, seed=42),
    "mlp_tanh_bce": case("bce", [4], "tanh", "xavier", lr=0.3, seed=5),
    "mlp_sigmoid_bce": case("bce", [3, 3], "sigmoid", "normal", lr=0.5, seed=11),
    "softmax": case("ce", outputs=4, lr=0.5),
    "mlp_tanh_ce": case("ce", [5], "tanh", "xavier", outputs=3, lr=0.3, seed=6),
    "logreg_decay": case("bce", lr=0.5, weight_decay=0.05),
    "linreg_momentum": case("half_mse", lr=0.05, optimizer="momentum"),
    "mlp_momentum_decay": case("mse", [5], "tanh", "xavier", optimizer="momentum", weight_decay=0.01, seed=2),
    "logreg_adam": case("bce", lr=0.1, optimizer="adam"),
    "mlp_adam": case("mse", [5, 4], "relu", "he", outputs=2, lr=0.02, optimizer="adam", seed=6),
    "mlp_adam_decay": case("bce", [4], "tanh", "xavier", lr=0.03, optimizer="adam", weight_decay=0.1, seed=8),
    "softmax_batches": case("ce", outputs=4, lr=0.5, epochs=30, batch=10),
    "mlp_adam_batches": case("mse", [5], "tanh", "xavier", outputs=2, lr=0.02, optimizer="adam", weight_decay=0.01,
                             epochs=30, batch=8, seed=12),
    "mlp_deep": case("mse", [3] * 8, "tanh", "xavier", cols=4, epochs=120, seed=9),
}


def data(spec):
    """Features and targets of all rows, by a formula; the last TEST_ROWS of them are for testing."""
    i, j = np.mgrid[0 : ROWS + TEST_ROWS, 0 : spec["cols"]]
    x = np.sin(1.7 * i + 2.3 * j + 0.1 * i * j) + 0.25 * j
    target = x @ np.cos(np.arange(spec["cols"] * spec["outputs"])).reshape(spec["cols"], spec["outputs"])
    y = target + 0.5 * np.sin(3 * target) + 0.1
    if spec["loss"] == "bce":
        y = (y > np.median(y)).astype(float)
    if spec["loss"] == "ce":
        y = (y == y.max(axis=1, keepdims=True)).astype(float)
    x, x_test, _, _ = network.standardise(x[:ROWS], x[ROWS:])
    return x, y[:ROWS], x_test


def flat(params):
    return [float(v) for p in params for v in p.ravel()]


def answer(spec):
    x, y, x_test = data(spec)
    params = network.start([spec["cols"], *spec["hidden"], spec["outputs"]], spec["init"], spec["seed"])
    start = flat(params)
    update = {key: spec[key] for key in ("optimizer", "weight_decay", "batch") if key in spec}
    if "batch" in spec:
        update["order"] = network.orders(spec["seed"], ROWS, spec["epochs"])
        spec = dict(spec, order=update["order"].ravel().tolist())
    curve = network.train(params, x, y, spec["act"], spec["loss"], spec["lr"], spec["epochs"], **update)
    predictions = network.predict(params, x_test, spec["act"], spec["loss"])
    return dict(spec, rows=ROWS, test_rows=TEST_ROWS, x=flat([x]), y=flat([y]), x_test=flat([x_test]), start=start,
                curve=[float(v) for v in curve], params=flat(params), predictions=flat([predictions]))


def dump(record, path):
    """One key a line, so that a change shows where it is."""
    lines = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in record.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def check():
    worst = 0.0
    for name, spec in CASES.items():
        stored, fresh = json.loads((FOLDER / f"{name}.json").read_text()), answer(spec)
        for key in ("order",) * ("batch" in spec) + ("x", "y", "x_test", "start", "curve", "params", "predictions"):
            a, b = np.array(stored[key]), np.array(fresh[key])
            error = np.abs(a - b).max() / np.abs(a).max() if a.any() else np.abs(b).max()
            worst = max(worst, error)
            if not error <= TOLERANCE:
                print(f"{name}: {key} is {error:.3g} off")
    print(f"largest relative difference: {worst:.3g}")
    return 0 if worst <= TOLERANCE else 1


def train_files(arguments):
    load = lambda path: np.atleast_2d(np.load(path))
    x, y, params = load(arguments.x), load(arguments.y), [load(path).copy() for path in arguments.start]
    if y.shape[0] != x.shape[0]:
        y = y.T
    curve = network.train(params, x, y, arguments.act, arguments.loss, arguments.lr, arguments.epochs,
                          arguments.optimizer, arguments.weight_decay)
    for epoch, loss in enumerate(curve, 1):
        print(f"{epoch} {loss:.17g}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("write")
    commands.add_parser("check")
    files = commands.add_parser("train")
    files.add_argument("--x", required=True)
    files.add_argument("--y", required=True)
    files.add_argument("--start", required=True, nargs="+")
    files.add_argument("--act", default="relu", choices=network.ACTIVATIONS)
    files.add_argument("--loss", default="mse", choices=network.LOSSES)
    files.add_argument("--lr", type=float, default=0.01)
    files.add_argument("--epochs", type=int, default=1000)
    files.add_argument("--optimizer", default="sgd", choices=network.OPTIMIZERS)
    files.add_argument("--weight-decay", type=float, default=0.0)
    arguments = parser.parse_args()
    if arguments.command == "check":
        return check()
    if arguments.command == "train":
        return train_files(arguments)
    for name, spec in CASES.items():
        dump(answer(spec), FOLDER / f"{name}.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
