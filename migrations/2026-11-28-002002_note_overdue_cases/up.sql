-- Owner: cases. When a case was found to be overdue; once for each.
ALTER TABLE recovery_case ADD COLUMN overdue_at timestamptz;
