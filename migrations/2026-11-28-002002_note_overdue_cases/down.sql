-- Loses which cases were found to be overdue.
ALTER TABLE recovery_case DROP COLUMN overdue_at;
