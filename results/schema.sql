-- The tables of DIR/run.sqlite, which holds one run. Column names contain their units: _ns is nanoseconds of wall
-- time, _bytes is bytes, _count is a number of events. NULL means unknown or not applicable; it is never written
-- as 0. Words such as 'per_op' are those of the record (results/record.schema.json). Readers refuse files with
-- another user_version.
PRAGMA user_version = 5;

-- Exactly one row.
CREATE TABLE run (
    id            TEXT NOT NULL, -- UTC start and 8 random hexadecimal digits
    name          TEXT NOT NULL, -- of the configuration
    started       TEXT NOT NULL, -- UTC, ISO 8601
    finished      TEXT,          -- NULL: still running, or killed
    config_text   TEXT NOT NULL,
    config_sha256 TEXT NOT NULL, -- of config_text
    version       TEXT NOT NULL, -- of ironbench
    machine       TEXT NOT NULL, -- JSON object
    reference     TEXT,          -- reference implementation for speed-ups, as named in the configuration
    selection     TEXT           -- arguments of -s and -x: JSON array of text
) STRICT;

-- The cases of the plan, in its order. These columns are followed by one for each axis of the sweep, named as in a
-- configuration: text as in a configuration ("6,6"), numbers as such, NULL if the axis does not apply.
CREATE TABLE cases (
    number         INTEGER PRIMARY KEY, -- from 1
    id             TEXT NOT NULL UNIQUE,
    task           TEXT NOT NULL,
    dataset_sha256 TEXT NOT NULL,    -- of the contents
    rows           INTEGER NOT NULL, -- training rows
    test_rows      INTEGER NOT NULL,
    cols           INTEGER NOT NULL, -- features
    options        TEXT NOT NULL,    -- of the implementation; JSON object of options that differ from their default
    label          TEXT NOT NULL,    -- display name: implementation and options
    libraries      TEXT,             -- library versions and the device of the implementation
    simulated      INTEGER NOT NULL, -- 1: its times are meaningless and never ranked
    algorithm      TEXT,             -- other than gradient descent, so not verifiable; NULL: gradient descent
    status         TEXT,             -- worst of all passes so far; NULL: not run yet
    reason         TEXT              -- of a status other than ok
) STRICT;

-- The checked pass of a case: not timed, with losses read.
CREATE TABLE checks (
    case_number           INTEGER PRIMARY KEY REFERENCES cases (number),
    status                TEXT NOT NULL,
    reason                TEXT,
    path                  TEXT,    -- ops, fused
    load_ns               INTEGER,
    setup_ns              INTEGER,
    train_ns              INTEGER,
    readback_ns           INTEGER,
    predict_ns            INTEGER,
    verdict               TEXT NOT NULL,
    verdict_reason        TEXT,    -- of a verdict other than ok
    reference             TEXT,    -- what the answer was compared with
    loss_error            REAL,    -- relative
    params_error          REAL,    -- relative
    prediction_error      REAL,    -- relative
    first_divergent_epoch INTEGER,
    convergence           TEXT,
    as_expected           INTEGER, -- 1: exactly the copies expected for its residency
    stderr                TEXT     -- end of the worker's stderr
) STRICT;

-- Operations requested from a device's driver during the checked pass, as counted by a tracer. One row per case with
-- a tracer; counts are NULL if unavailable.
CREATE TABLE tracers (
    case_number  INTEGER PRIMARY KEY REFERENCES cases (number),
    source       TEXT NOT NULL, -- the tracer: 'driver', 'OpenCL layer'
    agrees       INTEGER,       -- 1: same copies as in the transfer log; NULL: could not count,
    reason       TEXT,          -- for this reason
    h2d_count    INTEGER,
    h2d_bytes    INTEGER,
    d2h_count    INTEGER,
    d2h_bytes    INTEGER,
    launch_count INTEGER,       -- kernel launches
    sync_count   INTEGER,       -- waits for the whole queue
    d2d_count    INTEGER,       -- copies within the device
    d2d_bytes    INTEGER,
    memset_count INTEGER,
    memset_bytes INTEGER,
    pageable_count INTEGER,     -- copies in either direction from or to pageable host memory
    pageable_bytes INTEGER,
    pinned_count INTEGER,
    pinned_bytes INTEGER,
    opened_h2d_count INTEGER,   -- while opening the implementation; not included above
    opened_h2d_bytes INTEGER,
    opened_d2h_count INTEGER,
    opened_d2h_bytes INTEGER
) STRICT;

