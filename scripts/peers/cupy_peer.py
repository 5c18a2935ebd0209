"""CuPy in two residencies. `resident`: the arrays stay on the GPU, which is the idiomatic use. `per_op`: operands are
uploaded before every operation and results downloaded after it, as in a NumPy program that calls CuPy for single
operations.

The network is written once, in operations; `_on_device` implements the residencies.
"""

import itertools

import peer


def probe():
    import cupy

    try:
        cupy.cuda.runtime.getDeviceCount()
        cupy.zeros(1).get()
    except Exception as error:
        raise peer.Refusal("unavailable", f"CuPy finds no usable GPU: {peer.first_line(error)}") from error


def libraries():
    import cupy

    device = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.runtime.getDevice())["name"].decode()
    return f"cupy {cupy.__version__}, CUDA {cupy.cuda.runtime.runtimeGetVersion()}, {device}"


class Operations:
    """The operations of a network, one call each; elementwise steps are fused into one kernel."""

    def __init__(self, cupy):
        @cupy.fuse()
        def sigmoid(z):
            return 1 / (1 + cupy.exp(-z))

        @cupy.fuse()
        def relu(z):
            return cupy.maximum(z, 0)

        @cupy.fuse()
        def relu_gradient(delta, value):
            return delta * (value > 0)

        @cupy.fuse()
        def tanh_gradient(delta, value):
            return delta * (1 - value * value)

        @cupy.fuse()
        def sigmoid_gradient(delta, value):
            return delta * value * (1 - value)

        @cupy.fuse()
        def probability_error(z, y):
            return 1 / (1 + cupy.exp(-z)) - y

        @cupy.fuse()
        def average(kept, term, beta, added):
            return beta * kept + added * term

        @cupy.fuse()
        def average_of_squares(kept, term, beta, added):
            return beta * kept + added * term * term

        @cupy.fuse()
        def adapted(parameter, first, second, rate, scale, epsilon):
            return parameter - rate * first / (scale * cupy.sqrt(second) + epsilon)

        self.cupy, self.sigmoid, self.probability_error = cupy, sigmoid, probability_error
        self.predictions = {"bce": sigmoid, "ce": self.softmax}
        self.average, self.average_of_squares, self.adapted = average, average_of_squares, adapted
        self.activations = {"relu": relu, "tanh": cupy.tanh, "sigmoid": sigmoid}
        self.gradients = {"relu": relu_gradient, "tanh": tanh_gradient, "sigmoid": sigmoid_gradient}

    def affine(self, x, w, b):
        return x @ w + b

    def softmax(self, z):
        e = self.cupy.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def error(self, loss, z, y):
        """The gradient of the loss with respect to the output, without its constant factor."""
        if loss == "ce":
            return self.softmax(z) - y
        return self.probability_error(z, y) if loss == "bce" else z - y

    def weights_gradient(self, x, delta):
        return x.T @ delta

    def bias_gradient(self, delta):
        return delta.sum(axis=0, keepdims=True)

    def back(self, delta, w):
        return delta @ w.T

    def updated(self, parameter, gradient, rate):
        return parameter - rate * gradient

    def loss(self, loss, z, y):
        if loss == "bce":
            return self.cupy.mean(self.cupy.logaddexp(0, z) - z * y, dtype="f8")
        if loss == "ce":
            z = z - z.max(axis=1, keepdims=True)
            return self.cupy.mean(self.cupy.log(self.cupy.exp(z).sum(axis=1)) - (z * y).sum(axis=1), dtype="f8")
        return self.cupy.mean(self.cupy.square(z - y), dtype="f8") * (0.5 if loss == "half_mse" else 1)


