"""scikit-learn with its own solvers: least squares in one step, L-BFGS, Adam on mini-batches.

None of them is the gradient descent of the contract, and each chooses its own start; `epochs` is the maximum number of
iterations. They are therefore not ranked, but have a curve: the loss by iterations and by seconds.
"""

import time
import warnings

import peer

SOLVER = {"name": "solver", "type": "text", "allowed": "adam|lbfgs|sgd", "default": "adam",
          "help": "for networks with hidden layers; others use least squares or L-BFGS"}


def libraries():
    import scipy
    import sklearn

    return f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, {peer.blas()}"


class Linear:
    """One layer, squared errors: solved directly. As in the classes below, `fit` returns the number of iterations, `params`
    are w, b, …, and `output` is rows x outputs, probabilities if the loss is bce or ce."""

    def __init__(self, problem):
        from sklearn.linear_model import LinearRegression

        self.estimator = LinearRegression()

    def fit(self, x, y, iterations):
        self.estimator.fit(x, y)
        return 0

    def params(self):
        return [self.estimator.coef_.T, self.estimator.intercept_.reshape(1, -1)]

    def output(self, x):
        return self.estimator.predict(x)


def targets_of(problem, y):
    """As the library wants them: of classes, the number of each row's."""
    if problem.loss == "ce":
        return y.argmax(axis=1)
    return y.ravel() if y.shape[1] == 1 else y


def both_classes(problem, w, b):
    """Of two classes the library has one output, the logit of class 1: half of it and its negative have the same softmax."""
    import numpy as np

    if problem.loss != "ce" or w.shape[1] > 1:
        return w, b
    return np.hstack([-w / 2, w / 2]), np.hstack([-b / 2, b / 2])


def probabilities(problem, estimator, x):
    p = estimator.predict_proba(x)
    return p if problem.loss == "ce" else p[:, 1:]


class Logistic:
    """One layer, cross-entropy, without the library's default regularisation."""

    def __init__(self, problem):
        from sklearn.linear_model import LogisticRegression

        self.problem = problem
        self.make = lambda iterations: LogisticRegression(C=float("inf"), max_iter=iterations)

    def fit(self, x, y, iterations):
        self.estimator = self.make(iterations).fit(x, targets_of(self.problem, y))
        return int(self.estimator.n_iter_[0])

    def params(self):
        return list(both_classes(self.problem, self.estimator.coef_.T, self.estimator.intercept_.reshape(1, -1)))

    def output(self, x):
        return probabilities(self.problem, self.estimator, x)


class Network:
    """Hidden layers, without regularisation; the library chooses the start parameters."""

    def __init__(self, problem):
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        self.problem, self.classifies = problem, problem.loss in ("bce", "ce")
        estimator = MLPClassifier if self.classifies else MLPRegressor
        self.make = lambda iterations: estimator(
            hidden_layer_sizes=problem.layers[1:-1], activation={"sigmoid": "logistic"}.get(problem.act, problem.act),
            solver=problem.option("solver", SOLVER["default"]), alpha=0, learning_rate_init=problem.lr,
            max_iter=iterations, random_state=0)

    def fit(self, x, y, iterations):
        self.estimator = self.make(iterations).fit(x, targets_of(self.problem, y))
        return self.estimator.n_iter_

    def params(self):
        layers = [(w, b.reshape(1, -1)) for w, b in zip(self.estimator.coefs_, self.estimator.intercepts_)]
        layers[-1] = both_classes(self.problem, *layers[-1])
        return [p for layer in layers for p in layer]

    def output(self, x):
        if self.classifies:
            return probabilities(self.problem, self.estimator, x)
        return self.estimator.predict(x).reshape(len(x), -1)


class Training:
    def __init__(self, problem):
        if problem.loss == "bce" and problem.y.shape[1] > 1:
            raise peer.Refusal("unsupported", "scikit-learn supports only one output for classification")
        if problem.loss == "ce" and not problem.y.any(axis=0).all():
            raise peer.Refusal("unsupported", "scikit-learn needs a training row of every class")
        # Ignore warnings about missing convergence: the number of iterations is limited on purpose.
        warnings.filterwarnings("ignore", module="sklearn")
        layers = Network if len(problem.layers) > 2 else Logistic if problem.loss in ("bce", "ce") else Linear
        self.problem, self.solver = problem, layers(problem)

    def train(self, epochs):
        return self.solver.fit(self.problem.x, self.problem.y, epochs)

    def curve(self, epochs, reads):
        """Runs for 1, 2, 4, … iterations, each time from the start, as the solvers report no intermediate results."""
        rows, allowed = [], 1
        while True:
            began = time.perf_counter()
            done = self.train(allowed)
            seconds = time.perf_counter() - began
            if rows:
                seconds = max(seconds, rows[-1][2])  # keep the seconds monotonic despite noise
            rows.append((done, self._loss(), seconds))
            if done < allowed or allowed == epochs:
                return rows
            allowed = min(2 * allowed, epochs)

    def params(self):
        return self.solver.params()

    def predictions(self):
        return self.solver.output(self.problem.x_test)

    def _loss(self):
        import numpy as np
        from sklearn.metrics import log_loss, mean_squared_error

        output, y = self.solver.output(self.problem.x), self.problem.y
        if self.problem.loss == "bce":
            return log_loss(y.ravel(), output.ravel(), labels=[0, 1])
        if self.problem.loss == "ce":
            return log_loss(y.argmax(axis=1), output, labels=range(y.shape[1]))
        return np.float64(mean_squared_error(y, output)) * (0.5 if self.problem.loss == "half_mse" else 1)


if __name__ == "__main__":
    peer.serve(peer.Peer("sklearn", "scikit-learn with its own solvers", "sklearn", libraries, Training, (SOLVER,),
                         algorithm="least squares, L-BFGS or Adam"))
