-- Loses notes, stop lists of customers, what they told us about how to deal with them, merges, and numbers that must
-- not be called; answers that were taken back become put aside.
DROP INDEX visit_erased;
UPDATE response SET certainty = 'suspect' WHERE certainty = 'withdrawn';
ALTER TABLE response DROP CONSTRAINT response_certainty_check;
ALTER TABLE response ADD CONSTRAINT response_certainty_check
    CHECK (certainty IN ('confirmed', 'suspect')) NOT VALID;
DELETE FROM suppression WHERE channel = 'phone';
ALTER TABLE suppression DROP COLUMN channel;
DROP TABLE customer_merge;
DROP TABLE customer_stop;
DROP TABLE customer_note;
ALTER TABLE customer DROP COLUMN call_time, DROP COLUMN time_zone, DROP COLUMN language;
