-- Brings a run of user_version 2 to 3 (results/schema.sql): the slices of a round and the health of its device, unknown
-- of an old run.
ALTER TABLE rounds ADD COLUMN slices TEXT;
ALTER TABLE rounds ADD COLUMN clock_mhz INTEGER;
ALTER TABLE rounds ADD COLUMN slowed TEXT;

PRAGMA user_version = 3;
