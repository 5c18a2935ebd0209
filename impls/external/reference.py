"""An external program in NumPy: all of impls/PROTOCOL.md on one page. Copy it and replace `train`."""

import json
import os
import time

import numpy

ACTS = {"relu": (lambda z: numpy.maximum(z, 0), lambda a: (a > 0).astype(a.dtype)),
        "tanh": (numpy.tanh, lambda a: 1 - a * a),
        "sigmoid": (lambda z: 1 / (1 + numpy.exp(-z)), lambda a: a * (1 - a))}  # gradients in terms of the output


def softmax(z):
    e = numpy.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# By loss: what predictions are, and what the gradient compares with y. The losses after bce must be named in `impls`.
PREDICTION = {"half_mse": lambda z: z, "mse": lambda z: z, "bce": ACTS["sigmoid"][0], "ce": softmax}


def forward(problem, w, b, x):
    """Returns the input of each layer, and finally the output: logits if the loss is bce or ce."""
    inputs = [x]
    for layer in range(len(w)):
        z = inputs[-1] @ w[layer] + b[layer]
        inputs.append(ACTS[problem["act"]][0](z) if layer + 1 < len(w) else z)
    return inputs


def loss_of(kind, o, y):
    """Returns an f64 scalar for either type: sums over many rows need the precision."""
    o, y = o.astype("f8"), y.astype("f8")
    if kind == "ce":
        o = o - o.max(axis=1, keepdims=True)
        return numpy.mean(numpy.log(numpy.exp(o).sum(axis=1)) - (o * y).sum(axis=1))
    if kind == "bce":
        return numpy.mean(numpy.maximum(o, 0) - o * y + numpy.log1p(numpy.exp(-abs(o))))
    return numpy.mean((o - y) ** 2) * (0.5 if kind == "half_mse" else 1)


def update(problem, p, g, kept, step):
    """One update of the parameter p, in place; `kept` is what the optimizer keeps of it, `step` counts from 1."""
    real = p.dtype.type
    if problem.get("weight_decay"):
        g = g + real(problem["weight_decay"]) * p
    if problem.get("optimizer") == "momentum":
        g = kept[0][:] = real(0.9) * kept[0] + g
    elif problem.get("optimizer") == "adam":
        kept[0][:] = real(0.9) * kept[0] + real(1 - 0.9) * g
        kept[1][:] = real(0.999) * kept[1] + real(1 - 0.999) * g * g
        g = kept[0] / real(1 - 0.9**step) / (numpy.sqrt(kept[1] / real(1 - 0.999**step)) + real(1e-8))
    p -= real(problem["lr"]) * g


def batches(problem, order, epoch, x, y):
    """The rows of each step of an epoch, counted from 0: all, or mini-batches in the epoch's order."""
    if not problem.get("batch"):
        return [(x, y)]
    rows = order[epoch % len(order)]
    return [(x[part], y[part]) for part in numpy.split(rows, range(problem["batch"], len(rows), problem["batch"]))]


def step(problem, arrays, x, y, with_loss):
    """One step, in place; returns the loss before it."""
    n, loss = len(problem["params"]), problem["loss"]
    w, b, state = arrays[0:n:2], arrays[1:n:2], arrays[n:]
    scale = (2 if loss == "mse" else 1) / x.dtype.type(len(y) if loss == "ce" else y.size)
    if problem.get("optimizer") == "adam":
        state[-1] += 1
    inputs = forward(problem, w, b, x)
    o = inputs.pop()
    before = loss_of(loss, o, y) if with_loss else None
    delta = (PREDICTION[loss](o) - y) * scale
    for layer in reversed(range(len(w))):
        gradient_w, gradient_b = inputs[layer].T @ delta, delta.sum(axis=0, keepdims=True)
        if layer:
            delta = (delta @ w[layer].T) * ACTS[problem["act"]][1](inputs[layer])
        for i, p, g in ((2 * layer, w[layer], gradient_w), (2 * layer + 1, b[layer], gradient_b)):
            update(problem, p, g, state[i : 2 * n : n], float(state[-1][0, 0]) if state else 0)
    return before


def train(problem, start, x, y, order, epochs, last_steps, with_losses):
    """Returns parameters and state as they are in the end, and the loss of each epoch: the mean of those of its steps,
    weighted by their rows. If the last epoch ends after last_steps steps (0: it is a whole one), that of the last one."""
    arrays, losses = [array.copy() for array in start], []
    for epoch in range(epochs):
        is_cut = last_steps and epoch + 1 == epochs
        steps = batches(problem, order, epoch, x, y)[: last_steps if is_cut else None]
        of_steps = [step(problem, arrays, *rows, with_losses) for rows in steps]
        if with_losses:
            losses.append(of_steps[-1] if is_cut else numpy.average(of_steps, weights=[len(rows) for _, rows in steps]))
    return arrays, losses


def main():
    requests, answers = os.fdopen(3), os.fdopen(4, "w")

    def send(message_type, **fields):
        print(json.dumps({"type": message_type, **fields}), file=answers, flush=True)

    send("hello", version=1)
    for line in requests:
        request = json.loads(line)
        if request["type"] == "describe":
            send("impls", impls=[{"name": "reference", "summary": "NumPy, the protocol's example", "available": True,
                                 "libraries": f"numpy {numpy.__version__}", "flags": 1, "device": False, "losses": ["ce"],
                                 "updates": ["momentum", "adam", "weight_decay", "batch"]}])
        elif request["type"] == "problem":
            problem = request
            x, y, x_test = (numpy.load(problem[name]) for name in ("x", "y", "x_test"))
            order = numpy.load(problem["order"]) if "order" in problem else None
            names = problem["params"] + problem.get("state", [])
            start = [numpy.load(array["path"]) for array in names]
            send("ready")
        elif request["type"] == "train":
            checked, out, begin = request["pass"] == "checked", request["out"], time.perf_counter_ns()
            arrays, losses = train(problem, start, x, y, order, request["epochs"], request.get("last_steps", 0), checked)
            send("trained", trained_ns=time.perf_counter_ns() - begin)  # the clock stops here
            n = len(problem["params"])
            output = forward(problem, arrays[0:n:2], arrays[1:n:2], x_test)[-1]
            numpy.save(f"{out}/predictions.npy", PREDICTION[problem["loss"]](output))
            for name, array in zip(names, arrays):
                numpy.save(f"{out}/{name['name']}.npy", array)
            if checked:
                numpy.save(f"{out}/loss.npy", numpy.array(list(enumerate(losses, 1)), dtype="f8"))
            send("done")


main()