-- The kernels in launch_count, by the driver's names; '(all others)' after 64 kernels. No rows if the tracer does not
-- report them.
CREATE TABLE tracer_kernels (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    name        TEXT NOT NULL,
    count       INTEGER NOT NULL, -- number of launches
    PRIMARY KEY (case_number, name)
) STRICT, WITHOUT ROWID;

-- The profiled pass of a case on a device: a short training that waits for every step. Its times are used as shares,
-- as their sum exceeds the time of a normal training. Totals over `epochs` epochs.
CREATE TABLE profiles (
    case_number INTEGER PRIMARY KEY REFERENCES cases (number),
    epochs      INTEGER, -- NULL: it failed,
    reason      TEXT,    -- for this reason
    clock       TEXT,    -- of compute_ns: 'device', 'host'
    sync_ns     INTEGER  -- cost of one wait for an idle device
) STRICT;

CREATE TABLE profile_operations (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    op          TEXT NOT NULL,
    calls       INTEGER NOT NULL,
    launch_ns   INTEGER NOT NULL, -- until the call returned
    wait_ns     INTEGER NOT NULL, -- from then until the device was done
    compute_ns  INTEGER NOT NULL, -- by the device's clock; by the host's clock, wait_ns minus sync_ns per call
    PRIMARY KEY (case_number, op)
) STRICT, WITHOUT ROWID;

CREATE TABLE profile_copies (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    op          TEXT NOT NULL,
    tensor      TEXT NOT NULL,
    h2d_ns      INTEGER NOT NULL,
    d2h_ns      INTEGER NOT NULL,
    PRIMARY KEY (case_number, op, tensor)
) STRICT, WITHOUT ROWID;

-- Metrics on the test rows; train_loss is on the training rows, with the final parameters. mae and rmse are in the
-- target's unit.
CREATE TABLE metrics (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    name        TEXT NOT NULL,
    value       REAL,
    PRIMARY KEY (case_number, name)
) STRICT;

-- The loss, before the update, of the epochs at which the checked pass read it. For other algorithms: their iterations,
-- and the loss on the training rows.
CREATE TABLE curve (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    epoch       INTEGER NOT NULL, -- from 1
    loss        REAL,             -- NULL: NaN
    seconds     REAL,             -- since training began, for other algorithms; otherwise NULL (epoch * epoch time)
    PRIMARY KEY (case_number, epoch)
) STRICT, WITHOUT ROWID;

-- Predictions for at most 1000 evenly spaced test rows.
CREATE TABLE predictions (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    row         INTEGER NOT NULL, -- test row, from 0
    output      INTEGER NOT NULL, -- target column, from 0
    actual      REAL NOT NULL,    -- in the target's unit
    predicted   REAL,             -- likewise, or a probability; NULL: NaN
    PRIMARY KEY (case_number, row, output)
) STRICT, WITHOUT ROWID;

-- The results that each timed pass must reproduce: final parameters and predictions of the checked pass, in the model's
-- units, as f64 in the machine's byte order.
CREATE TABLE finals (
    case_number INTEGER PRIMARY KEY REFERENCES cases (number),
    params      BLOB NOT NULL,
    predictions BLOB NOT NULL
) STRICT;

-- The timed passes, one per round.
CREATE TABLE rounds (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    round       INTEGER NOT NULL, -- from 1
    status      TEXT NOT NULL,
    reason      TEXT,
    repeats     INTEGER,          -- trainings timed
    epoch_ns    REAL,             -- all trainings / (repeats * epochs); NULL: no time in this round
    load_ns     INTEGER,
    setup_ns    INTEGER,
    train_ns    INTEGER,          -- of one training
    readback_ns INTEGER,
    predict_ns  INTEGER,
    as_expected INTEGER,
    stderr      TEXT,
    cpu_epoch_ns REAL,            -- processor time of the training thread in epoch_ns
    disturbed   INTEGER,          -- 1: the two differ by more than 2 %, or `slowed`; NULL: unknown
    slices      TEXT,             -- JSON array: median training / epochs of each slice, in order
    clock_mhz   INTEGER,          -- core clock of the device at the end of the round
    slowed      TEXT,             -- why the device was throttled: 'power', 'heat'
    PRIMARY KEY (case_number, round)
) STRICT, WITHOUT ROWID;

