"""An external program that is correct, or wrong in the way that its argument names. It uses only the standard library:
its answers are the start parameters of a linreg of one epoch, rounded as the fault requires."""

import json
import math
import os
import struct
import sys
import time

FAULT = sys.argv[1] if len(sys.argv) > 1 else "none"
KILLED_ONCE = FAULT.startswith("killed_once")  # an unlucky program: its argument after "=" is a file that remembers it
FULL = int(sys.argv[2]) if len(sys.argv) > 2 else 0  # some faults of another algorithm show in shorter trainings only
requests, answers = os.fdopen(3), os.fdopen(4, "wb", buffering=0)
# What a terminal, a CI system, a spreadsheet or a browser would act upon.
HOSTILE = ("::error::a \r\n::stop-commands::b\x1b[31mred\x1b]0;title\x07\x08\x7f\x9b1m\x85\u2028##[error]c \u202ed "
           "<script>alert(1)</script> | `e` % \" ' \\ [f](g) * &amp; \ufffe \u00e9")


def say(message_type, **fields):
    answers.write(json.dumps({"type": message_type, **fields}).encode() + b"\n")


def be_killed_once(moment):
    memory = f"{FAULT.partition('=')[2]}.{moment}"
    if KILLED_ONCE and not os.path.exists(memory):
        open(memory, "w").close()
        os.kill(os.getpid(), 9)


def load(path):
    """The rows of an .npy file of f64, as lists."""
    with open(path, "rb") as file:
        data = file.read()
    begin = 10 + struct.unpack("<H", data[8:10])[0]
    rows, cols = eval(data[10:begin].decode())["shape"]
    values = struct.unpack(f"<{rows * cols}d", data[begin:])
    return [list(values[i * cols:(i + 1) * cols]) for i in range(rows)]


def save(name, rows, dtype="f8", shape=None):
    """Rows of numbers as an .npy file, of the shape that is claimed."""
    shape = shape or (len(rows), len(rows[0]))
    header = f"{{'descr': '<{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (117 - len(header)) + "\n"
    data = struct.pack(f"<{len(rows) * len(rows[0])}{'d' if dtype == 'f8' else 'f'}", *(v for row in rows for v in row))
    with open(name, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + header.encode() + data)


def descend(start, x, y, lr, epochs):
    """linreg by gradient descent from w and b: w, b, and the loss of each epoch."""
    w, b, losses = *start, []
    for epoch in range(1, epochs + 1):
        errors = [math.fsum(wi * xi for wi, xi in zip(w, row)) + b - target[0] for row, target in zip(x, y)]
        losses.append([epoch, math.fsum(e * e for e in errors) / len(x) / 2])
        gradient = [math.fsum(e * row[j] for e, row in zip(errors, x)) / len(x) for j in range(len(w))]
        w = [wi - lr * g for wi, g in zip(w, gradient)]
        b -= lr * math.fsum(errors) / len(x)
    return w, b, losses


def write_arrays(out, w, b, losses, x_test, checked):
    predictions = [[math.fsum(wi * xi for wi, xi in zip(w, row)) + b] for row in x_test]
    if FAULT == "another_algorithm_of_others":
        w = [1.1 * wi for wi in w]
    weights, dtype = [[wi] for wi in w], "f4" if FAULT == "wrong_dtype" else "f8"
    if FAULT == "wrong_shape":
        weights = [w]
    if FAULT == "nan":
        weights[0] = [math.nan]
    if FAULT != "missing_array":
        save(f"{out}/b.npy", [[b]])
    save(f"{out}/w.npy", weights, dtype)
    save(f"{out}/predictions.npy", predictions, shape=(10 ** 9, 1) if FAULT == "short_array" else None)
    if FAULT == "losses_cut":
        losses = losses[:-1]
    if FAULT == "losses_backwards":
        losses = losses[::-1]
    if FAULT == "losses_sparse":
        losses = losses[:50] + losses[50:][-64:]
    if FAULT.startswith("another_algorithm") and FAULT != "another_algorithm_without_seconds":
        losses = [[epoch - 1, loss, epoch * 0.001] for epoch, loss in losses]
    if checked and FAULT == "losses_huge":
        save(f"{out}/loss.npy", losses, shape=(10 ** 9, 2))
        os.truncate(f"{out}/loss.npy", 128 + 16 * 10 ** 9)  # sparse: it takes no room on the disk
    elif checked and FAULT != "no_losses":
        save(f"{out}/loss.npy", losses)


