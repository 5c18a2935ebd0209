"""PyTorch, with gradients from its automatic differentiation, in three modes.

`compile`, the default on the CPU: the whole training is one loop through torch.compile, whose C++ wrapper calls the kernels
without Python in between. `eager`, the default on a GPU: gradients from autograd, parameters updated outside it. `graph`,
on a GPU only: the same, recorded once as a CUDA graph of some epochs and replayed.
"""

import functools
import re
import types

import optimizers
import peer

DEVICE = peer.device()
MODES = {"cpu": "compile|eager", "cuda": "eager|compile|graph"}[DEVICE]
MODE = {"name": "mode", "type": "text", "allowed": MODES, "default": MODES.split("|")[0],
        "help": "compile: all epochs as one compiled loop; graph: epochs as a CUDA graph"}
EPOCHS_PER_GRAPH = 20


def probe():
    import torch

    try:
        torch.zeros(1, device=DEVICE).cpu()
    except Exception as error:
        raise peer.Refusal("unavailable", f"PyTorch finds no usable GPU: {peer.first_line(error)}") from error


def libraries():
    import torch

    shown = torch.__config__.show()
    parts = [f"torch {torch.__version__} with loops for {torch.backends.cpu.get_cpu_capability()}"]
    parts += [f"{name} {found[1]}" for name, pattern in (("oneDNN", r"MKL-DNN v([\d.]+)"), ("MKL", r"Math Kernel Library Version ([\d.]+)"))
              if (found := re.search(pattern, shown))]
    parts.append(torch.__config__.parallel_info().split("ATen parallel backend: ")[1].strip())
    if DEVICE == "cuda":
        parts = [f"torch {torch.__version__}, CUDA {torch.version.cuda}, {torch.cuda.get_device_name()}"]
    return ", ".join(parts)


def forward(act, params, x):
    import torch

    layers = list(zip(params[::2], params[1::2]))
    for w, b in layers[:-1]:
        x = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}[act](torch.addmm(b, x, w))
    return torch.addmm(layers[-1][1], x, layers[-1][0])


def loss_of(act, loss, params, x, y):
    import torch.nn.functional as losses

    z = forward(act, params, x)
    if loss == "bce":
        return losses.binary_cross_entropy_with_logits(z, y)
    if loss == "ce":
        return losses.cross_entropy(z, y)
    return losses.mse_loss(z, y) * (0.5 if loss == "half_mse" else 1)


def compiled(problem):
    """The training as a function of (parameters, what the optimizer keeps, x, y, epochs), compiled once for every shape; the
    number of epochs is an ordinary argument."""
    return compiled_for(problem.act, problem.loss, problem.lr, problem.optimizer, problem.weight_decay)


@functools.cache
def compiled_for(act, loss, lr, optimizer, weight_decay):
    import torch
    from torch._higher_order_ops import while_loop

    gradient = torch.func.grad(functools.partial(loss_of, act, loss))
    rule = types.SimpleNamespace(lr=lr, optimizer=optimizer, weight_decay=weight_decay)

    def run(params, kept, x, y, epochs):
        n = len(params)

        def epoch(done, *state):
            params, kept = list(state[:n]), list(state[n:])
            params, kept = optimizers.updated(torch, rule, params, kept, gradient(params, x, y))
            return done + 1, *params, *kept

        return while_loop(lambda done, *_: done < epochs, epoch, (torch.zeros((), dtype=torch.int64), *params, *kept))[1:]

    return torch.compile(run, fullgraph=True, dynamic=False, options={"cpp_wrapper": True} if DEVICE == "cpu" else {})


class Network:
    """Parameters are w, b, w, b, …, followed by what the optimizer keeps, in the order of the problem's `state`."""

    def __init__(self, problem):
        import torch

        torch.set_num_threads(int(problem.option("threads", "1")))
        torch.set_float32_matmul_precision("highest")  # no TF32
        self.problem, self.torch = problem, torch
        self.x, self.y, self.x_test = map(self._placed, (problem.x, problem.y, problem.x_test))
        self.start = [self._placed(p) for p in [*problem.start, *problem.state]]
        self.n = len(problem.start)
        self.loss_of = functools.partial(loss_of, problem.act, problem.loss)

    def _placed(self, array):
        return self.torch.from_numpy(array).to(DEVICE)

    def train(self, epochs):
        self.final = self.advanced(self.start, epochs)
        if DEVICE == "cuda":
            self.torch.cuda.synchronize()

    def curve(self, epochs, reads):
        """The losses of the parameters that the epochs in `reads` begin with, between runs of the same code."""
        rows, done, self.final = [], 0, self.start
        for epoch in reads:
            self.final, done = self.advanced(self.final, epoch - 1 - done), epoch - 1
            with self.torch.no_grad():
                rows.append((epoch, self.loss_of(self.final[: self.n], self.x, self.y).item()))
        self.final = self.advanced(self.final, epochs - done)
        return rows

    def params(self):
        return [p.detach().cpu().numpy() for p in self.final[: self.n]]

    def state(self):
        return [array.detach().cpu().numpy() for array in self.final[self.n :]]

    def predictions(self):
        with self.torch.no_grad():
            z = forward(self.problem.act, self.final[: self.n], self.x_test)
            output = {"bce": self.torch.sigmoid, "ce": lambda z: self.torch.softmax(z, 1)}.get(self.problem.loss)
            return (output(z) if output else z).cpu().numpy()


