"""Idiomatic PyTorch: gradients from autograd, parameters updated outside it. With mode=compile, the loss and thus the
gradients go through torch.compile."""

import peer

MODE = {"name": "mode", "type": "text", "allowed": "eager|compile", "default": "eager",
        "help": "compile: the loss and its gradients through torch.compile"}


def libraries():
    import torch

    return f"torch {torch.__version__}, {torch.__config__.parallel_info().split('ATen parallel backend: ')[1].strip()}"


class Network:
    """Parameters are autograd leaves w, b, w, b, …"""

    def __init__(self, problem):
        import torch

        torch.set_num_threads(int(problem.option("threads", "1")))
        self.problem, self.torch = problem, torch
        self.x, self.y, self.x_test = map(torch.from_numpy, (problem.x, problem.y, problem.x_test))
        self.start = [torch.from_numpy(p) for p in problem.start]
        self.leaves = [p.clone().requires_grad_() for p in self.start]
        self.act = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}.get(problem.act)
        self.loss_of = torch.compile(self._loss) if problem.option("mode", "eager") == "compile" else self._loss

    def train(self, epochs):
        self._restart()
        for _ in range(epochs):
            self._epoch()

    def curve(self, epochs, reads):
        reads, rows = set(reads), []
        self._restart()
        for epoch in range(1, epochs + 1):
            loss = self._epoch()
            if epoch in reads:
                rows.append((epoch, loss.item()))
        return rows

    def params(self):
        return [p.detach().numpy() for p in self.leaves]

    def predictions(self):
        with self.torch.no_grad():
            z = self._forward(self.x_test, self.leaves)
            return (self.torch.sigmoid(z) if self.problem.loss == "bce" else z).numpy()

    def _restart(self):
        with self.torch.no_grad():
            for parameter, start in zip(self.leaves, self.start):
                parameter.copy_(start)

    def _epoch(self):
        loss = self.loss_of(self.leaves, self.x, self.y)
        gradients = self.torch.autograd.grad(loss, self.leaves)
        with self.torch.no_grad():
            for parameter, gradient in zip(self.leaves, gradients):
                parameter.sub_(gradient, alpha=self.problem.lr)
        return loss.detach()

    def _forward(self, x, params):
        layers = list(zip(params[::2], params[1::2]))
        for w, b in layers[:-1]:
            x = self.act(self.torch.addmm(b, x, w))
        return self.torch.addmm(layers[-1][1], x, layers[-1][0])

    def _loss(self, params, x, y):
        losses = self.torch.nn.functional
        z = self._forward(x, params)
        if self.problem.loss == "bce":
            return losses.binary_cross_entropy_with_logits(z, y)
        return losses.mse_loss(z, y) * (0.5 if self.problem.loss == "half_mse" else 1)


if __name__ == "__main__":
    peer.serve(peer.Peer("torch", "PyTorch on the CPU, gradients from autograd", "torch", libraries, Network, (MODE,)))
