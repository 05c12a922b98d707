-- Owner: evaluations. What an employee says against an answer; it never changes.
CREATE TABLE objection (
    id uuid PRIMARY KEY,
    response_id uuid NOT NULL REFERENCES response (id),
    visit_id uuid NOT NULL REFERENCES visit (id),
    employee_id uuid NOT NULL REFERENCES employee (id),
    reason text NOT NULL CHECK (reason IN ('wrong_person', 'not_my_doing', 'abuse')),
    words text NOT NULL,
    opened_at timestamptz NOT NULL,
    opened_by text NOT NULL,
    due_on date NOT NULL,
    UNIQUE (response_id, employee_id)
);
CREATE INDEX objection_employee_id ON objection (employee_id, opened_at);
CREATE INDEX objection_visit_id ON objection (visit_id);
-- What was decided about it, one row a decision; the newest one holds. The numbers are those of the employee before and
-- after; the credits are those of the visit, so that a decision can be undone exactly.
CREATE TABLE objection_decision (
    id uuid PRIMARY KEY,
    objection_id uuid NOT NULL REFERENCES objection (id),
    number integer NOT NULL,
    effect text NOT NULL CHECK (effect IN ('exclude', 'reassign', 'annotate', 'undo')),
    reason text NOT NULL,
    decided_at timestamptz NOT NULL,
    decided_by text NOT NULL,
    employee_to uuid REFERENCES employee (id),
    credits_before jsonb,
    credits_after jsonb,
    numbers_before jsonb,
    numbers_after jsonb,
    UNIQUE (objection_id, number)
);