class Compiled(Network):
    def __init__(self, problem):
        super().__init__(problem)
        self.run = compiled(problem)

    def advanced(self, state, epochs):
        with self.torch.no_grad():
            return self.run(list(state[: self.n]), list(state[self.n :]), self.x, self.y, self.torch.tensor(epochs))


class Eager(Network):
    """Updated by torch.optim, unless plain descent needs none of it."""

    def __init__(self, problem):
        super().__init__(problem)
        self.leaves = [p.clone().requires_grad_() for p in self.start[: self.n]]
        self.kept = [array.clone() for array in self.start[self.n :]]
        self.optimizer = self._optimizer() if problem.optimizer != "sgd" or problem.weight_decay else None

    def _optimizer(self):
        """torch.optim's, whose state is `kept`: it writes into these tensors."""
        problem, optim = self.problem, self.torch.optim
        common = {"lr": problem.lr, "weight_decay": problem.weight_decay}
        if problem.optimizer != "adam":
            momentum = peer.MOMENTUM if problem.optimizer == "momentum" else 0
            optimizer = optim.SGD(self.leaves, momentum=momentum, **common)
            for leaf, velocity in zip(self.leaves, self.kept):
                optimizer.state[leaf] = {"momentum_buffer": velocity}
            return optimizer
        optimizer = optim.Adam(self.leaves, betas=(peer.BETA1, peer.BETA2), eps=peer.EPSILON, capturable=DEVICE == "cuda",
                               **common)
        # It counts the steps of each parameter by itself.
        self.steps = [self.torch.zeros((), device=DEVICE) for _ in self.leaves]
        moments = zip(self.steps, self.kept, self.kept[self.n :])
        for leaf, (step, first, second) in zip(self.leaves, moments):
            optimizer.state[leaf] = {"step": step, "exp_avg": first, "exp_avg_sq": second}
        return optimizer

    def advanced(self, state, epochs):
        self._begin(state)
        for _ in range(epochs):
            self._epoch()
        return self._ended()

    def _ended(self):
        if self.problem.optimizer == "adam":
            self.kept[-1].fill_(self.steps[0])
        return [*self.leaves, *self.kept]

    def _begin(self, state):
        with self.torch.no_grad():
            for array, value in zip([*self.leaves, *self.kept], state):
                array.copy_(value)
            for step in self.steps if self.problem.optimizer == "adam" else ():
                step.copy_(self.kept[-1].squeeze())

    def _epoch(self):
        self._update(self.loss_of(self.leaves, self.x, self.y))

    def _update(self, loss):
        gradients = self.torch.autograd.grad(loss, self.leaves)
        if self.optimizer:
            for leaf, gradient in zip(self.leaves, gradients):
                leaf.grad = gradient
            self.optimizer.step()
            return
        with self.torch.no_grad():
            for leaf, gradient in zip(self.leaves, gradients):
                leaf.sub_(gradient, alpha=self.problem.lr)


class Batched(Eager):
    """Mini-batches, whose rows are gathered on the device, by the orders of all epochs."""

    def __init__(self, problem):
        super().__init__(problem)
        self.order = self._placed(problem.order.astype("int64"))

    def train(self, epochs, last_steps=0):
        self.curve(epochs, (), last_steps)
        if DEVICE == "cuda":
            self.torch.cuda.synchronize()

    def curve(self, epochs, reads, last_steps=0):
        reads, rows = set(reads), []
        self._begin(self.start)
        for epoch in range(1, epochs + 1):
            loss = self._train_epoch(epoch - 1, epoch in reads, last_steps if epoch == epochs else 0)
            if loss is not None:
                rows.append((epoch, loss))
        self.final = self._ended()
        return rows

    def _train_epoch(self, epoch, wants_loss, last_steps):
        losses, batches = [], self.order[epoch % len(self.order)].split(self.problem.batch)
        for rows in batches[: last_steps or None]:
            loss = self.loss_of(self.leaves, self.x[rows], self.y[rows])
            self._update(loss)
            if wants_loss:
                losses.append((loss.item(), len(rows)))
        return self.problem.loss_of(losses, last_steps) if wants_loss else None


class Graph(Eager):
    """As PyTorch's documentation has it: some epochs on another stream first, then the recording."""

    def __init__(self, problem):
        super().__init__(problem)
        torch, stream = self.torch, self.torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self._epoch()
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            for _ in range(EPOCHS_PER_GRAPH):
                self._epoch()

    def advanced(self, state, epochs):
        self._begin(state)
        for _ in range(epochs // EPOCHS_PER_GRAPH):
            self.graph.replay()
        for _ in range(epochs % EPOCHS_PER_GRAPH):
            self._epoch()
        return self._ended()


def open_network(problem):
    peer.refuse_copies(problem, "PyTorch")
    kind = {"compile": Compiled, "eager": Eager, "graph": Graph}[problem.option("mode", MODE["default"])]
    if not problem.batch:
        return kind(problem)
    if kind is not Eager:
        raise peer.Refusal("unsupported", "a compiled loop or graph takes all rows in each step; mini-batches need mode eager")
    return Batched(problem)


if __name__ == "__main__":
    peer.serve(peer.Peer("torch", f"PyTorch on the {peer.PLACES[DEVICE]}", "torch", libraries, open_network, (MODE,),
                         updates=(*peer.UPDATES, peer.BATCHES), device=DEVICE == "cuda", probe=probe if DEVICE == "cuda" else None))
