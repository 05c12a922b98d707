-- Owner: evaluations. A frozen evaluation; no row is ever changed. inputs is the text whose SHA-256 is checksum.
CREATE TABLE statement (
    id uuid PRIMARY KEY,
    number bigint NOT NULL UNIQUE,
    employee_id uuid NOT NULL REFERENCES employee (id),
    period_from date NOT NULL,
    period_to date NOT NULL,
    content jsonb NOT NULL,
    inputs text NOT NULL,
    checksum bytea NOT NULL,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    replaces_id uuid UNIQUE REFERENCES statement (id)
);
CREATE INDEX statement_employee_id ON statement (employee_id, number);
-- What the employee said to it, one row each time.
CREATE TABLE statement_reply (
    id uuid PRIMARY KEY,
    statement_id uuid NOT NULL REFERENCES statement (id),
    kind text NOT NULL CHECK (kind IN ('acknowledged', 'contested')),
    words text NOT NULL,
    replied_at timestamptz NOT NULL,
    replied_by text NOT NULL
);
CREATE INDEX statement_reply_statement_id ON statement_reply (statement_id, replied_at);
