"""NumPy tuned for speed: buffers are allocated once, every operation writes into one, and there are few of them.

Arrays are features x rows. The input of each layer ends with a row of ones, and its parameters with a row of biases: one
product then adds the biases, and one gives the gradient of both. All parameters are parts of one array, which is updated
at once.
"""

import peer


def libraries():
    import numpy as np

    try:
        loops = np.show_config("dicts")["SIMD Extensions"]["found"][-1]
    except (TypeError, LookupError):  # NumPy 1, or a machine with nothing beyond the baseline
        return f"numpy {np.__version__}, {peer.blas()}"
    return f"numpy {np.__version__} with loops for {loops}, {peer.blas()}"


class Network:
    def __init__(self, problem):
        import numpy as np

        self.problem, self.np = problem, np
        self.update = {"sgd": self._descend, "momentum": self._descend_with_momentum, "adam": self._adapt}[problem.optimizer]
        self.plain = problem.optimizer == "sgd" and not problem.weight_decay
        # Plain descent has the rate in the gradient, which saves a pass over it.
        self.rate = problem.gradient_scale * (problem.lr if self.plain else 1)
        start = self._blocks(problem.start)
        self.start = np.concatenate([block.ravel() for block in start])
        self.flat, self.gradient, self.work = self.start.copy(), np.empty_like(self.start), np.empty_like(self.start)
        n = len(problem.start)
        self.start_kept = [np.concatenate([block.ravel() for block in self._blocks(problem.state[i : i + n])])
                           for i in range(0, len(problem.state) - n + 1, n)]
        self.kept, self.steps_done = [array.copy() for array in self.start_kept], 0
        self.blocks, gradients = (self._parts(flat, start) for flat in (self.flat, self.gradient))
        self.y, self.steps = np.ascontiguousarray(problem.y.T), self._steps(problem.x)
        self.output, rows = self.steps[-1][2], len(problem.x)
        self.back, delta = [], self.output
        for (_, values, _), block, gradient in zip(self.steps[:0:-1], self.blocks[:0:-1], gradients[:0:-1]):
            before, mask = np.empty_like(values[:-1]), np.empty((len(values) - 1, rows), bool)
            self.back.append((values, values[:-1], delta, gradient, block[:-1], before, mask))
            delta = before
        self.last = self.steps[0][1], delta.T, gradients[0]

    def _blocks(self, arrays):
        """Weights with their biases as the last row."""
        return [self.np.vstack(pair) for pair in zip(arrays[::2], arrays[1::2])]

    def _begin(self):
        self.flat[...] = self.start
        for array, start in zip(self.kept, self.start_kept):
            array[...] = start
        self.steps_done = int(self.problem.state[-1][0, 0]) if self.problem.optimizer == "adam" else 0

    def _parts(self, flat, shapes):
        parts, begin = [], 0
        for block in shapes:
            parts.append(flat[begin : begin + block.size].reshape(block.shape))
            begin += block.size
        return parts

    def _steps(self, x):
        """What each layer multiplies, and where the result goes; the outputs of hidden layers are the next one's input."""
        np, rows, steps = self.np, len(x), []
        # Products with one column are fastest by features, those of matrices in the order of the data.
        values = np.ones((x.shape[1] + 1, rows), x.dtype, "C" if self.blocks[0].shape[1] == 1 else "F")
        values[:-1] = x.T
        for block in self.blocks:
            after = np.ones((block.shape[1] + 1, rows), x.dtype)
            steps.append((block.T, values, after[:-1]))
            values = after
        return steps

    def train(self, epochs):
        self._begin()
        for _ in range(epochs):
            self._epoch()

    def curve(self, epochs, reads):
        reads, rows = set(reads), []
        self._begin()
        for epoch in range(1, epochs + 1):
            loss = self._epoch(wants_loss=epoch in reads)
            if loss is not None:
                rows.append((epoch, loss))
        return rows

    def params(self):
        return [part for block in self.blocks for part in (block[:-1], block[-1:])]

    def state(self):
        parts = [part for array in self.kept for block in self._parts(array, self.blocks) for part in (block[:-1], block[-1:])]
        return [*parts, self.np.full((1, 1), self.steps_done)] if self.problem.optimizer == "adam" else parts

    def predictions(self):
        steps = self._steps(self.problem.x_test)
        self._forward(steps)
        return self._prediction(steps[-1][2]).T

    # ---- one epoch ----

    def _epoch(self, wants_loss=False):
        output = self.output
        self._forward(self.steps)
        loss = self._loss(output, self.y) if wants_loss else None
        output = self._prediction(output)
        output -= self.y
        output *= self.rate  # and with it all gradients
        self._backward()
        if self.problem.weight_decay:
            self.gradient += self.np.multiply(self.flat, self.problem.weight_decay, out=self.work)
        self.update()
        return loss

    # ---- updates ----

    def _descend(self):
        if not self.plain:
            self.gradient *= self.problem.lr
        self.flat -= self.gradient

    def _descend_with_momentum(self):
        velocity, = self.kept
        velocity *= peer.MOMENTUM
        velocity += self.gradient
        self.flat -= self.np.multiply(velocity, self.problem.lr, out=self.work)

    def _adapt(self):
        """Adam, with the corrections of the moments moved into its scalars."""
        np, (first, second), work = self.np, self.kept, self.work
        self.steps_done += 1
        first *= peer.BETA1
        first += np.multiply(self.gradient, 1 - peer.BETA1, out=work)
        second *= peer.BETA2
        np.square(self.gradient, out=work)
        work *= 1 - peer.BETA2
        second += work
        np.sqrt(second, out=work)
        work *= (1 - peer.BETA2**self.steps_done) ** -0.5
        work += peer.EPSILON
        np.divide(first, work, out=work)
        work *= self.problem.lr / (1 - peer.BETA1**self.steps_done)
        self.flat -= work

    # ---- passes over the network ----

    def _forward(self, steps):
        matmul = self.np.matmul
        for weights, values, out in steps[:-1]:
            matmul(weights, values, out=out)
            self._activate(out)
        weights, values, out = steps[-1]
        matmul(weights, values, out=out)

    def _backward(self):
        matmul = self.np.matmul
        for values, hidden, delta, gradient, weights, before, mask in self.back:
            matmul(values, delta.T, out=gradient)
            matmul(weights, delta, out=before)
            self._times_gradient(before, hidden, mask)
        values, delta, gradient = self.last
        matmul(values, delta, out=gradient)

    # ---- elementwise, in place ----

    def _sigmoid(self, z):
        """By tanh, for which NumPy has faster loops than for exp, and which does not overflow."""
        z *= 0.5
        self.np.tanh(z, out=z)
        z *= 0.5
        z += 0.5
        return z

    def _softmax(self, z):
        """Down the columns, each of which is a row of the data."""
        z -= z.max(axis=0)
        self.np.exp(z, out=z)
        z /= z.sum(axis=0)
        return z

    def _prediction(self, z):
        if self.problem.loss == "bce":
            return self._sigmoid(z)
        return self._softmax(z) if self.problem.loss == "ce" else z

    def _activate(self, z):
        if self.problem.act == "relu":
            self.np.maximum(z, 0, out=z)
        elif self.problem.act == "tanh":
            self.np.tanh(z, out=z)
        else:
            self._sigmoid(z)

    def _times_gradient(self, delta, value, mask):
        """delta *= the activation's gradient, computed from its value, which is overwritten."""
        np = self.np
        if self.problem.act == "relu":
            np.multiply(delta, np.greater(value, 0, out=mask), out=delta)
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
        if self.problem.loss == "ce":
            z = z - z.max(axis=0)
            return np.mean(np.log(np.exp(z).sum(axis=0)) - (z * y).sum(axis=0), dtype=np.float64)
        half = 0.5 if self.problem.loss == "half_mse" else 1
        return half * np.mean(np.square(z - y), dtype=np.float64)


if __name__ == "__main__":
    peer.serve(peer.Peer("numpy", "NumPy, in place and with few operations", "numpy", libraries, Network,
                         updates=peer.UPDATES))
