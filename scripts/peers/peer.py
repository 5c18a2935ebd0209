"""Shared by all peers: the protocol of external programs (impls/PROTOCOL.md), threads, arrays, versions.

A peer is one file NAME_peer.py that passes a `Peer` to `serve`. It trains with its library in the library's idiom; this
file does no arithmetic. A library is loaded only after its threads are set, so peers import it inside functions.
"""

import dataclasses
import importlib
import json
import os
import pathlib
import sys
import traceback

REQUESTS, ANSWERS = 3, 4
# As in harness/core/loss_schedule.h: every epoch at both ends of a training, about 1000 in between.
FIRST, LAST, BETWEEN = 50, 64, 1000

PLACES = {"cpu": "CPU", "cuda": "GPU"}

THREADS = {"name": "threads", "type": "int", "allowed": "1..1024", "default": "1",
           "help": "threads that the library may use"}
# What a peer may do besides plain gradient descent, and the constants of PROTOCOL.md.
UPDATES = ("momentum", "adam", "weight_decay")
BATCHES = "batch"
MOMENTUM, BETA1, BETA2, EPSILON = 0.9, 0.9, 0.999, 1e-8

# Each library reads its own variable, once, when it is loaded.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


class Refusal(Exception):
    """A case that cannot run: the protocol's status (unsupported, unavailable, oom, failed) and the reason."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


@dataclasses.dataclass
class Peer:
    """A library as an implementation."""

    name: str
    summary: str
    module: str  # the module to import
    libraries: object  # () -> text: the versions in use; called after the library is loaded
    open: object  # (Problem) -> a training, see below; not timed
    options: tuple = ()  # in addition to `threads`
    device: bool = False
    algorithm: str = None  # None: the gradient descent of the contract
    updates: tuple = ()  # what else it does, of UPDATES and BATCHES
    environment: object = None  # (threads) -> more variables to set before the library is loaded
    remedy: str = "scripts/setup --peers"  # how to install a missing library
    probe: object = None  # () -> None; raises Refusal if a requirement of the library is missing


# A training, made by `open`, has these methods:
#   train(epochs)           from the start parameters to the final ones, which are computed when it returns
#   curve(epochs, reads)    the same, and returns rows (epoch, loss) for the epochs in `reads`, or for all;
# for another algorithm, rows (iteration, loss, seconds)
#   with BATCHES, both take a third argument, last_steps: if not 0, the last epoch ends after that many steps, and its
#                           loss is that of the last of them
#   params(), predictions() NumPy arrays of the training just done; predictions of x_test
#   state()                 what the optimizer keeps at the end, in the order of the problem's `state`; only with `updates`


class Problem:
    """The parent's request, with its arrays loaded: x (rows x in), y (rows x out), x_test, and the start parameters
    w, b, w, b, … (in x out, 1 x out)."""

    def __init__(self, message):
        import numpy as np

        self.options = message.get("options", {})
        self.residency = message.get("residency", "host")
        self.dtype = np.dtype({"f32": np.float32, "f64": np.float64}[message["dtype"]])
        self.act, self.loss, self.lr = message.get("act"), message["loss"], message["lr"]
        self.layers = message["layers"]
        self.x, self.y, self.x_test = (np.load(message[name]) for name in ("x", "y", "x_test"))
        self.start = [np.load(param["path"]) for param in message["params"]]
        self.names = [param["name"] for param in message["params"]]
        self.optimizer, self.weight_decay = message.get("optimizer", "sgd"), message.get("weight_decay", 0.0)
        # What the optimizer keeps: velocities; or first moments, second moments and the number of steps.
        self.state = [np.load(array["path"]) for array in message.get("state", [])]
        self.state_names = [array["name"] for array in message.get("state", [])]
        # Mini-batches: the rows of a step (0: all), and the order of the rows in each epoch.
        self.batch, self.order = message.get("batch", 0), np.load(message["order"]) if "order" in message else None
        # The gradient of the loss with respect to the outputs is this times (output - target), the output after its
        # sigmoid (bce) or softmax (ce).
        self.gradient_scale = self.gradient_scale_of(len(self.y))

    def gradient_scale_of(self, rows):
        return (2 if self.loss == "mse" else 1) / (rows if self.loss == "ce" else rows * self.y.shape[1])

    def batches(self, epoch):
        """The numbers of the rows of each step of an epoch, counted from 0."""
        rows = self.order[epoch % len(self.order)]
        return [rows[first : first + self.batch] for first in range(0, len(rows), self.batch)]

    def loss_of(self, losses, last_steps):
        """The loss of an epoch from those of its steps, pairs (loss, rows): their mean, or that of the last if it was cut."""
        if last_steps or not self.batch:
            return losses[-1][0]
        return sum(loss * rows for loss, rows in losses) / len(self.x)

    def option(self, name, default):
        return self.options.get(name, default)


def epochs_to_read(epochs):
    """The epochs, counted from 1, whose losses a checked pass reports."""
    if epochs <= FIRST + LAST:
        return range(1, epochs + 1)
    stride = -(-(epochs - FIRST - LAST) // BETWEEN)
    between = range(FIRST + stride, epochs - LAST + 1, stride)
    return [*range(1, FIRST + 1), *between, *range(epochs - LAST + 1, epochs + 1)]


def set_threads(peer, count):
    """Affects only libraries that are not loaded yet."""
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(count)))
    if peer.environment:
        os.environ.update(peer.environment(int(count)))


def blas():
    """The BLAS that this process has loaded, as text."""
    try:
        import threadpoolctl

        found = [f"{pool['internal_api']} {pool['version']} {pool.get('architecture', '')}".rstrip()
                 for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    except ImportError:
        files = {pathlib.Path(line.split()[-1]).name for line in open("/proc/self/maps") if "/" in line}
        found = sorted(name for name in files if "blas" in name and not name.startswith("_"))
    return ", ".join(dict.fromkeys(found)) or "a built-in BLAS"


# ---- devices ----


def device():
    """Where to train: `cpu`, or `cuda` with the argument --device=cuda."""
    places = [word.removeprefix("--device=") for word in sys.argv[1:]] or ["cpu"]
    if len(places) != 1 or places[0] not in PLACES:
        raise SystemExit(f"usage: {pathlib.Path(sys.argv[0]).name} [--device={'|'.join(PLACES)}]")
    return places[0]


def refuse_copies(problem, library):
    """For libraries whose arrays are on the device from the beginning."""
    if problem.residency == "per_op":
        raise Refusal("unsupported", f"{library} keeps its arrays on the device; use residency resident")


def first_line(error):
    return (str(error).strip() or type(error).__name__).splitlines()[0]


# ---- messages ----


def describe(peer):
    """The one entry of `impls`. Loads the library."""
    about = {"name": peer.name, "summary": peer.summary, "flags": 0, "device": peer.device, "losses": ["ce"],
             "algorithm": peer.algorithm, "updates": list(peer.updates), "options": [THREADS, *peer.options]}
    try:
        load(peer)
        return {**about, "available": True, "reason": None, "libraries": peer.libraries()}
    except Refusal as refusal:
        return {**about, "available": False, "reason": str(refusal), "libraries": None}


def load(peer):
    try:
        for name in ("numpy", peer.module):
            importlib.import_module(name)
    except ImportError as error:
        raise Refusal("unavailable", f"{error}: {peer.remedy}") from error
    if peer.probe:
        peer.probe()


def describe_elsewhere(peer):
    """Returns the description, made in a fork: this process must not load the library before it sets the threads."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        set_threads(peer, THREADS["default"])
        with os.fdopen(write, "w") as out:
            json.dump(describe(peer), out)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as text:
        answer = text.read()
    os.waitpid(child, 0)
    if not answer:
        raise Refusal("failed", f"loading {peer.module} ended the process")
    return json.loads(answer)


