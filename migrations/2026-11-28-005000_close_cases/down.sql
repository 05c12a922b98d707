-- Loses what was behind closed cases and what was done.
DROP INDEX response_undecided;
DROP INDEX recovery_case_closed;
ALTER TABLE recovery_case
    DROP COLUMN closed_at,
    DROP COLUMN closed_by,
    DROP COLUMN cause,
    DROP COLUMN resolution;
