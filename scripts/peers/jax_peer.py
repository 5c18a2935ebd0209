"""Idiomatic JAX: a loss, its gradient from jax.grad, and all epochs in one compiled loop."""

import functools
import os

import peer


def environment(threads):
    """XLA takes the size of its thread pool from NPROC and splits single operations over it only with this flag."""
    flag = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
    return {"JAX_PLATFORMS": "cpu", "NPROC": str(threads), "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {flag}"}


def libraries():
    import jax
    import jaxlib

    return f"jax {jax.__version__}, jaxlib {jaxlib.__version__}, XLA on the {jax.default_backend().upper()}"


class Network:
    """Parameters are a list w, b, w, b, … of immutable arrays."""

    def __init__(self, problem):
        import jax
        import jax.numpy as jnp

        # Without this flag every f64 array silently becomes f32.
        jax.config.update("jax_enable_x64", problem.dtype.itemsize == 8)
        self.problem, self.jax, self.jnp = problem, jax, jnp
        self.x, self.y, self.x_test = map(jnp.asarray, (problem.x, problem.y, problem.x_test))
        self.start = [jnp.asarray(p) for p in problem.start]
        self.act = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}.get(problem.act)
        self.run = jax.jit(self._run)  # the number of epochs is an ordinary argument

    def train(self, epochs):
        self.final = self.jax.block_until_ready(self.run(self.start, self.x, self.y, epochs))

    def curve(self, epochs, reads):
        run = self.jax.jit(functools.partial(self._run_with_losses, epochs))
        self.final, losses = self.jax.block_until_ready(run(self.start, self.x, self.y))
        return [(epoch, float(losses[epoch - 1])) for epoch in reads]

    def params(self):
        return list(self.final)

    def predictions(self):
        z = self._forward(self.final, self.x_test)
        return self.jax.nn.sigmoid(z) if self.problem.loss == "bce" else z

    def _forward(self, params, x):
        for w, b in zip(params[:-2:2], params[1:-2:2]):
            x = self.act(x @ w + b)
        return x @ params[-2] + params[-1]

    def _loss(self, params, x, y):
        z = self._forward(params, x)
        if self.problem.loss == "bce":
            return self.jnp.mean(self.jnp.logaddexp(0, z) - z * y)
        return self.jnp.mean(self.jnp.square(z - y)) * (0.5 if self.problem.loss == "half_mse" else 1)

    def _update(self, params, gradients):
        return [p - self.problem.lr * g for p, g in zip(params, gradients)]

    def _run(self, params, x, y, epochs):
        def epoch(_, params):
            return self._update(params, self.jax.grad(self._loss)(params, x, y))

        return self.jax.lax.fori_loop(0, epochs, epoch, params)

    def _run_with_losses(self, epochs, params, x, y):
        def epoch(params, _):
            loss, gradients = self.jax.value_and_grad(self._loss)(params, x, y)
            return self._update(params, gradients), loss

        return self.jax.lax.scan(epoch, params, length=epochs)


if __name__ == "__main__":
    peer.serve(peer.Peer("jax", "JAX on the CPU: gradients from jax.grad, the training as one compiled loop", "jax",
                         libraries, Network, environment=environment))