def open_training(peer, message):
    set_threads(peer, message.get("options", {}).get("threads", THREADS["default"]))
    load(peer)
    problem = Problem(message)
    training = peer.open(problem)
    # Run everything once, so that compilation, allocation and start-up at first use are not part of the training.
    training.train(1)
    training.params(), training.predictions()
    return problem, training


def save_answer(problem, training, folder):
    import numpy as np

    arrays = dict(zip(problem.names, training.params()), predictions=training.predictions())
    if problem.state:
        arrays.update(zip(problem.state_names, training.state()))
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", np.ascontiguousarray(values, problem.dtype))


def train(problem, training, message, say):
    epochs, folder = message["epochs"], pathlib.Path(message["out"])
    checked = message["pass"] == "checked"
    cut = [message["last_steps"]] if message.get("last_steps") else []
    rows = training.curve(epochs, epochs_to_read(epochs), *cut) if checked else training.train(epochs, *cut)
    say({"type": "trained"})
    if checked:
        import numpy as np

        np.save(folder / "loss.npy", np.array(rows, np.float64))
    save_answer(problem, training, folder)
    say({"type": "done"})


def refusal_of(error):
    """An exception as a message of the protocol."""
    if isinstance(error, Refusal):
        return {"type": "error", "status": error.status, "message": str(error)}
    traceback.print_exception(error, file=sys.stderr)
    status = "oom" if isinstance(error, MemoryError) or "out of memory" in str(error).lower() else "failed"
    return {"type": "error", "status": status, "message": f"{type(error).__name__}: {first_line(error)}"}


def serve(peer):
    """Answers requests until the end of file."""
    for descriptor in (REQUESTS, ANSWERS):
        os.set_inheritable(descriptor, False)  # child processes of a library would keep them open
    answers = os.fdopen(ANSWERS, "w", buffering=1)

    def say(message):
        answers.write(json.dumps(message) + "\n")

    say({"type": "hello", "version": 1})
    problem = training = None
    for line in os.fdopen(REQUESTS):
        message = json.loads(line)
        try:
            if message["type"] == "describe":
                say({"type": "impls", "impls": [describe_elsewhere(peer)]})
            elif message["type"] == "problem":
                problem = training = None  # free the memory of the previous one
                problem, training = open_training(peer, message)
                say({"type": "ready"})
            elif message["type"] == "train" and training:
                train(problem, training, message, say)
            else:
                raise Refusal("failed", f"unexpected message: {message['type']}")
        except Exception as error:
            say(refusal_of(error))
