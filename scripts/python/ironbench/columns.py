"""The columns of the tables that `ironbench.load` returns: where each is in the record, its type, its unit, what it means.

`python -m ironbench.columns` prints them as Markdown, as in README.md."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["text", "integer", "number", "truth", "sizes", "pairs"]

DTYPES: dict[Kind, str] = {"text": "string", "integer": "Int64", "number": "float64", "truth": "boolean", "sizes": "string",
                           "pairs": "string"}  # sizes: "6x6" for [6, 6]; pairs: "a=1, b=2" for an object


class Column(NamedTuple):
    name: str
    path: tuple[str, ...]  # members of the record, from the object of a row, or to an array with an element per row
    kind: Kind
    unit: str  # "": none
    help: str


class Table(NamedTuple):
    name: str
    help: str
    rows: Literal["case", "objects", "arrays"]  # one per case; per object of an array; per element of parallel arrays
    base: tuple[str, ...]  # of a case: that array, or the object with these arrays
    columns: tuple[Column, ...]


def _columns(*lines: tuple[str, str, Kind, str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, tuple((path or name).split(".")), kind, unit, text) for name, path, kind, unit, text in lines)


#: At the beginning of every table: of which run and case a row is.
KEYS = (Column("run", ("run", "id"), "text", "", "id of the run"),
        Column("part", ("part",), "integer", "", "part of the run: 1, unless it was merged from several"),
        Column("case", ("id",), "text", "", "id of the case; the same in every run, and on every machine"))

CASES = Table("cases", "One row per case. After these columns, one per metric, by its name in `ironbench list metrics`.", "case", (), _columns(
    ("machine", "", "text", "", "name of its machine"),
    ("problem", "", "text", "", "cases with the same problem do the same work"),
    ("model", "", "text", "", "axis"),
    ("task", "", "text", "", "regression or classification"),
    ("dataset", "", "text", "", "axis"),
    ("rows", "", "integer", "rows", "of the training"),
    ("test_rows", "", "integer", "rows", "on which metrics are computed"),
    ("cols", "", "integer", "columns", "features"),
    ("classes", "", "integer", "", "of a classification"),
    ("impl", "", "text", "", "axis: name of the implementation"),
    ("options", "", "pairs", "", "of the implementation, without defaults: `threads=2`"),
    ("label", "", "text", "", "implementation and options"),
    ("residency", "", "text", "", "axis: host, per_op or resident"),
    ("dtype", "", "text", "", "axis: f32 or f64"),
    ("hidden", "", "sizes", "", "axis: `6x6`"),
    ("act", "", "text", "", "axis"),
    ("loss", "", "text", "", "axis"),
    ("init", "", "text", "", "axis"),
    ("lr", "", "number", "", "axis: learning rate"),
    ("optimizer", "", "text", "", "axis"),
    ("weight_decay", "", "number", "", "axis"),
    ("batch", "", "text", "", "axis: full, or rows of a gradient step"),
    ("epochs", "", "integer", "epochs", "axis"),
    ("steps_per_epoch", "", "integer", "", "gradient steps of an epoch"),
    ("seed", "", "integer", "", "axis"),
    ("log_every", "", "integer", "epochs", "axis"),
    ("simulated", "", "truth", "", "its times are meaningless"),
    ("shortcut", "", "truth", "", "by fewer operations than the contract's steps, as it declares"),
    ("algorithm", "", "text", "", "other than gradient descent, so that it is neither verified nor ranked"),
    ("path", "", "text", "", "ops or fused"),
    ("status", "", "text", "", "ok, unavailable, unsupported, failed, timeout, crashed, oom, untrusted; missing: it has not run"),
    ("reason", "", "text", "", "of a status other than ok"),
    ("ranked", "", "truth", "", "verified, and on a real device"),
    ("verdict", "verify.verdict", "text", "", "ok, wrong or unverified"),
    ("verdict_reason", "verify.reason", "text", "", "of a verdict other than ok"),
    ("loss_error", "verify.loss_error", "number", "relative", "of the losses, against the oracle"),
    ("params_error", "verify.params_error", "number", "relative", "of the final parameters"),
    ("prediction_error", "verify.prediction_error", "number", "relative", "of the predictions"),
    ("first_divergent_epoch", "verify.first_divergent_epoch", "integer", "", "first epoch whose loss is not the oracle's"),
    ("convergence", "", "text", "", "converged, improving, oscillating or diverged"),
    ("epoch_ns", "time.epoch_ns.median", "number", "ns", "time per epoch, median of the rounds"),
    ("epoch_ns_low", "time.epoch_ns.ci_low", "number", "ns", "its interval of at least 95 %, lower end"),
    ("epoch_ns_high", "time.epoch_ns.ci_high", "number", "ns", "its upper end"),
    ("epoch_ns_min", "time.epoch_ns.min", "number", "ns", "least time per epoch"),
    ("rounds", "time.epoch_ns.n", "integer", "rounds", "in the median"),
    ("load_ns", "time.phases_ns.load", "number", "ns", "reading the data; this and the next four: medians of the rounds"),
    ("setup_ns", "time.phases_ns.setup", "number", "ns", "until it is ready: context, compilation, first copies"),
    ("train_ns", "time.phases_ns.train", "number", "ns", "one training"),
    ("readback_ns", "time.phases_ns.readback", "number", "ns", "reading the final parameters"),
    ("predict_ns", "time.phases_ns.predict", "number", "ns", "predicting the test rows"),
    ("transfer_ns", "time.breakdown_ns.transfer", "number", "ns", "copying; this and the next three: parts of epoch_ns on a device"),
    ("sync_ns", "time.breakdown_ns.sync", "number", "ns", "waiting for the device"),
    ("compute_ns", "time.breakdown_ns.compute", "number", "ns", "computing"),
    ("launch_ns", "time.breakdown_ns.launch", "number", "ns", "the rest: submitting work"),
    ("h2d_count", "transfers.h2d_count", "integer", "copies", "to the device, in one training and its prediction"),
    ("h2d_bytes", "transfers.h2d_bytes", "integer", "bytes", "of these"),
    ("d2h_count", "transfers.d2h_count", "integer", "copies", "from the device"),
    ("d2h_bytes", "transfers.d2h_bytes", "integer", "bytes", "of these"),
    ("launches", "transfers.launches", "integer", "operations", "handed to the implementation"),
    ("syncs", "transfers.syncs", "integer", "waits", "for the device"),
    ("copies_as_expected", "transfers.as_expected", "truth", "", "exactly those that its residency implies"),
    ("copies_counting", "transfers.counting", "text", "", "counted by a tracer, claimed, or uncounted"),
    ("peak_bytes", "memory.peak_bytes", "integer", "bytes", "most memory of its process"),
    ("device_peak_bytes", "memory.device_peak_bytes", "integer", "bytes", "most memory on the device"),
    ("limit_bound", "limit.bound", "text", "", "what limits an epoch on this machine: compute, memory or latency"),
    ("limit_ns", "limit.least_ns", "number", "ns", "least time of an epoch by that"),
    ("limit_fraction", "limit.fraction", "number", "", "limit_ns / epoch_ns"),
    ("epoch_j", "energy.epoch_j", "number", "J", "energy of an epoch"),
    ("energy_source", "energy.source", "text", "", "packages or device"),
))

SAMPLES = Table("samples", "One row per case and round: a timed training.", "arrays", ("time", "epoch_ns"), _columns(
    ("round", "rounds", "integer", "", "cases of the same round ran interleaved"),
    ("epoch_ns", "samples", "number", "ns", "time per epoch"),
    ("cpu_epoch_ns", "cpu", "number", "ns", "of that, its thread's time on a processor"),
    ("disturbed", "", "truth", "", "other work used its processor, or the device was slowed down"),
    ("discarded_ns", "discarded", "number", "ns", "a disturbed first try that this sample replaces"),
    ("unseen", "", "truth", "", "of a problem that the implementation had not seen"),
    ("traced", "", "truth", "", "before it, a tracer counted the copies of such a round; false: it could not"),
    ("clock_mhz", "", "integer", "MHz", "of the device's cores, at the end"),
    ("slowed", "", "text", "", "why the device was slowed down: power, heat"),
))

CURVES = Table("curves", "One row per case and loss that the checked pass read.", "arrays", ("curve",), _columns(
    ("epoch", "", "integer", "", "from 1"),
    ("loss", "", "number", "of the loss", "on the training rows, before the update of the epoch; missing: not finite"),
    ("seconds", "", "number", "s", "since another algorithm began; of gradient descent missing: epoch × epoch_ns"),
))

PREDICTIONS = Table("predictions", "One row per case, test row and output, of at most 1000 evenly spaced test rows.", "arrays", ("predictions",), _columns(
    ("row", "", "integer", "", "of the test rows, from 0"),
    ("output", "", "integer", "", "of the targets, from 0"),
    ("actual", "", "number", "of the target", "or the number of a class"),
    ("predicted", "", "number", "of the target", "or the number of a class; of two classes, a score of class 1; missing: not finite"),
))

TRANSFERS = Table("transfers", "One row per case, phase, operation and tensor that was copied in the latest timed pass: one training and its prediction.",
                  "objects", ("transfers", "copies"), _columns(
    ("phase", "", "text", "", "setup, train, readback or predict"),
    ("op", "", "text", "", "operation around which it was copied"),
    ("tensor", "", "text", "", "what was copied"),
    ("h2d_count", "", "integer", "copies", "to the device"),
    ("h2d_bytes", "", "integer", "bytes", "of these"),
    ("d2h_count", "", "integer", "copies", "from the device"),
    ("d2h_bytes", "", "integer", "bytes", "of these"),
))

TIME_TO_LOSS = Table("time_to_loss", "One row per case and loss: the shares of the improvement of a verified training of its problem.",
                     "objects", ("time_to",), _columns(
    ("share", "", "number", "", "of the improvement: 0.9, 0.99, 0.999"),
    ("loss", "", "number", "of the loss", "at that share"),
    ("epoch", "", "number", "epochs", "first with at most this loss; missing: never reached"),
    ("seconds", "", "number", "s", "of training until then"),
    ("low", "", "number", "s", "its interval, lower end"),
    ("high", "", "number", "s", "its upper end"),
    ("by", "", "text", "", "epochs: their number times the time per epoch; stops, itself: timed"),
    ("reason", "", "text", "", "why there is no time"),
))

#: All tables, by name.
TABLES = {table.name: table for table in (CASES, SAMPLES, CURVES, PREDICTIONS, TRANSFERS, TIME_TO_LOSS)}


def markdown() -> str:
    """The columns of all tables, for README.md."""
    def rows(columns: tuple[Column, ...]) -> list[str]:
        return [f"| `{c.name}` | {DTYPES[c.kind]} | {c.unit} | {c.help} |" for c in columns]
    head = ["| column | dtype | unit | |", "|---|---|---|---|"]
    lines = ["Every table begins with:", "", *head, *rows(KEYS)]
    for table in TABLES.values():
        lines += ["", f"### {table.name}", "", table.help, "", *head, *rows(table.columns)]
    return "\n".join(lines)


if __name__ == "__main__":
    print(markdown())
