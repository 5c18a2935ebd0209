-- Brings a run of user_version 3 to 4 (results/schema.sql).

-- Where other algorithms are stopped: an old run knows nothing of it.
CREATE TABLE stops (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    target      INTEGER NOT NULL,
    loss        REAL NOT NULL,
    epochs      INTEGER,
    trainings   INTEGER NOT NULL,
    reason      TEXT,
    PRIMARY KEY (case_number, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE stop_times (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    round       INTEGER NOT NULL,
    target      INTEGER NOT NULL,
    train_ns    REAL,
    loss        REAL,
    reason      TEXT,
    PRIMARY KEY (case_number, round, target)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 4;
