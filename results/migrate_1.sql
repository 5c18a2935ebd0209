-- Brings a run of user_version 1 to 2 (results/schema.sql): witnesses have a table of their own, and there are
-- profiles, which an old run has none of. The baseline and the selection of an old run are unknown.
ALTER TABLE run ADD COLUMN baseline TEXT;
ALTER TABLE run ADD COLUMN selection TEXT;

CREATE TABLE witnesses (
    case_number  INTEGER PRIMARY KEY REFERENCES cases (number),
    source       TEXT NOT NULL,
    agrees       INTEGER,
    reason       TEXT,
    h2d_count    INTEGER,
    h2d_bytes    INTEGER,
    d2h_count    INTEGER,
    d2h_bytes    INTEGER,
    launch_count INTEGER,
    sync_count   INTEGER
) STRICT;

CREATE TABLE profiles (
    case_number INTEGER PRIMARY KEY REFERENCES cases (number),
    epochs      INTEGER,
    reason      TEXT,
    clock       TEXT,
    sync_ns     INTEGER
) STRICT;

CREATE TABLE profile_operations (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    op          TEXT NOT NULL,
    calls       INTEGER NOT NULL,
    launch_ns   INTEGER NOT NULL,
    wait_ns     INTEGER NOT NULL,
    compute_ns  INTEGER NOT NULL,
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

INSERT INTO witnesses (case_number, source, agrees)
SELECT case_number, witness_source, witness_agrees FROM checks WHERE witness_source IS NOT NULL;
ALTER TABLE checks DROP COLUMN witness_source;
ALTER TABLE checks DROP COLUMN witness_agrees;

CREATE VIEW splits AS
WITH parts AS (
    SELECT p.case_number, e.median_ns, c.residency = 'per_op' AS serial,
        (SELECT total(h2d_ns + d2h_ns) FROM profile_copies x WHERE x.case_number = p.case_number)
            / p.epochs AS transfer,
        total(o.compute_ns) / p.epochs AS compute,
        iif(c.residency = 'per_op',
            total(max(o.wait_ns - o.compute_ns - o.calls * p.sync_ns, 0)) / p.epochs,
            p.sync_ns * coalesce((SELECT 1.0 * sync_count FROM calls l WHERE l.case_number = p.case_number
                AND l.pass = 'timed' AND l.phase = 'train'), 0.0) / c.epochs) AS sync,
        iif(c.residency = 'per_op', total(o.launch_ns) / p.epochs, 0.0) AS launch
    FROM profiles p JOIN cases c ON c.number = p.case_number JOIN epoch_times e USING (case_number)
    LEFT JOIN profile_operations o USING (case_number)
    WHERE p.epochs > 0 GROUP BY p.case_number
),
scaled AS (
    SELECT *, iif(serial, 1e300, 1.0) AS most, median_ns / max(transfer + sync + compute + launch, 1e-9) AS fit
    FROM parts
)
SELECT case_number, transfer * min(fit, most) AS transfer_ns, sync * min(fit, most) AS sync_ns,
       compute * min(fit, most) AS compute_ns,
       max(median_ns - (transfer + sync + compute) * min(fit, most), 0.0) AS launch_ns
FROM scaled;

PRAGMA user_version = 2;
