-- Loses which answers were excluded after an objection.
ALTER TABLE response DROP COLUMN excluded;
