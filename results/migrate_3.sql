-- Brings a run of user_version 3 to 4 (results/schema.sql): other algorithms and their seconds, which an old run has none
-- of.
ALTER TABLE cases ADD COLUMN algorithm TEXT;
ALTER TABLE curve ADD COLUMN seconds REAL;

PRAGMA user_version = 4;
