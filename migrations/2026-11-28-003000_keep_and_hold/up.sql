-- Owner: retention.
CREATE TABLE legal_hold (
    id uuid PRIMARY KEY,
    -- No foreign keys: a hold that ended keeps nobody from being erased.
    customer_id uuid,
    employee_id uuid,
    from_on date,
    to_on date,
    reason text NOT NULL,
    placed_by text NOT NULL,
    placed_at timestamptz NOT NULL,
    ended_by text,
    ended_at timestamptz,
    end_reason text,
    CHECK (num_nonnulls(customer_id, employee_id, from_on) = 1),
    CHECK ((from_on IS NULL) = (to_on IS NULL)),
    CHECK (from_on <= to_on),
    CHECK (num_nonnulls(ended_by, ended_at, end_reason) IN (0, 3))
);
CREATE TABLE retention_run (
    kind text PRIMARY KEY,
    ran_at timestamptz NOT NULL,
    deleted bigint NOT NULL
);
-- Nothing is deleted by itself in the first week, so that somebody can look at the plan.
CREATE TABLE retention_start (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    begins_at timestamptz NOT NULL
);
INSERT INTO retention_start (begins_at) VALUES (now() + interval '7 days');
