#!/usr/bin/env python3
"""Known answers for harness/stats, by SciPy: writes known.json next to itself. Needs scipy; the tests read the file.

With --bootstrap it measures instead what the project does not use, and why: how often a percentile interval of a
circular block bootstrap of the median covers the truth on an AR(1) process, against the 95 % that it promises.
"""

import json
import pathlib
import sys

import numpy as np
from scipy import stats

HERE = pathlib.Path(__file__).parent


def binomials():
    tails = []
    for n, k, p in [(1, 0, 0.5), (10, 3, 0.5), (30, 21, 0.5), (30, 25, 0.5), (200, 7, 0.01), (5000, 2600, 0.5), (64, 64, 0.9)]:
        tails.append({"n": n, "k": k, "p": p, "at_most": stats.binom.cdf(k, n, p), "at_least": stats.binom.sf(k - 1, n, p)})
    return tails


def proportions():
    cases = []
    for n, k, coverage in [(10, 0, 0.95), (10, 10, 0.95), (20, 1, 0.95), (10000, 12, 0.95), (10000, 0, 0.99), (1000, 987, 0.9)]:
        interval = stats.binomtest(k, n).proportion_ci(coverage, method="exact")
        cases.append({"n": n, "k": k, "coverage": coverage, "low": interval.low, "high": interval.high})
    return cases


def medians():
    """scipy.stats.quantile_test gives the same order statistics, one side at a time."""
    rng = np.random.default_rng(1)
    cases = []
    for n, coverage in [(10, 0.95), (17, 0.95), (30, 0.95), (30, 0.99), (51, 0.9), (200, 0.95)]:
        samples = np.round(rng.lognormal(0, 0.5, n), 6)
        tail = 0.5 + coverage / 2
        low = stats.quantile_test(samples, q=0, p=0.5, alternative="greater").confidence_interval(tail).low
        high = stats.quantile_test(samples, q=0, p=0.5, alternative="less").confidence_interval(tail).high
        cases.append({"samples": list(samples), "coverage": coverage, "median": np.median(samples), "low": low, "high": high})
    return cases


def shifts():
    """Samples whose neighbours are not alike, so that the sign test is the plain one; none lie on the limit."""
    rng = np.random.default_rng(2)
    cases = []
    for n, limit in [(6, 0.0), (10, 0.1), (12, 0.4), (30, 0.3), (40, 0.2)]:
        sizes = np.sort(np.round(rng.normal(0.35, 0.5, n), 6))
        samples = np.empty(n)
        samples[0::2], samples[1::2] = sizes[: (n + 1) // 2], sizes[(n + 1) // 2:]  # low, high, low, high ...
        above = int((samples > limit).sum())
        cases.append({
            "samples": list(samples), "limit": limit,
            "sign": stats.binomtest(above, n, alternative="greater").pvalue,
            "signed_rank": stats.wilcoxon(samples - limit, alternative="greater", method="exact").pvalue,
        })
    return cases


def holms():
    """Holm's method, which SciPy lacks, in its textbook form."""
    cases = []
    for p in [[0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.9], [0.0004, 0.8, 0.0005, 0.03, 0.012]]:
        order, adjusted, largest = np.argsort(p, kind="stable"), [0.0] * len(p), 0.0
        for i, at in enumerate(order):
            largest = max(largest, min(1.0, (len(p) - i) * p[at]))
            adjusted[at] = largest
        cases.append({"p": p, "adjusted": adjusted})
    return cases


def ar1(rng, n, phi):
    x = np.empty(n)
    x[0] = rng.normal() / np.sqrt(1 - phi * phi)
    for i in range(1, n):
        x[i] = phi * x[i - 1] + rng.normal()
    return x


def block_length(x):
    """Of Politis and White for the circular bootstrap, in the form for an AR(1) process."""
    n, d = len(x), x - x.mean()
    r = min(max(float(d[1:] @ d[:-1] / (d @ d)), 0.0), 0.95)
    return max(1, round((6 * (r / (1 - r * r)) ** 2 * n) ** (1 / 3)))


def bootstrap_covers(rng, x, draws=400):
    n, length = len(x), block_length(x)
    starts = rng.integers(0, n, (draws, -(-n // length)))
    index = (starts[:, :, None] + np.arange(length)) % n
    low, high = np.quantile(np.median(x[index.reshape(draws, -1)[:, :n]], axis=1), [0.025, 0.975])
    return low <= 0 <= high


def bootstrap():
    rng = np.random.default_rng(3)
    for n in [10, 30, 100]:
        for phi in [0.0, 0.5]:
            covered = sum(bootstrap_covers(rng, ar1(rng, n, phi)) for _ in range(1000))
            print(f"n = {n}, phi = {phi}: covers {covered / 1000:.3f} of 1000")


if __name__ == "__main__":
    if sys.argv[1:] == ["--bootstrap"]:
        bootstrap()
    else:
        known = {"binomial": binomials(), "clopper_pearson": proportions(), "median": medians(), "shift": shifts(), "holm": holms()}
        lines = ",\n".join(f' "{name}": [\n' + ",\n".join("  " + json.dumps(c) for c in cases) + "\n ]" for name, cases in known.items())
        (HERE / "known.json").write_text("{\n" + lines + "\n}\n")