def train(request, problem):
    x, y, x_test = load(problem["x"]), load(problem["y"]), load(problem["x_test"])
    w, b = (load(param["path"]) for param in problem["params"])
    start = [row[0] for row in w], b[0][0]
    checked = request["pass"] == "checked"
    if FAULT in ("writes_shared", "replaces_shared"):
        content = open(problem["x"], "rb").read()
        os.unlink(problem["x"]) if FAULT == "replaces_shared" else os.chmod(problem["x"], 0o600)
        with open(problem["x"], "wb") as shared:
            shared.write(content[:-8] + bytes(8))
    be_killed_once(request["pass"])
    if FAULT == "early_done":
        say("done")
    if FAULT == "answers_first":  # and does the work afterwards
        say("trained")
    if FAULT == "hostile_error":
        say("error", status="failed", message=HOSTILE)
    if FAULT == "hostile_output":
        os.write(2, b"\xff\xc3" + HOSTILE.encode().replace(b"\n", b"") + b"\n")
        os._exit(1)
    if FAULT == "killed":
        os.kill(os.getpid(), 9)
    if FAULT == "segfault":
        os.kill(os.getpid(), 11)
    if FAULT == "exit":
        print("a first line", file=sys.stderr)
        sys.exit("NoSuchLuck: the dog ate it")
    if FAULT == "endless_output":
        while True:
            os.write(1, b"step\n" * 1000)
    if FAULT == "endless_line":
        while True:
            answers.write(b"x" * 100000)
    if FAULT == "endless_progress":
        while True:
            say("progress", epoch=1, loss=0.5)
    epochs, lr = request["epochs"], problem["lr"]
    is_stop = not checked and epochs < FULL
    if FAULT == "another_algorithm_answers_first" and is_stop:
        say("trained")
    if FAULT == "another_algorithm_crashes" and is_stop and request["min_time_ns"]:  # not in the search
        os.kill(os.getpid(), 11)
    w, b, losses = descend(start, x, y, lr, min(epochs, 3) if FAULT == "another_algorithm_stuck" else epochs)
    if FAULT == "another_algorithm_of_words":  # its losses fall, its parameters do not come along
        w, b, _ = descend(start, x, y, lr, min(epochs, 3))
    if FAULT == "another_algorithm_by_chance" and is_stop and request["min_time_ns"]:
        w, b, _ = descend(start, x, y, lr, 1)
    if FAULT == "other_end" and not checked:
        b += 1
    claim = {"trained_ns": 1000} if FAULT == "boasts" or FAULT == "another_algorithm_boasts" and is_stop else {}
    if FAULT == "claims_words":
        claim = {"trained_ns": "fast"}
    if FAULT != "answers_first" and not (FAULT == "another_algorithm_answers_first" and is_stop):
        say("trained", **claim)
    write_arrays(request["out"], w, b, losses, x_test, checked)
    say("done")


def describe():
    be_killed_once("describe")
    impl = {"name": "x", "available": True, "flags": 1, "device": False,
            "options": [{"name": "threads", "type": "int", "allowed": "1..8", "default": "1", "help": "of them"}]}
    if FAULT == "two_impls":
        say("impls", impls=[impl, impl])
    elif FAULT == "no_such_library":
        say("impls", impls=[{"name": "x", "available": False, "reason": "no module named torch: scripts/setup --peers"}])
    elif FAULT == "odd_option":
        say("impls", impls=[{**impl, "options": [{"name": "threads", "type": "float", "default": "1"}]}])
    elif FAULT.startswith("hostile"):
        say("impls", impls=[{**impl, "summary": HOSTILE, "libraries": HOSTILE}])
    elif FAULT.startswith("another_algorithm"):
        say("impls", impls=[{**impl, "algorithm": "lbfgs"}])
    else:
        say("impls", impls=[impl])


def main():
    if FAULT == "silent":
        time.sleep(60)
    if FAULT == "garbage":
        answers.write(b"\x1b[2Jhello\xff there\n")
    if FAULT == "exits_at_once":
        sys.exit("ImportError: nothing works here")
    say("hello", version=2 if FAULT == "future" else 1)
    problem = None
    for line in requests:
        request = json.loads(line)
        if request["type"] == "describe":
            describe()
        elif request["type"] == "problem":
            problem = request
            if FAULT == "refuses":
                say("error", status="unsupported", message="no linreg here")
            elif FAULT == "wrong_answer":
                say("done")
            else:
                say("ready")
        elif request["type"] == "train":
            train(request, problem)


main()
