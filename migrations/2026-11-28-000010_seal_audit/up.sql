-- Owner: audit. Each entry is chained to the one before by a keyed hash, a moment after it was written, so that an edit,
-- a deletion, another order or a cut end is noticed.
CREATE TABLE audit_seal (
    position bigint PRIMARY KEY,
    entry_id bigint NOT NULL UNIQUE,
    secret_id text NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE audit_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL,
    hash bytea NOT NULL
);
INSERT INTO audit_head (position, hash) VALUES (0, '\x0000000000000000000000000000000000000000000000000000000000000000');
