-- Brings a run of user_version 2 to 3 (results/schema.sql). Of the slices of its rounds, the health of their devices, other
-- algorithms and whole processes an old run knows nothing.
ALTER TABLE rounds ADD COLUMN slices TEXT;
ALTER TABLE rounds ADD COLUMN clock_mhz INTEGER;
ALTER TABLE rounds ADD COLUMN slowed TEXT;
ALTER TABLE cases ADD COLUMN algorithm TEXT;
ALTER TABLE curve ADD COLUMN seconds REAL;

CREATE TABLE whole_processes (
    case_number INTEGER PRIMARY KEY REFERENCES cases (number),
    source      TEXT,
    reason      TEXT
) STRICT;

CREATE TABLE whole_runs (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    run         INTEGER NOT NULL,
    wall_ns     REAL NOT NULL,
    user_ns     REAL NOT NULL,
    system_ns   REAL NOT NULL,
    startup_ns  INTEGER NOT NULL,
    load_ns     INTEGER,
    setup_ns    INTEGER NOT NULL,
    train_ns    INTEGER NOT NULL,
    readback_ns INTEGER,
    predict_ns  INTEGER,
    rest_ns     INTEGER NOT NULL,
    PRIMARY KEY (case_number, run)
) STRICT, WITHOUT ROWID;

CREATE VIEW whole_medians AS
WITH placed AS (
    SELECT *, row_number() OVER (PARTITION BY case_number ORDER BY wall_ns, run) AS place,
           count(*) OVER (PARTITION BY case_number) AS n
    FROM whole_runs
)
SELECT case_number, n, wall_ns, startup_ns, load_ns, setup_ns, train_ns, readback_ns, predict_ns, rest_ns,
       wall_ns - (startup_ns + coalesce(load_ns, 0) + setup_ns + train_ns + coalesce(readback_ns, 0)
           + coalesce(predict_ns, 0) + rest_ns) AS residual_ns
FROM placed WHERE place = (n + 1) / 2;

PRAGMA user_version = 3;
