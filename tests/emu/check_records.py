#!/usr/bin/env python3
"""check_records.py FIRST OTHER...: what the emulator recorded in runs of the same suite in different orders of threads.
Every kernel ran in both types, and every run downloaded the same bits."""
import sys

ELSEWHERE = {"halve_f32", "halve_f64"}  # only cuda_cublas calls them, which tests/cuda runs


def read(path):
    with open(path) as file:
        return dict(line.split() for line in file)


def main(paths):
    first = read(paths[0])
    wrong = [f"{name} was never launched" for name, count in first.items() if count == "0" and name not in ELSEWHERE]
    for path in paths[1:]:
        if read(path)["hash"] != first["hash"]:
            wrong.append(f"{path}: other bits than {paths[0]}")
    if len(first) < 3:
        wrong.append(f"{paths[0]}: names hardly a kernel")
    print("\n".join(wrong) or f"{len(first) - 1} kernels, {len(paths)} orders, the same bits")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
