-- The tables of a history (`ironbench history add`): results of many runs, to be followed from commit to commit. Suffixes
-- of columns are units, as in schema.sql; NULL, never 0, means unknown. Readers refuse a file with another application_id
-- or user_version.
PRAGMA application_id = 1768056937; -- "ibhi"
PRAGMA user_version = 1;

CREATE TABLE runs (
    number        INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE, -- as in the run: UTC start and 8 random hexadecimal digits
    name          TEXT NOT NULL,        -- of the configuration
    started       TEXT NOT NULL,        -- UTC, ISO 8601
    config_sha256 TEXT NOT NULL,
    version       TEXT NOT NULL         -- of ironbench
) STRICT;

-- Times are followed on one machine, never from one to another.
CREATE TABLE machines (
    number      INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE,
    description TEXT                    -- its CPU, for people
) STRICT;

-- As in schema.sql, of each run.
CREATE TABLE sources (
    run_number  INTEGER NOT NULL REFERENCES runs (number),
    kind        TEXT NOT NULL,
    impl        TEXT,
    path        TEXT,
    commit_hash TEXT,
    reason      TEXT,
    committed   TEXT,
    branch      TEXT,
    dirty       INTEGER
) STRICT;
CREATE INDEX sources_by_run ON sources (run_number);

-- The cases of all runs. Further columns, as in schema.sql, are added when the history is opened to be written.
CREATE TABLE cases (
    number INTEGER PRIMARY KEY,
    id     TEXT NOT NULL UNIQUE
) STRICT;

-- What a run found of a case.
CREATE TABLE points (
    run_number     INTEGER NOT NULL REFERENCES runs (number),
    case_number    INTEGER NOT NULL REFERENCES cases (number),
    machine_number INTEGER NOT NULL REFERENCES machines (number),
    status         TEXT,    -- as in cases of schema.sql
    reason         TEXT,    -- of a status other than ok, or a verdict other than ok
    verdict        TEXT,
    epoch_ns       REAL,    -- the median; only of verified cases on real devices
    low_ns         REAL,    -- its interval, of at least 95 %
    high_ns        REAL,
    rounds         INTEGER, -- that the median is over
    metric         REAL,    -- that tables show for the case's task, only of verified cases
    h2d_count      INTEGER, -- copies of one training and its prediction
    h2d_bytes      INTEGER,
    d2h_count      INTEGER,
    d2h_bytes      INTEGER,
    PRIMARY KEY (run_number, case_number)
) STRICT, WITHOUT ROWID;
