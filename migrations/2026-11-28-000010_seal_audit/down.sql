-- Loses the chain of the audit log, not its entries.
DROP TABLE audit_head;
DROP TABLE audit_seal;
