-- Owner: after_answer. Who is thanked for an answer, once for each visit; marked before the body of the mail goes out.
CREATE TABLE thank_you (
    visit_id uuid PRIMARY KEY REFERENCES visit (id),
    planned_at timestamptz NOT NULL,
    marked_at timestamptz
);
