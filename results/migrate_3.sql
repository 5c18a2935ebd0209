-- Brings a run of user_version 3 to 4 (results/schema.sql).

-- Of what went on within a device, of the host's memory and of the names of kernels an old run knows nothing.
ALTER TABLE witnesses ADD COLUMN d2d_count INTEGER;
ALTER TABLE witnesses ADD COLUMN d2d_bytes INTEGER;
ALTER TABLE witnesses ADD COLUMN memset_count INTEGER;
ALTER TABLE witnesses ADD COLUMN memset_bytes INTEGER;
ALTER TABLE witnesses ADD COLUMN pageable_count INTEGER;
ALTER TABLE witnesses ADD COLUMN pageable_bytes INTEGER;
ALTER TABLE witnesses ADD COLUMN pinned_count INTEGER;
ALTER TABLE witnesses ADD COLUMN pinned_bytes INTEGER;
ALTER TABLE witnesses ADD COLUMN opened_h2d_count INTEGER;
ALTER TABLE witnesses ADD COLUMN opened_h2d_bytes INTEGER;
ALTER TABLE witnesses ADD COLUMN opened_d2h_count INTEGER;
ALTER TABLE witnesses ADD COLUMN opened_d2h_bytes INTEGER;
CREATE TABLE witness_kernels (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    name        TEXT NOT NULL,
    count       INTEGER NOT NULL,
    PRIMARY KEY (case_number, name)
) STRICT, WITHOUT ROWID;

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
