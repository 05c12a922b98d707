-- Owner: people. An employee who left keeps everything that was; left_on is their last day.
ALTER TABLE employee ADD COLUMN site_id uuid REFERENCES site (id);
ALTER TABLE employee ADD COLUMN left_on date;
