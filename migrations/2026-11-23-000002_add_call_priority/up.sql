-- Owner: visits. The permanent random number of a visit: call-backs are drawn in its order. Visits that came
-- before get one here; from now on it is drawn when they arrive, or comes with their history.
ALTER TABLE visit ADD COLUMN call_priority double precision;
ALTER TABLE visit ALTER COLUMN call_priority SET DEFAULT random();
UPDATE visit SET call_priority = random();
ALTER TABLE visit ALTER COLUMN call_priority SET NOT NULL;
ALTER TABLE visit ADD CONSTRAINT visit_call_priority_check
    CHECK (call_priority >= 0 AND call_priority < 1) NOT VALID;