class Network:
    """Parameters are w, b, w, b, …, on the device (resident) or in host memory (per_op)."""

    def __init__(self, problem):
        import cupy

        self.problem, self.cupy, self.do = problem, cupy, Operations(cupy)
        self.resident = problem.residency == "resident"
        place = cupy.asarray if self.resident else (lambda array: array)
        self.x, self.y, self.x_test = map(place, (problem.x, problem.y, problem.x_test))
        self.order = place(problem.order) if problem.batch else None
        self.start = [place(p) for p in problem.start]
        adam = problem.optimizer == "adam"
        self.start_kept = [place(array) for array in (problem.state[:-1] if adam else problem.state)]
        self.start_steps = int(problem.state[-1][0, 0]) if adam else 0
        # The rate is a factor of the gradient's scale, unless an optimizer wants the gradient itself.
        self.plain = problem.optimizer == "sgd" and not problem.weight_decay

    def _begin(self):
        self.final, self.kept, self.steps = list(self.start), list(self.start_kept), self.start_steps

    def train(self, epochs, last_steps=0):
        self.curve(epochs, (), last_steps)
        self.cupy.cuda.Device().synchronize()

    def curve(self, epochs, reads, last_steps=0):
        reads, rows = set(reads), []
        self._begin()
        for epoch in range(1, epochs + 1):
            cut = last_steps if epoch == epochs else 0
            losses = self._epoch(epoch - 1, epoch in reads, cut)
            if losses:
                rows.append((epoch, self.problem.loss_of(losses, cut)))
        return rows

    def params(self):
        return [self.cupy.asnumpy(p) for p in self.final]

    def state(self):
        kept = [self.cupy.asnumpy(array) for array in self.kept]
        return [*kept, [[self.steps]]] if self.problem.optimizer == "adam" else kept

    def predictions(self):
        z = self._forward(self.x_test)[-1]
        output = self.do.predictions.get(self.problem.loss)
        return self.cupy.asnumpy(self._on_device(output, z) if output else z)

    def _on_device(self, operation, *operands):
        if self.resident:
            return operation(*operands)
        import numpy as np

        up = [self.cupy.asarray(o) if isinstance(o, np.ndarray) else o for o in operands]
        return self.cupy.asnumpy(operation(*up))

    def _forward(self, x):
        values = [x]
        for w, b in zip(self.final[::2], self.final[1::2]):
            if len(values) > 1:
                values[-1] = self._on_device(self.do.activations[self.problem.act], values[-1])
            values.append(self._on_device(self.do.affine, values[-1], w, b))
        return values

    def _epoch(self, epoch, wants_loss, last_steps):
        """Returns the losses of the steps, if they are wanted, with their rows."""
        losses = []
        for x, y in itertools.islice(self._batches(epoch), last_steps or None):
            output = self._step(x, y)
            if wants_loss:
                losses.append((float(self._on_device(self.do.loss, self.problem.loss, output, y)), len(y)))
        return losses

    def _batches(self, epoch):
        """The rows of each step: gathered on the device, or in host memory."""
        if not self.problem.batch:
            yield self.x, self.y
            return
        order = self.order[epoch % len(self.order)]
        for first in range(0, len(order), self.problem.batch):
            rows = order[first : first + self.problem.batch]
            yield self.x[rows], self.y[rows]

    def _step(self, x, y):
        values = self._forward(x)
        self.steps += 1
        self.scale = self.problem.gradient_scale_of(len(y))
        delta = self._on_device(self.do.error, self.problem.loss, values[-1], y)
        for layer in reversed(range(len(values) - 1)):
            w, b = self.final[2 * layer : 2 * layer + 2]
            gradients = (self._on_device(self.do.weights_gradient, values[layer], delta),
                         self._on_device(self.do.bias_gradient, delta))
            if layer > 0:
                delta = self._on_device(self.do.back, delta, w)
                delta = self._on_device(self.do.gradients[self.problem.act], delta, values[layer])
            for i, gradient in enumerate(gradients, 2 * layer):
                self._update(i, gradient)
        return values[-1]

    def _update(self, i, gradient):
        """Parameter i, by its gradient without the factor of the loss."""
        problem, scale = self.problem, self.scale
        if self.plain:
            self.final[i] = self._on_device(self.do.updated, self.final[i], gradient, problem.lr * scale)
            return
        gradient = self._on_device(self.do.average, self.final[i], gradient, problem.weight_decay, scale)
        if problem.optimizer == "momentum":
            gradient = self.kept[i] = self._on_device(self.do.average, self.kept[i], gradient, peer.MOMENTUM, 1.0)
        if problem.optimizer == "adam":
            self._adapt(i, gradient)
        else:
            self.final[i] = self._on_device(self.do.updated, self.final[i], gradient, problem.lr)

    def _adapt(self, i, gradient):
        second = len(self.final) + i
        for at, average, beta in ((i, self.do.average, peer.BETA1), (second, self.do.average_of_squares, peer.BETA2)):
            self.kept[at] = self._on_device(average, self.kept[at], gradient, beta, 1 - beta)
        rate, scale = self.problem.lr / (1 - peer.BETA1**self.steps), (1 - peer.BETA2**self.steps) ** -0.5
        self.final[i] = self._on_device(self.do.adapted, self.final[i], self.kept[i], self.kept[second], rate, scale, peer.EPSILON)


if __name__ == "__main__":
    peer.serve(peer.Peer("cupy", "CuPy on an NVIDIA GPU", "cupy", libraries, Network, device=True, probe=probe,
                         updates=(*peer.UPDATES, peer.BATCHES), remedy="scripts/setup --peers, on a machine with an NVIDIA driver"))
