"""Idiomatic JAX: a loss, its gradient from jax.grad, and all epochs in one compiled loop, whose parameters are donated."""

import functools
import importlib.util
import os
import types

import optimizers
import peer

DEVICE = peer.device()
REMEDY = "scripts/setup --peers, on a machine with an NVIDIA driver"


def environment(threads):
    """On the CPU, XLA takes the size of its thread pool from NPROC and splits single operations over it only with this flag; by
    default it uses half of the width of AVX-512. On a GPU it would reserve most of the memory."""
    if DEVICE == "cuda":
        return {"JAX_PLATFORMS": "cuda", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    flags = (f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}", "--xla_cpu_prefer_vector_width=512")
    return {"JAX_PLATFORMS": "cpu", "NPROC": str(threads), "XLA_FLAGS": " ".join([os.environ.get("XLA_FLAGS", ""), *flags])}


def probe():
    import jax

    if not any(importlib.util.find_spec(f"jax_cuda{version}_plugin") for version in (12, 13)):
        raise peer.Refusal("unavailable", f"JAX is installed without its plugin for CUDA: {REMEDY}")
    try:
        jax.devices()
    except Exception as error:
        raise peer.Refusal("unavailable", f"JAX finds no usable GPU: {peer.first_line(error)}") from error


def libraries():
    import jax
    import jaxlib

    place = jax.devices()[0].device_kind if DEVICE == "cuda" else "the CPU"
    return f"jax {jax.__version__}, jaxlib {jaxlib.__version__}, XLA on {place}"


@functools.cache
def programs(act, loss, lr, optimizer, weight_decay):
    """Compiled once for every shape, not once for every problem."""
    import jax
    import jax.numpy as jnp

    activation = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}.get(act)

    def forward(params, x):
        for w, b in zip(params[:-2:2], params[1:-2:2]):
            x = activation(x @ w + b)
        return x @ params[-2] + params[-1]

    def loss_of(params, x, y):
        z = forward(params, x)
        if loss == "bce":
            return jnp.mean(jnp.logaddexp(0, z) - z * y)
        if loss == "ce":
            return -jnp.mean(jnp.sum(jax.nn.log_softmax(z) * y, axis=1))
        return jnp.mean(jnp.square(z - y)) * (0.5 if loss == "half_mse" else 1)

    rule = types.SimpleNamespace(lr=lr, optimizer=optimizer, weight_decay=weight_decay)

    def updated(state, gradients):
        return optimizers.updated(jnp, rule, *state, gradients)

    def run(state, x, y, epochs):  # the number of epochs is an ordinary argument
        return jax.lax.fori_loop(0, epochs, lambda _, state: updated(state, jax.grad(loss_of)(state[0], x, y)), state)

    def run_with_losses(state, x, y, epochs):
        def epoch(state, _):
            value, gradients = jax.value_and_grad(loss_of)(state[0], x, y)
            return updated(state, gradients), value

        return jax.lax.scan(epoch, state, length=epochs)

    def step(state, x, y, rows):
        value, gradients = jax.value_and_grad(loss_of)(state[0], x[rows], y[rows])
        return updated(state, gradients), value

    def epoch_of_batches(state, x, y, rows, batch):
        """One step for each whole batch, and one for the rows that are left."""
        whole = len(rows) // batch * batch
        state, losses = jax.lax.scan(lambda state, rows: step(state, x, y, rows), state, rows[:whole].reshape(-1, batch))
        total = jnp.sum(losses) * batch
        if whole < len(rows):
            state, value = step(state, x, y, rows[whole:])
            total += value * (len(rows) - whole)
        return state, total / len(rows)

    def run_batches(state, x, y, order, epochs, batch):
        def epoch(number, state):
            return epoch_of_batches(state, x, y, order[number % len(order)], batch)[0]

        return jax.lax.fori_loop(0, epochs, epoch, state)

    def run_batches_with_losses(state, x, y, order, epochs, batch):
        def epoch(state, number):
            return epoch_of_batches(state, x, y, order[number % len(order)], batch)

        return jax.lax.scan(epoch, state, jnp.arange(epochs))

    def predict(params, x):
        z = forward(params, x)
        return {"bce": jax.nn.sigmoid, "ce": jax.nn.softmax}.get(loss, lambda z: z)(z)

    return types.SimpleNamespace(copy=jax.jit(lambda state: jax.tree.map(jnp.copy, state)), run=jax.jit(run, donate_argnums=0),
                                 run_with_losses=jax.jit(run_with_losses, static_argnums=3), predict=jax.jit(predict),
                                 step=jax.jit(step), run_batches=jax.jit(run_batches, static_argnums=5, donate_argnums=0),
                                 run_batches_with_losses=jax.jit(run_batches_with_losses, static_argnums=(4, 5)))


