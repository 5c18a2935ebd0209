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


class Room:
    """Where a step with so many rows computes: the data themselves, if it is all of them, or room for a batch."""

    def __init__(self, network, rows):
        np, problem, whole = network.np, network.problem, not network.problem.batch
        self.network = network
        # Plain descent has the rate in the gradient, which saves a pass over it.
        self.rate = problem.gradient_scale_of(rows) * (problem.lr if network.plain else 1)
        self.values = network.x if whole else np.copy(network.x[:, :rows], "K")
        self.y = network.y if whole else np.copy(network.y[:, :rows], "C")
        self.steps = network.steps(self.values)
        self.output = self.steps[-1][2]
        self.back, delta = [], self.output
        for (_, values, _), block, gradient in zip(self.steps[:0:-1], network.blocks[:0:-1], network.gradients[:0:-1]):
            before, mask = np.empty_like(values[:-1]), np.empty((len(values) - 1, rows), bool)
            self.back.append((values, values[:-1], delta, gradient, block[:-1], before, mask))
            delta = before
        self.last = self.values, delta.T, network.gradients[0]

    def take(self, rows):
        """Gathers these rows. With mode=clip, NumPy writes to `out` without a buffer; none is out of range."""
        take = self.network.np.take
        if self.values.flags.c_contiguous:
            take(self.network.x, rows, axis=1, out=self.values, mode="clip")
        else:
            take(self.network.x.T, rows, axis=0, out=self.values.T, mode="clip")
        take(self.network.y, rows, axis=1, out=self.y, mode="clip")


class Network:
    def __init__(self, problem):
        import numpy as np

        self.problem, self.np = problem, np
        self.update = {"sgd": self._descend, "momentum": self._descend_with_momentum, "adam": self._adapt}[problem.optimizer]
        self.plain = problem.optimizer == "sgd" and not problem.weight_decay
        start = self._blocks(problem.start)
        self.start = np.concatenate([block.ravel() for block in start])
        self.flat, self.gradient, self.work = self.start.copy(), np.empty_like(self.start), np.empty_like(self.start)
        n = len(problem.start)
        self.start_kept = [np.concatenate([block.ravel() for block in self._blocks(problem.state[i : i + n])])
                           for i in range(0, len(problem.state) - n + 1, n)]
        self.kept, self.steps_done = [array.copy() for array in self.start_kept], 0
        self.blocks, self.gradients = (self._parts(flat, start) for flat in (self.flat, self.gradient))
        self.x = self._values(problem.x)
        self.y = np.ascontiguousarray(problem.y.T)
        # By the number of rows: of all, or of the batches.
        sizes = {len(rows) for rows in problem.batches(0)} if problem.batch else {len(problem.x)}
        self.rooms = {rows: Room(self, rows) for rows in sizes}

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

    def _values(self, x):
        """Features x rows, and a row of ones. Products with one column are fastest by features, those of matrices in the
        order of the data."""
        values = self.np.ones((x.shape[1] + 1, len(x)), x.dtype, "C" if self.blocks[0].shape[1] == 1 else "F")
        values[:-1] = x.T
        return values

    def steps(self, values):
        """What each layer multiplies, and where the result goes; the outputs of hidden layers are the next one's input."""
        steps = []
        for block in self.blocks:
            after = self.np.ones((block.shape[1] + 1, values.shape[1]), values.dtype)
            steps.append((block.T, values, after[:-1]))
            values = after
        return steps

    def train(self, epochs, last_steps=0):
        self.curve(epochs, (), last_steps)

    def curve(self, epochs, reads, last_steps=0):
        reads, rows = set(reads), []
        self._begin()
        for epoch in range(1, epochs + 1):
            loss = self._epoch(epoch - 1, epoch in reads, last_steps if epoch == epochs else 0)
            if loss is not None:
                rows.append((epoch, loss))
        return rows

    def params(self):
        return [part for block in self.blocks for part in (block[:-1], block[-1:])]

    def state(self):
        parts = [part for array in self.kept for block in self._parts(array, self.blocks) for part in (block[:-1], block[-1:])]
        return [*parts, self.np.full((1, 1), self.steps_done)] if self.problem.optimizer == "adam" else parts

    def predictions(self):
        steps = self.steps(self._values(self.problem.x_test))
        self._forward(steps)
        return self._prediction(steps[-1][2]).T

    # ---- one epoch ----

    def _epoch(self, epoch, wants_loss, last_steps):
        if not self.problem.batch:
            return self._step(self.rooms[len(self.problem.x)], wants_loss)
        losses = []
        for rows in self.problem.batches(epoch)[: last_steps or None]:
            room = self.rooms[len(rows)]
            room.take(rows)
            losses.append((self._step(room, wants_loss), len(rows)))
        return self.problem.loss_of(losses, last_steps) if wants_loss else None

    def _step(self, room, wants_loss):
        output = room.output
        self._forward(room.steps)
        loss = self._loss(output, room.y) if wants_loss else None
        output = self._prediction(output)
        output -= room.y
        output *= room.rate  # and with it all gradients
        self._backward(room)
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

    def _backward(self, room):
        matmul = self.np.matmul
        for values, hidden, delta, gradient, weights, before, mask in room.back:
            matmul(values, delta.T, out=gradient)
            matmul(weights, delta, out=before)
            self._times_gradient(before, hidden, mask)
        values, delta, gradient = room.last
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
                         updates=(*peer.UPDATES, peer.BATCHES)))
