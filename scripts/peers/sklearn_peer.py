"""scikit-learn with its own solvers, as its users call them: least squares in one step, L-BFGS, Adam on mini-batches.

None of them is the gradient descent of the contract, and each starts where it likes; `epochs` is the most iterations
that a solver may take. So there is no ranking beside the others, but a curve: the loss by iterations and by seconds.
"""

import time
import warnings

import peer

SOLVER = {"name": "solver", "type": "text", "allowed": "adam|lbfgs|sgd", "default": "adam",
          "help": "of a network with hidden layers; without them it is least squares or L-BFGS"}


def libraries():
    import scipy
    import sklearn

    return f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, {peer.blas()}"


class Linear:
    """One layer, squared errors: solved at once. As of the others, `fit` returns how many iterations were taken, `params`
    are w, b, …, and `output` is rows x outputs, of the probability where the loss is bce."""

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


class Logistic:
    """One layer, cross-entropy, without the regularisation that is the library's default."""

    def __init__(self, problem):
        from sklearn.linear_model import LogisticRegression

        self.make = lambda iterations: LogisticRegression(C=float("inf"), max_iter=iterations)

    def fit(self, x, y, iterations):
        self.estimator = self.make(iterations).fit(x, y.ravel())
        return int(self.estimator.n_iter_[0])

    def params(self):
        return [self.estimator.coef_.T, self.estimator.intercept_.reshape(1, -1)]

    def output(self, x):
        return self.estimator.predict_proba(x)[:, 1:]


class Network:
    """Hidden layers, without regularisation; the library draws the start itself."""

    def __init__(self, problem):
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        self.classifies = problem.loss == "bce"
        estimator = MLPClassifier if self.classifies else MLPRegressor
        self.make = lambda iterations: estimator(
            hidden_layer_sizes=problem.layers[1:-1], activation={"sigmoid": "logistic"}.get(problem.act, problem.act),
            solver=problem.option("solver", SOLVER["default"]), alpha=0, learning_rate_init=problem.lr,
            max_iter=iterations, random_state=0)

    def fit(self, x, y, iterations):
        self.estimator = self.make(iterations).fit(x, y.ravel() if y.shape[1] == 1 else y)
        return self.estimator.n_iter_

    def params(self):
        return [p for w, b in zip(self.estimator.coefs_, self.estimator.intercepts_) for p in (w, b.reshape(1, -1))]

    def output(self, x):
        if self.classifies:
            return self.estimator.predict_proba(x)[:, 1:]
        return self.estimator.predict(x).reshape(len(x), -1)


class Training:
    def __init__(self, problem):
        if problem.loss == "bce" and problem.y.shape[1] > 1:
            raise peer.Refusal("unsupported", "scikit-learn classifies one output, not several")
        # That it has not converged after so many iterations is no news: they were asked for.
        warnings.filterwarnings("ignore", module="sklearn")
        layers = Network if len(problem.layers) > 2 else Logistic if problem.loss == "bce" else Linear
        self.problem, self.solver = problem, layers(problem)

    def train(self, epochs):
        return self.solver.fit(self.problem.x, self.problem.y, epochs)

    def curve(self, epochs, reads):
        """The solvers tell nothing on their way, so they run for 1, 2, 4, … iterations, each time from the start."""
        rows, allowed = [], 1
        while True:
            began = time.perf_counter()
            done = self.train(allowed)
            seconds = time.perf_counter() - began
            if rows:
                seconds = max(seconds, rows[-1][2])  # more iterations never take less, whatever the clock saw
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
        return np.float64(mean_squared_error(y, output)) * (0.5 if self.problem.loss == "half_mse" else 1)


if __name__ == "__main__":
    peer.serve(peer.Peer("sklearn", "scikit-learn with its own solvers", "sklearn", libraries, Training, (SOLVER,),
                         algorithm="least squares, L-BFGS or Adam"))