class Network:
    """The state is the pair of the parameters, a list w, b, w, b, … of immutable arrays, and what the optimizer keeps."""

    def __init__(self, problem):
        import jax

        peer.refuse_copies(problem, "JAX")
        # Without this flag every f64 array silently becomes f32, and without the next, products on a GPU are in TF32.
        jax.config.update("jax_enable_x64", problem.dtype.itemsize == 8)
        jax.config.update("jax_default_matmul_precision", "highest")
        self.jax, self.programs = jax, programs(problem.act, problem.loss, problem.lr, problem.optimizer,
                                           problem.weight_decay)
        self.x, self.y, self.x_test = map(jax.numpy.asarray, (problem.x, problem.y, problem.x_test))
        self.start = tuple([jax.numpy.asarray(array) for array in arrays] for arrays in (problem.start, problem.state))

    def train(self, epochs):
        state = self.programs.copy(self.start)
        self.final = self.jax.block_until_ready(self.programs.run(state, self.x, self.y, epochs))

    def curve(self, epochs, reads):
        self.final, losses = self.jax.block_until_ready(self.programs.run_with_losses(self.start, self.x, self.y, epochs))
        return [(epoch, float(losses[epoch - 1])) for epoch in reads]

    def params(self):
        return list(self.final[0])

    def state(self):
        return list(self.final[1])

    def predictions(self):
        return self.programs.predict(self.final[0], self.x_test)


class Batched(Network):
    """Mini-batches, by the orders of all epochs, from which the compiled loop gathers the rows."""

    def __init__(self, problem):
        super().__init__(problem)
        self.problem, self.order = problem, self.jax.numpy.asarray(problem.order)

    def train(self, epochs, last_steps=0):
        if last_steps:
            self.curve(epochs, (), last_steps)
            return
        state = self.programs.copy(self.start)
        self.final = self.jax.block_until_ready(
            self.programs.run_batches(state, self.x, self.y, self.order, epochs, self.problem.batch))

    def curve(self, epochs, reads, last_steps=0):
        whole = epochs - 1 if last_steps else epochs
        self.final, losses = self.jax.block_until_ready(self.programs.run_batches_with_losses(
            self.start, self.x, self.y, self.order, whole, self.problem.batch))
        losses = [float(loss) for loss in losses]
        if last_steps:
            for rows in self.problem.batches(whole)[:last_steps]:
                self.final, loss = self.programs.step(self.final, self.x, self.y, rows)
            losses.append(float(loss))
        return [(epoch, losses[epoch - 1]) for epoch in reads]


def open_network(problem):
    return Batched(problem) if problem.batch else Network(problem)


if __name__ == "__main__":
    peer.serve(peer.Peer("jax", f"JAX on the {peer.PLACES[DEVICE]}: gradients from jax.grad, the training as one compiled loop",
                         "jax", libraries, open_network, device=DEVICE == "cuda", environment=environment,
                         updates=(*peer.UPDATES, peer.BATCHES), probe=probe if DEVICE == "cuda" else None))
