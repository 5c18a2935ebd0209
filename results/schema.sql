-- The tables of DIR/run.sqlite, which holds one run. Suffixes of columns are units: _ns nanoseconds of wall time, _bytes
-- bytes, _count a number of times. NULL, never 0, means unknown or not applicable to the case. Words such as 'per_op'
-- are those of the record (results/record.schema.json). Readers refuse a file with another user_version.
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
    reference     TEXT,          -- implementation that speed-ups are over, as named in the configuration
    selection     TEXT           -- JSON array of the texts of -s and -x
) STRICT;

-- The parts of a run, each made by one process on one machine: a single one, unless runs were merged. Of a merged run the
-- row above sums up its parts; of any other, what is NULL here stands there.
CREATE TABLE parts (
    number     INTEGER PRIMARY KEY, -- from 1, by their start
    id         TEXT UNIQUE,         -- of the run that it was before it was merged; NULL: not merged
    started    TEXT,
    finished   TEXT,
    version    TEXT,
    machine    TEXT,
    selection  TEXT,
    identities TEXT,                -- the table of that name as a JSON object
    node       TEXT,                -- name of the machine in its network; of each, if it was resumed on another
    job        TEXT,                -- of the batch system: 'Slurm 17_3'
    shard      INTEGER,             -- it is shard `shard`
    shards     INTEGER,             -- of so many,
    division   TEXT                 -- in this division of the cases; NULL: it is all of them
) STRICT;

