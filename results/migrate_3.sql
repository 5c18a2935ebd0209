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

PRAGMA user_version = 4;
