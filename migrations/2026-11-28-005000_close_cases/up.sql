-- Owner: cases. Who closed a case and when, what was behind it, and what was done.
ALTER TABLE recovery_case
    ADD COLUMN closed_at timestamptz,
    ADD COLUMN closed_by text,
    ADD COLUMN cause text,
    ADD COLUMN resolution text;
ALTER TABLE recovery_case ADD CONSTRAINT recovery_case_cause_check
    CHECK (cause IN ('workmanship', 'parts', 'waiting', 'information', 'price', 'conduct', 'not_ours', 'other')) NOT VALID;
CREATE INDEX recovery_case_closed ON recovery_case (closed_at, id) WHERE state = 'closed';
-- Owner: answering. Answers put aside about which nobody has decided.
CREATE INDEX response_undecided ON response (answered_at, id) WHERE certainty = 'suspect' AND decided_by IS NULL;