-- Folders in DIR that hold the arrays of a running sweep; empty once the sweep has ended.
CREATE TABLE workspaces (
    name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What the times are of: SHA-256 of the program and of plugins, versions of libraries, the machine's fingerprint. A run
-- can be resumed only with the same.
CREATE TABLE identities (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The git repositories of what the run was made of, as they were when it began: that of the configuration first, then
-- those of implementations from plugins and external programs.
CREATE TABLE sources (
    number      INTEGER PRIMARY KEY, -- from 1
    kind        TEXT NOT NULL, -- configuration, plugin, program
    impl        TEXT,          -- name of the implementation; NULL: the configuration
    path        TEXT,          -- of its file, from the root of the repository; without one, as given
    commit_hash TEXT,          -- NULL: unknown, as there is no repository, or git is missing or refuses to read it,
    reason      TEXT,          -- for this reason; may also be why `dirty` is unknown
    committed   TEXT,          -- UTC, ISO 8601
    branch      TEXT,          -- NULL: unknown, or none was checked out
    dirty       INTEGER        -- 1: files that git tracks differed from the commit
) STRICT;

-- The cases of the plan, in its order. These columns are followed by one for each axis of the sweep, named as in a
-- configuration: text as in a configuration ("6,6"), numbers as numbers, NULL if the axis does not apply to a case.
CREATE TABLE cases (
    number         INTEGER PRIMARY KEY, -- from 1
    id             TEXT NOT NULL,
    part           INTEGER,          -- number of its part; NULL: 1
    position       INTEGER,          -- among all cases of the configuration, from 1; NULL: its number
    task           TEXT NOT NULL,
    dataset_sha256 TEXT NOT NULL,    -- of the contents
    dataset_guesses TEXT,            -- how its file was read where its description says nothing; NULL: it says all
    rows           INTEGER NOT NULL, -- training rows
    test_rows      INTEGER NOT NULL,
    cols           INTEGER NOT NULL, -- features
    classes        INTEGER,          -- of a classification; 0: a regression
    options        TEXT NOT NULL,    -- of the implementation; JSON object: those that differ from their default
    label          TEXT NOT NULL,    -- implementation and options, for people
    libraries      TEXT,             -- of the implementation: their versions, its device
    simulated      INTEGER NOT NULL, -- 1: its times mean nothing and are never ranked
    shortcut       INTEGER NOT NULL, -- 1: by fewer operations than the contract's steps, as it declares
    algorithm      TEXT,             -- other than gradient descent, so that it cannot be verified; NULL: that
    status         TEXT,             -- the worst of all passes so far; NULL: not run yet
    reason         TEXT,             -- of a status other than ok
    UNIQUE (id, part)
) STRICT;

-- The checked pass of a case: not timed, its losses read during training.
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
    compared_epochs       INTEGER, -- whose loss was compared
    compared_params       INTEGER, -- elements, of:
    params                INTEGER,
    compared_predictions  INTEGER, -- elements, of:
    predictions           INTEGER,
    compared_steps        INTEGER, -- epochs that were compared alone
    continued_from        INTEGER, -- the epoch from which another process trained to the same end
    convergence           TEXT,
    as_expected           INTEGER, -- 1: copied exactly what its residency implies
    limit_flops           REAL,    -- that an epoch takes at least
    limit_bytes           REAL,    -- that an epoch reads and writes at least
    limit_bound           TEXT,    -- compute, memory, latency
    limit_by              TEXT,    -- the instruction set, the cache level, 'memory', 'copies', 'launch'
    limit_rate            REAL,    -- of that, in flop/s or bytes/s
    limit_ns              REAL,    -- least time of an epoch on this machine; NULL: unknown,
    limit_reason          TEXT,    -- for this reason
    stderr                TEXT,    -- the end of the worker's stderr
    peak_bytes            INTEGER, -- as in rounds
    device_peak_bytes     INTEGER,
    instructions          INTEGER, -- of a training of so many epochs:
    instructions_epochs   INTEGER,
    instructions_source   TEXT,    -- what counted them: 'perf', 'callgrind'; NULL: unknown, or not asked for
    instructions_reason   TEXT     -- why they are unknown
) STRICT;

-- The work of a device's driver during the checked pass, counted by a tracer that is independent of the transfer log. A
-- row if there is a tracer; counts are NULL if it could not count, or does not count that kind.
CREATE TABLE tracers (
    case_number  INTEGER PRIMARY KEY REFERENCES cases (number),
    source       TEXT NOT NULL, -- 'driver', 'OpenCL layer'
    agrees       INTEGER,       -- 1: the same copies as in the transfer log; NULL: it could not count,
    reason       TEXT,          -- for this reason
    h2d_count    INTEGER,
    h2d_bytes    INTEGER,
    d2h_count    INTEGER,
    d2h_bytes    INTEGER,
    launch_count INTEGER,       -- kernels started
    sync_count   INTEGER,       -- waits for the whole queue
    d2d_count    INTEGER,       -- copies within the device
    d2d_bytes    INTEGER,
    memset_count INTEGER,
    memset_bytes INTEGER,
    pageable_count INTEGER,     -- the part of h2d and d2h from or to pageable memory of the host
    pageable_bytes INTEGER,
    pinned_count INTEGER,
    pinned_bytes INTEGER,
    opened_h2d_count INTEGER,   -- while the implementation was opened; not included above
    opened_h2d_bytes INTEGER,
    opened_d2h_count INTEGER,
    opened_d2h_bytes INTEGER
) STRICT;

-- The kernels in launch_count by the driver's names, including those that libraries started; '(all others)' past 64 of
-- them. No rows if the tracer does not record names.
CREATE TABLE tracer_kernels (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    name        TEXT NOT NULL,
    count       INTEGER NOT NULL, -- times started
    PRIMARY KEY (case_number, name)
) STRICT, WITHOUT ROWID;

-- The profiled pass of a case on a device: a short training with a wait after every step. Use its times as shares: they
-- add up to more than a training without waits. Totals over `epochs` epochs.
CREATE TABLE profiles (
    case_number INTEGER PRIMARY KEY REFERENCES cases (number),
    epochs      INTEGER, -- NULL: it failed,
    reason      TEXT,    -- for this reason
    clock       TEXT,    -- of compute_ns: 'device', 'host'
    sync_ns     INTEGER  -- one wait for an idle device
) STRICT;

CREATE TABLE profile_operations (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    op          TEXT NOT NULL,
    calls       INTEGER NOT NULL,
    launch_ns   INTEGER NOT NULL, -- until the call returned
    wait_ns     INTEGER NOT NULL, -- from then until the device was done
    compute_ns  INTEGER NOT NULL, -- the device's own time; by the host's clock, wait_ns less sync_ns a call
    flops       REAL,             -- that all calls take at least
    bytes       REAL,             -- that all calls read and write at least
    least_ns    REAL,             -- of all calls, by the limits of this machine
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

-- The time line of one more epoch of the profile: its first 1024 calls and copies, one after another, as the device is
-- waited for after each.
CREATE TABLE profile_events (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    number      INTEGER NOT NULL, -- from 1
    kind        TEXT NOT NULL,    -- call, upload, download
    op          TEXT NOT NULL,    -- that is called, or for which the tensor is copied
    tensor      TEXT,             -- of a copy
    begin_ns    INTEGER NOT NULL, -- after that of the first
    launch_ns   INTEGER NOT NULL, -- until the call or copy returned
    wait_ns     INTEGER NOT NULL, -- from then until the device was done
    compute_ns  INTEGER NOT NULL, -- of a call, as in profile_operations
    PRIMARY KEY (case_number, number)
) STRICT, WITHOUT ROWID;

-- Over the test rows; train_loss: over the training rows, with the final parameters. mae and rmse have the target's unit.
CREATE TABLE metrics (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    name        TEXT NOT NULL,
    value       REAL,
    PRIMARY KEY (case_number, name)
) STRICT;

-- The losses that the checked pass read, each before the update of its epoch. For another algorithm: its own count of
-- iterations, the loss on the training rows.
CREATE TABLE curve (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    epoch       INTEGER NOT NULL, -- from 1
    loss        REAL,             -- NULL: NaN
    seconds     REAL,             -- since the training of another algorithm began; else NULL: epoch * its time
    PRIMARY KEY (case_number, epoch)
) STRICT, WITHOUT ROWID;

-- Evenly spaced test rows, at most 1000 of them.
CREATE TABLE predictions (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    row         INTEGER NOT NULL, -- of the test rows, from 0
    output      INTEGER NOT NULL, -- of the targets, from 0
    actual      REAL NOT NULL,    -- in the target's unit, or the number of a class, from 0
    predicted   REAL,             -- likewise; of two classes, a score of class 1; NULL: NaN
    PRIMARY KEY (case_number, row, output)
) STRICT, WITHOUT ROWID;

-- The final parameters of the checked pass and its predictions in the model's own units, which each timed pass must
-- repeat; f64 in the machine's byte order.
CREATE TABLE finals (
    case_number INTEGER PRIMARY KEY REFERENCES cases (number),
    params      BLOB NOT NULL,
    predictions BLOB NOT NULL
) STRICT;

-- The timed passes, one a round.
CREATE TABLE rounds (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    round       INTEGER NOT NULL, -- from 1
    status      TEXT NOT NULL,
    reason      TEXT,
    repeats     INTEGER,          -- trainings timed
    epoch_ns    REAL,             -- all trainings / (repeats * epochs); NULL: this round gave no time
    load_ns     INTEGER,
    setup_ns    INTEGER,
    train_ns    INTEGER,          -- of one training
    readback_ns INTEGER,
    predict_ns  INTEGER,
    as_expected INTEGER,
    stderr      TEXT,
    cpu_epoch_ns REAL,            -- the part of epoch_ns in which the training thread had a processor
    disturbed   INTEGER,          -- 1: these two differ by more than 2 %, or `slowed`; NULL: unknown
    slices      TEXT,             -- JSON array: median training / epochs of each slice of the round, in order
    clock_mhz   INTEGER,          -- of the device's cores, at the end of the round
    slowed      TEXT,             -- why the device was slowed down: 'power', 'heat'
    discarded_ns REAL,            -- epoch_ns of a disturbed first try that this round replaces
    peak_bytes  INTEGER,          -- the most memory resident at once, with the mapped files that were read
    device_peak_bytes INTEGER,    -- the same on the device, as the implementation tells
    unseen      INTEGER,          -- 1: it trained a problem that the implementation had not seen
    traced      INTEGER,          -- 1: before it, a tracer counted the copies of such a round; 0: it could not; NULL: not tried
    energy_source TEXT,           -- what counted it: 'packages', 'device'; NULL: unknown, or not asked for
    energy_j    REAL,             -- joules of all trainings
    energy_ns   INTEGER,          -- how long the counter was watched, in so many stretches:
    energy_stretches INTEGER,
    energy_reason TEXT,           -- why it is unknown
    PRIMARY KEY (case_number, round)
) STRICT, WITHOUT ROWID;

-- Over the rounds of a case that gave a time and were not disturbed (over all if few others remain); updated with every
-- round.
CREATE TABLE epoch_times (
    case_number INTEGER PRIMARY KEY REFERENCES cases (number),
    n           INTEGER NOT NULL, -- rounds
    median_ns   REAL NOT NULL,
    min_ns      REAL NOT NULL,
    ci_low_ns   REAL,             -- of the median, at least 95 %; NULL under 6 rounds
    ci_high_ns  REAL
) STRICT;

-- The whole process of a case, timed from outside. A row if that was requested.
CREATE TABLE whole_processes (
    case_number INTEGER PRIMARY KEY REFERENCES cases (number),
    source      TEXT, -- what timed it: 'hyperfine 1.15.0'
    reason      TEXT  -- why there is no time, or why its runs ended
) STRICT;

-- Its runs, each one training and its prediction from the start of a process to its exit. The parts are measured by the
-- process's own clock; the rest of wall_ns is the start of the process, which can only be measured from outside.
CREATE TABLE process_runs (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    run         INTEGER NOT NULL, -- from 1
    wall_ns     REAL NOT NULL,
    user_ns     REAL NOT NULL,    -- processor time, of all threads
    system_ns   REAL NOT NULL,
    startup_ns  INTEGER NOT NULL, -- until the program sends hello
    load_ns     INTEGER,          -- NULL, here and below: not reported; it is included in another part
    setup_ns    INTEGER NOT NULL, -- until it is ready
    train_ns    INTEGER NOT NULL,
    readback_ns INTEGER,
    predict_ns  INTEGER,
    rest_ns     INTEGER NOT NULL, -- messages, the files of the answer, its exit
    PRIMARY KEY (case_number, run)
) STRICT, WITHOUT ROWID;

-- The stops of another algorithm: the number of iterations after which the parameters that it returns reach a loss. One
-- row per loss, once they have been searched for.
CREATE TABLE stops (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    target      INTEGER NOT NULL, -- from 1: 90 %, 99 % and 99.9 % of the improvement of its problem's reference
    loss        REAL NOT NULL,    -- to reach
    epochs      INTEGER,          -- the fewest iterations found; NULL: none,
    trainings   INTEGER NOT NULL, -- during the search
    reason      TEXT,             -- for this reason; NULL: it never reaches the loss
    PRIMARY KEY (case_number, target)
) STRICT, WITHOUT ROWID;

-- Rounds of trainings that end at a stop. The returned parameters must reach the loss again.
CREATE TABLE stop_times (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    round       INTEGER NOT NULL, -- from 1
    target      INTEGER NOT NULL,
    train_ns    REAL,             -- of one training, by the parent's clock; NULL: none,
    loss        REAL,             -- of the returned parameters
    reason      TEXT,             -- for this reason
    PRIMARY KEY (case_number, round, target)
) STRICT, WITHOUT ROWID;

-- The transfer log of a pass ('checked', 'timed'): each copy by phase, operation and tensor. A timed pass is one
-- training and its prediction; the newest round replaces the one before.
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
