-- Loses where employees work and when they left.
ALTER TABLE employee DROP COLUMN left_on;
ALTER TABLE employee DROP COLUMN site_id;
