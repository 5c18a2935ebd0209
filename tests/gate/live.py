#!/usr/bin/env python3
"""Gates as their users run them: tables of identical code, and tables in which one of 20 cases has become 3 %
slower, by turns. One line of JSON a table, with what the gate said; the runs are kept, for gate_simulate.

    tests/gate/live.py BUILD DIR [TABLES [EVERY]]     every EVERY-th table is a planted one (default 4)
"""
import json
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
NOISE = HERE.parent.parent / "configs/gate_noise.yaml"
CASES = 20
PROBLEMS = [f"{{model: {model}, dataset: {dataset}, epochs: {epochs}, dtype: {dtype}{hidden}, impl: %s}}"
            for model, hidden in (("linreg", ""), ("mlp", ", hidden: [[6]]"), ("mlp", ", hidden: [[6, 6]]"))
            for dataset, epochs in (("diabetes", 20), ("wide", 4), ("wider", 4), ("long", 1))
            for dtype in ("f32", "f64")
            if model == "linreg" or dataset != "long"]
assert len(PROBLEMS) == CASES
# In an epoch of 15 µs, the operations, which are slowed, are only part of the time.
SLOWABLE = [i for i, problem in enumerate(PROBLEMS) if "diabetes" not in problem]


def planted_config(build, slower):
    """The problems of gate_noise and more, with the slower implementation in one of them."""
    cases = "\n".join(f"  - {problem % ('planted_slower' if i == slower else 'planted_steady')}"
                      for i, problem in enumerate(PROBLEMS))
    tail = NOISE.read_text().split("datasets:")[1]
    datasets, measure = tail.split("measure:")
    return (f"version: 1\nname: planted\ninclude:\n{cases}\ndatasets:{datasets}"
            "  wider: {synth: regression, rows: 4000, cols: 32, noise: 0.1, seed: 3}\n"
            f"measure:{measure}plugins: [{build}/tests/planted_3.so]\n")


def gate(build, config, old, out):
    start = time.time()
    done = subprocess.run([build / "ironbench", "gate", config, "--against", old, "--out", out, "--json"],
                          capture_output=True, text=True)
    result = json.loads(done.stdout)
    slower = [case["id"] for case in result["cases"] if case["speed"]["verdict"] == "SLOWER"]
    return {"started": time.strftime("%FT%TZ", time.gmtime(start)), "seconds": round(time.time() - start),
            "exit": done.returncode, "slower": slower}


def main(build, out, tables=100, every=4):
    build, out = pathlib.Path(build).resolve(), pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for i in range(int(tables)):
        planted = i % int(every) == int(every) - 1
        name = f"{i:03}-planted" if planted else f"{i:03}"
        if planted:
            config = out / f"{name}.yaml"
            config.write_text(planted_config(build, SLOWABLE[i // int(every) % len(SLOWABLE)]))
            row = gate(build, config, build / "tests/planted_0.so", out / name)
        else:
            row = gate(build, NOISE, build / "ironbench", out / name)
        with open(out / "tables.jsonl", "a") as log:
            print(json.dumps({"table": name, "planted": planted} | row), file=log)


main(*sys.argv[1:])
