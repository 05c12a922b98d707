-- Owner: cases. What is to be put right for a customer; one for each visit.
CREATE TABLE recovery_case (
    id uuid PRIMARY KEY,
    visit_id uuid NOT NULL UNIQUE REFERENCES visit (id),
    response_id uuid NOT NULL REFERENCES response (id),
    reason text NOT NULL CHECK (reason IN ('low_score')),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    opened_at timestamptz NOT NULL
);
CREATE INDEX recovery_case_open ON recovery_case (opened_at) WHERE state = 'open';
-- Owner: after_answer. Up to where answers were followed, in the order of their last change.
CREATE TABLE answer_followed (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    place bigint NOT NULL,
    response_id uuid NOT NULL
);
-- What was answered before is not followed now.
INSERT INTO answer_followed (place, response_id)
    SELECT coalesce(max(changed_in), 0), '00000000-0000-0000-0000-000000000000' FROM response;
