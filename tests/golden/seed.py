#!/usr/bin/python3
"""The seed's experiments in NumPy: the figures that the program must reproduce, from an independent training.

    seed.py DATASETS [--row ROW]... [--seeds N] [--dtype f32|f64]

DATASETS is a folder with real_estate.json and spam.json. Starts are drawn by this script's own generator, which is
the program's: `ironbench train --seed S` begins at the same point. Without --row, all rows.
"""

import argparse
import json
import pathlib
import statistics
import sys

import numpy as np

import network

ROWS = {  # file, hidden layers, loss, rate, epochs
    "linreg": ("real_estate.json", None, "half_mse", 0.01, 10000),
    "logreg": ("spam.json", None, "bce", 0.01, 10000),
    "mlp-6": ("real_estate.json", [6], "mse", 0.005, 40000),
    "mlp-6-6": ("real_estate.json", [6, 6], "mse", 0.005, 40000),
    "mlp-6-6-slow": ("real_estate.json", [6, 6], "mse", 0.001, 100000),
}


def read(path):
    data = json.loads(path.read_text())
    train, test, cols = data["m"], data["m_test"], data["n"]
    x = np.array(data["x"], dtype=float).reshape(train, cols)
    x_test = np.array(data["x_test"], dtype=float).reshape(test, cols)
    y, y_test = np.array(data["y"], dtype=float), np.array(data["y_test"], dtype=float)
    return x, y.reshape(train, 1), x_test, y_test.reshape(test, 1)


def run(folder, row, seed, dtype):
    file, hidden, loss, lr, epochs = ROWS[row]
    x, y, x_test, y_test = read(folder / file)
    x, x_test, _, _ = network.standardise(x, x_test)
    mean, scale = 0.0, 1.0
    if loss == "mse":
        y, mean, scale = network.standardise(y)
    init = "zeros" if hidden is None else "normal"
    params = network.start([x.shape[1], *(hidden or []), 1], init, seed)
    params = [p.astype(dtype) for p in params]
    network.train(params, x.astype(dtype), y.astype(dtype), "relu", loss, lr, epochs)
    predicted = network.predict(params, x_test.astype(dtype), "relu", loss).astype(float)
    if loss == "bce":
        correct = int(((predicted >= 0.5) == (y_test >= 0.5)).sum())
        return {"correct": correct, "of": len(y_test), "accuracy": correct / len(y_test)}
    error = predicted * scale + mean - y_test
    mse = float(np.mean(error**2))
    return {"mse": mse, "rmse": mse**0.5, "mae": float(np.abs(error).mean())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", type=pathlib.Path)
    parser.add_argument("--row", action="append", choices=ROWS)
    parser.add_argument("--seeds", type=int, default=1, help="runs the networks with seeds 0 to N-1")
    parser.add_argument("--dtype", choices=("f32", "f64"), default="f64")
    arguments = parser.parse_args()
    dtype = {"f32": np.float32, "f64": np.float64}[arguments.dtype]
    for row in arguments.row or ROWS:
        results = []
        for seed in range(arguments.seeds if ROWS[row][1] is not None else 1):
            results.append(run(arguments.datasets, row, seed, dtype))
            figures = "  ".join(f"{k} {v:.8f}" if isinstance(v, float) else f"{k} {v}" for k, v in results[-1].items())
            print(f"{row} {arguments.dtype} seed {seed}: {figures}", flush=True)
        if len(results) > 1:
            print(f"{row} {arguments.dtype}: median mse over {len(results)} seeds "
                  f"{statistics.median(r['mse'] for r in results):.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
