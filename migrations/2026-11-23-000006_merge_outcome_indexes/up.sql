-- Owner: visits. A history is read by its visit and written with every change: one index for both.
DROP INDEX visit_outcome_visit_id;
ALTER TABLE visit_outcome DROP CONSTRAINT visit_outcome_pkey;
ALTER TABLE visit_outcome ADD CONSTRAINT visit_outcome_pkey PRIMARY KEY (visit_id, id);
