"""The models in NumPy, written from their definition and from nothing else: an independent tracer.

Layers map in_l to out_l features: W is in x out, b is 1 x out; parameters are listed as W1, b1, W2, b2, ...
Linear, logistic and softmax regression are networks of one layer that start from zeros.
"""

import math

import numpy as np

MASK = (1 << 64) - 1


class Random:
    """xoshiro256** seeded by splitmix64; normal numbers by Box-Muller, cosine before sine."""

    def __init__(self, seed):
        self.state = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & MASK
            z = seed
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            self.state.append(z ^ (z >> 31))
        self.spare = None

    def u64(self):
        s = self.state
        out = (self._rotate(s[1] * 5 & MASK, 7) * 9) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = self._rotate(s[3], 45)
        return out

    def uniform(self):
        return (self.u64() >> 11) * 2.0**-53

    def normal(self):
        if self.spare is not None:
            spare, self.spare = self.spare, None
            return spare
        radius = math.sqrt(-2.0 * math.log(1.0 - self.uniform()))
        angle = 2.0 * math.pi * self.uniform()
        self.spare = radius * math.sin(angle)
        return radius * math.cos(angle)

    def below(self, n):
        limit = MASK - MASK % n
        while (x := self.u64()) >= limit:
            pass
        return x % n

    @staticmethod
    def _rotate(x, k):
        return ((x << k) | (x >> (64 - k))) & MASK


def start(widths, init, seed):
    """Initial parameters of a network with these layer widths."""
    random = Random(seed)
    params = []
    for n_in, n_out in zip(widths, widths[1:]):
        spread = {
            "zeros": (0.0, 0.0),
            "normal": (1.0, 1.0),
            "xavier": (math.sqrt(2 / (n_in + n_out)), 0.0),
            "he": (math.sqrt(2 / n_in), 0.0),
        }[init]
        for deviation, shape in zip(spread, ((n_in, n_out), (1, n_out))):
            values = [deviation * random.normal() if deviation else 0.0 for _ in range(shape[0] * shape[1])]
            params.append(np.array(values).reshape(shape))
    return params


def orders(seed, rows, epochs):
    """The order of the rows in each epoch: shuffled by Fisher and Yates, from the last row to the first."""
    random = Random(seed ^ int.from_bytes(b"order", "big"))
    out = np.empty((epochs, rows), dtype=np.uint32)
    for order in out:
        order[:] = np.arange(rows)
        for i in range(rows, 1, -1):
            j = random.below(i)
            order[[j, i - 1]] = order[[i - 1, j]]
    return out


def sigmoid(z):
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-z))


ACTIVATIONS = {  # the function, and its derivative by its value
    "relu": (lambda z: np.where(z < 0, 0, z), lambda a: (a > 0).astype(a.dtype)),
    "tanh": (np.tanh, lambda a: 1 - a * a),
    "sigmoid": (sigmoid, lambda a: a * (1 - a)),
}


def bce(z, y):
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def ce(z, y):
    return np.mean(np.logaddexp.reduce(z, axis=1) - (z * y).sum(axis=1))


LOSSES = {  # the loss of outputs z for targets y, and its gradient by z
    "half_mse": (lambda z, y: 0.5 * np.mean((z - y) ** 2), lambda z, y: (z - y) / z.size),
    "mse": (lambda z, y: np.mean((z - y) ** 2), lambda z, y: 2 * (z - y) / z.size),
    "bce": (bce, lambda z, y: (sigmoid(z) - y) / z.size),
    "ce": (ce, lambda z, y: (softmax(z) - y) / len(z)),
}


def forward(params, x, act):
    """The values of all layers, the input first."""
    values = [x]
    layers = len(params) // 2
    for layer in range(layers):
        z = values[-1] @ params[2 * layer] + params[2 * layer + 1]
        values.append(ACTIVATIONS[act][0](z) if layer + 1 < layers else z)
    return values


class Sgd:
    """p -= lr * (g + weight_decay * p), like torch.optim.SGD."""

    def __init__(self, params, lr, weight_decay=0.0):
        real = params[0].dtype.type
        self.params, self.lr, self.weight_decay, self.steps = params, real(lr), real(weight_decay), 0
        self.first = [np.zeros_like(p) for p in params]
        self.second = [np.zeros_like(p) for p in params]

    def step(self, gradients):
        self.steps += 1
        for i, (p, g) in enumerate(zip(self.params, gradients)):
            p -= self.change(i, g + self.weight_decay * p if self.weight_decay else g)

    def change(self, i, gradient):
        return self.lr * gradient


class Momentum(Sgd):
    """torch.optim.SGD with momentum=0.9: no dampening, no look-ahead."""

    def change(self, i, gradient):
        self.first[i] = self.first[i] * gradient.dtype.type(0.9) + gradient
        return self.lr * self.first[i]


class Adam(Sgd):
    """Kingma and Ba 2015, algorithm 1, with the constants given there; weight decay as torch.optim.Adam has it."""

    def change(self, i, gradient):
        real = gradient.dtype.type
        self.first[i] = real(0.9) * self.first[i] + real(1 - 0.9) * gradient
        self.second[i] = real(0.999) * self.second[i] + real(1 - 0.999) * gradient**2
        m_hat = self.first[i] / real(1 - 0.9**self.steps)
        v_hat = self.second[i] / real(1 - 0.999**self.steps)
        return self.lr * m_hat / (np.sqrt(v_hat) + real(1e-8))


OPTIMIZERS = {"sgd": Sgd, "momentum": Momentum, "adam": Adam}


def gradients_of(params, x, y, act, loss):
    """The loss, and the gradient of each parameter."""
    gradients = [None] * len(params)
    values = forward(params, x, act)
    delta = LOSSES[loss][1](values[-1], y)
    for layer in reversed(range(len(params) // 2)):
        gradients[2 * layer] = values[layer].T @ delta
        gradients[2 * layer + 1] = delta.sum(axis=0, keepdims=True)
        if layer > 0:
            delta = (delta @ params[2 * layer].T) * ACTIVATIONS[act][1](values[layer])
    return LOSSES[loss][0](values[-1], y), gradients


def train(params, x, y, act, loss, lr, epochs, optimizer="sgd", weight_decay=0.0, batch=0, order=None):
    """Trains `params`, in place and in their type; returns the loss of every epoch. With mini-batches, that is the
    mean of theirs, weighted by their rows, each before its update; order: that of the rows, for each epoch."""
    curve = np.zeros(epochs)
    update = OPTIMIZERS[optimizer](params, lr, weight_decay)
    rows = len(x)
    for epoch in range(epochs):
        for first in range(0, rows, batch or rows):
            of = order[epoch][first : first + batch] if batch else slice(None)
            mean, gradients = gradients_of(params, x[of], y[of], act, loss)
            curve[epoch] += mean * len(x[of]) / rows
            update.step(gradients)
    return curve


def predict(params, x, act, loss):
    z = forward(params, x, act)[-1]
    return {"bce": sigmoid, "ce": softmax}.get(loss, lambda z: z)(z)


def standardise(train_values, *others):
    """By the mean and population standard deviation of the first; a constant column becomes 0."""
    mean, deviation = train_values.mean(axis=0), train_values.std(axis=0)
    constant = np.all(train_values == train_values[0], axis=0)
    scale = np.where(constant, 1, deviation)
    return [np.where(constant, 0, (v - mean) / scale) for v in (train_values, *others)] + [mean, scale]
