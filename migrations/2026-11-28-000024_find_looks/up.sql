-- Owner: audit. Whoever is looked at may read who looked.
CREATE INDEX audit_entry_subject ON audit_entry (subject, id);
