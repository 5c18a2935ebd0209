"""NumPy tuned for speed: buffers are allocated once, and every operation writes into one."""

import peer


def libraries():
    import numpy as np

    return f"numpy {np.__version__}, {peer.blas()}"


class Network:
    """A network of L layers: values[0] is x, values[l] the output of layer l (rows x its width)."""

    def __init__(self, problem):
        import numpy as np

        self.problem, self.np = problem, np
        self.w, self.b = ([p.copy() for p in problem.start[k::2]] for k in (0, 1))
        self.grad_w, self.grad_b = ([np.empty_like(p) for p in params] for params in (self.w, self.b))
        self.values = self._buffers(problem.x)
        self.deltas = [None] + [np.empty_like(values) for values in self.values[1:-1]]

    def _buffers(self, x):
        return [x] + [self.np.empty((len(x), w.shape[1]), x.dtype) for w in self.w]

    def train(self, epochs):
        self._restart()
        for _ in range(epochs):
            self._epoch()

    def curve(self, epochs, reads):
        reads, rows = set(reads), []
        self._restart()
        for epoch in range(1, epochs + 1):
            loss = self._epoch(wants_loss=epoch in reads)
            if loss is not None:
                rows.append((epoch, loss))
        return rows

    def params(self):
        return [p for layer in zip(self.w, self.b) for p in layer]

    def predictions(self):
        out = self._forward(self._buffers(self.problem.x_test))
        return self._sigmoid(out) if self.problem.loss == "bce" else out

    # ---- one epoch ----

    def _restart(self):
        for parameter, start in zip(self.params(), self.problem.start):
            parameter[...] = start

    def _epoch(self, wants_loss=False):
        output, y = self._forward(self.values), self.problem.y
        loss = self._loss(output, y) if wants_loss else None
        if self.problem.loss == "bce":
            self._sigmoid(output)
        output -= y  # the gradient with respect to the output, without its constant factor
        self._backward(output)
        return loss

    def _forward(self, values):
        for layer, (w, b) in enumerate(zip(self.w, self.b)):
            self.np.matmul(values[layer], w, out=values[layer + 1])
            values[layer + 1] += b
            if layer + 1 < len(self.w):
                self._activate(values[layer + 1])
        return values[-1]

    def _backward(self, delta):
        np, rate = self.np, self.problem.lr * self.problem.gradient_scale
        for layer in reversed(range(len(self.w))):
            w, grad_w, b, grad_b = self.w[layer], self.grad_w[layer], self.b[layer], self.grad_b[layer]
            np.matmul(self.values[layer].T, delta, out=grad_w)
            np.add.reduce(delta, axis=0, out=grad_b, keepdims=True)
            if layer > 0:
                delta = np.matmul(delta, w.T, out=self.deltas[layer])
                self._times_gradient(delta, self.values[layer])
            grad_w *= rate
            w -= grad_w
            grad_b *= rate
            b -= grad_b

    # ---- elementwise, in place ----

    def _sigmoid(self, z):
        np = self.np
        with np.errstate(over="ignore"):
            np.exp(np.negative(z, out=z), out=z)
        z += 1
        return np.reciprocal(z, out=z)

    def _activate(self, z):
        if self.problem.act == "relu":
            self.np.maximum(z, 0, out=z)
        elif self.problem.act == "tanh":
            self.np.tanh(z, out=z)
        else:
            self._sigmoid(z)

    def _times_gradient(self, delta, value):
        """delta *= the activation's gradient, computed from its value, which is overwritten."""
        np = self.np
        if self.problem.act == "relu":
            delta *= value > 0
        elif self.problem.act == "tanh":
            np.square(value, out=value)
            delta *= np.subtract(1, value, out=value)
        else:
            delta *= value
            delta *= np.subtract(1, value, out=value)

    def _loss(self, z, y):
        np = self.np
        if self.problem.loss == "bce":
            return np.mean(np.logaddexp(0, z) - z * y, dtype=np.float64)
        half = 0.5 if self.problem.loss == "half_mse" else 1
        return half * np.mean(np.square(z - y), dtype=np.float64)


if __name__ == "__main__":
    peer.serve(peer.Peer("numpy", "NumPy, in place and without allocations", "numpy", libraries, Network))
