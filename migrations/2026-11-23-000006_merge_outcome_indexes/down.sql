-- Loses nothing.
ALTER TABLE visit_outcome DROP CONSTRAINT visit_outcome_pkey;
ALTER TABLE visit_outcome ADD CONSTRAINT visit_outcome_pkey PRIMARY KEY (id);
CREATE INDEX visit_outcome_visit_id ON visit_outcome (visit_id, id);
