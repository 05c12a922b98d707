DROP TABLE changed_visit;
DROP TABLE audit_entry;
DROP TABLE idempotency_key;
DROP TABLE schedule;
DROP TABLE job;