-- Statistics over the undisturbed rounds of a case that have a time (over all if all were disturbed); updated with each
-- round.
CREATE TABLE epoch_times (
    case_number INTEGER PRIMARY KEY REFERENCES cases (number),
    n           INTEGER NOT NULL, -- rounds
    median_ns   REAL NOT NULL,
    min_ns      REAL NOT NULL,
    ci_low_ns   REAL,             -- interval of the median, at least 95 %; NULL with fewer than 6 rounds
    ci_high_ns  REAL
) STRICT;

-- The whole process of a case, timed from outside. One row per case for which it was requested.
CREATE TABLE whole_processes (
    case_number INTEGER PRIMARY KEY REFERENCES cases (number),
    source      TEXT, -- the timer: 'hyperfine 1.15.0'
    reason      TEXT  -- why there is no time, or why the runs stopped early
) STRICT;

-- The runs of a whole process, each one training and prediction from the start of a process to its exit. The parts are
-- by the process's own clock; the rest of wall_ns is process start-up, which is only visible from outside.
CREATE TABLE process_runs (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    run         INTEGER NOT NULL, -- from 1
    wall_ns     REAL NOT NULL,
    user_ns     REAL NOT NULL,    -- processor time, of all threads
    system_ns   REAL NOT NULL,
    startup_ns  INTEGER NOT NULL, -- until the program sends hello
    load_ns     INTEGER,          -- NULL, here and below: not reported; included in another part
    setup_ns    INTEGER NOT NULL, -- until ready
    train_ns    INTEGER NOT NULL,
    readback_ns INTEGER,
    predict_ns  INTEGER,
    rest_ns     INTEGER NOT NULL, -- messages, writing the answer's files, exit
    PRIMARY KEY (case_number, run)
) STRICT, WITHOUT ROWID;

-- The number of iterations after which another algorithm's parameters reach a loss. One row per loss that was searched
-- for.
CREATE TABLE stops (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    target      INTEGER NOT NULL, -- from 1: 90 %, 99 % and 99.9 % of the reference's improvement
    loss        REAL NOT NULL,    -- the loss at that improvement
    epochs      INTEGER,          -- fewest iterations found; NULL: none,
    trainings   INTEGER NOT NULL, -- trainings used by the search
    reason      TEXT,             -- for this reason; NULL: it never reaches the loss
    PRIMARY KEY (case_number, target)
) STRICT, WITHOUT ROWID;

-- Timed trainings to a stop. The returned parameters must reach the loss again.
CREATE TABLE stop_times (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    round       INTEGER NOT NULL, -- from 1
    target      INTEGER NOT NULL,
    train_ns    REAL,             -- of one training, by the parent's clock; NULL: no time,
    loss        REAL,             -- of the returned parameters
    reason      TEXT,             -- for this reason
    PRIMARY KEY (case_number, round, target)
) STRICT, WITHOUT ROWID;

-- The transfer log of a pass ('checked', 'timed'), by phase, operation and tensor. For timed passes it covers one
-- training and its prediction, and the latest round replaces the previous one.
CREATE TABLE transfers (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    pass        TEXT NOT NULL,
    phase       TEXT NOT NULL,
    op          TEXT NOT NULL,
    tensor      TEXT NOT NULL,
    h2d_count   INTEGER NOT NULL, -- host to device
    h2d_bytes   INTEGER NOT NULL,
    d2h_count   INTEGER NOT NULL, -- device to host
    d2h_bytes   INTEGER NOT NULL,
    PRIMARY KEY (case_number, pass, phase, op, tensor)
) STRICT, WITHOUT ROWID;

-- The rest of the transfer log; a row for every phase of a pass that kept one.
CREATE TABLE calls (
    case_number  INTEGER NOT NULL REFERENCES cases (number),
    pass         TEXT NOT NULL,
    phase        TEXT NOT NULL,
    launch_count INTEGER NOT NULL, -- operations handed to the implementation
    sync_count   INTEGER NOT NULL,
    PRIMARY KEY (case_number, pass, phase)
) STRICT, WITHOUT ROWID;
