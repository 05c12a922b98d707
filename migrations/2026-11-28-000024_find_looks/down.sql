-- Loses nothing.
DROP INDEX audit_entry_subject;
