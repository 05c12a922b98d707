-- Owner: visits. The contact data are those of this visit; content_hash is of the message as it came.
CREATE TABLE visit (
    id uuid PRIMARY KEY,
    external_id text NOT NULL UNIQUE,
    content_hash bytea NOT NULL,
    visited_at timestamptz NOT NULL,
    visited_on date NOT NULL,
    service text NOT NULL,
    channel text,
    site_id uuid REFERENCES site (id),
    segment text,
    priority boolean NOT NULL DEFAULT false,
    customer_id uuid REFERENCES customer (id),
    customer_name text,
    customer_email text,
    customer_phone text,
    customer_language text,
    customer_time_zone text,
    lawful_basis text CHECK (lawful_basis IN ('consent', 'existing_customer', 'contract')),
    lawful_basis_channels text[],
    lawful_basis_evidence text,
    first_contact text CHECK (first_contact IN ('email', 'phone')),
    outcome text NOT NULL CHECK (outcome IN (
        'planned', 'sending', 'sent', 'unknown', 'answered', 'suspect', 'unanswered', 'bounced', 'failed',
        'no_address', 'phone_first', 'to_call', 'refused', 'do_not_call', 'language_barrier', 'unreachable',
        'wrong_number', 'opted_out', 'not_sampled', 'no_basis', 'suppressed', 'internal', 'excluded', 'expired',
        'cancelled')),
    send_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX visit_visited_on ON visit (visited_on, id);
CREATE INDEX visit_visited_at ON visit (visited_at, id);
CREATE INDEX visit_customer_id ON visit (customer_id);
CREATE INDEX visit_open ON visit (outcome, visited_at) WHERE outcome IN ('planned', 'sent', 'unknown');
CREATE TABLE visit_employee (
    visit_id uuid NOT NULL REFERENCES visit (id),
    employee_id uuid NOT NULL REFERENCES employee (id),
    position integer NOT NULL,
    share_permille integer NOT NULL CHECK (share_permille BETWEEN 0 AND 1000),
    team_id uuid REFERENCES team (id),
    PRIMARY KEY (visit_id, employee_id)
);
CREATE INDEX visit_employee_employee_id ON visit_employee (employee_id, visit_id);
CREATE TABLE visit_outcome (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    visit_id uuid NOT NULL REFERENCES visit (id),
    outcome text NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    reason text NOT NULL
);
CREATE INDEX visit_outcome_visit_id ON visit_outcome (visit_id, id);
