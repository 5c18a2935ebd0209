-- Brings a run of user_version 2 to 3 (results/schema.sql): the median training of a round, unknown of an old run.
ALTER TABLE rounds ADD COLUMN median_epoch_ns REAL;

PRAGMA user_version = 3;
