-- Brings a run of user_version 2 to 3 (results/schema.sql): the slices of a round, unknown of an old run.
ALTER TABLE rounds ADD COLUMN slices TEXT;

PRAGMA user_version = 3;
