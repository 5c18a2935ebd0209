"""Updates of parameters for libraries whose arrays are not written in place: PyTorch's compiled loop and JAX."""

import math

import peer


def updated(library, problem, params, kept, gradients):
    """The parameters, and what the optimizer keeps of them (in the order of the problem's `state`), after one step."""
    if problem.weight_decay:
        gradients = [g + problem.weight_decay * p for g, p in zip(gradients, params)]
    if problem.optimizer == "momentum":
        kept = gradients = [peer.MOMENTUM * v + g for v, g in zip(kept, gradients)]
    elif problem.optimizer == "adam":
        kept, gradients = adapted(library, kept, gradients)
    return [p - problem.lr * g for p, g in zip(params, gradients)], kept


def adapted(library, kept, gradients):
    """Adam's moments and step, and what they make of the gradients. The number of steps is an array: a compiled loop counts
    it, and 1 - beta**step would lose digits in f32."""
    n, step = len(gradients), kept[-1] + 1
    first = [peer.BETA1 * m + (1 - peer.BETA1) * g for m, g in zip(kept[:n], gradients)]
    second = [peer.BETA2 * v + (1 - peer.BETA2) * g * g for v, g in zip(kept[n : 2 * n], gradients)]
    bias1, bias2 = (-library.expm1(step * math.log(beta)) for beta in (peer.BETA1, peer.BETA2))
    changes = [m / bias1 / (library.sqrt(v / bias2) + peer.EPSILON) for m, v in zip(first, second)]
    return [*first, *second, step], changes
