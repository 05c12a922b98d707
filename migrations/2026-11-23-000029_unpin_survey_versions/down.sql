-- Loses nothing.
ALTER TABLE response ADD CONSTRAINT response_survey_version_id_fkey
    FOREIGN KEY (survey_version_id) REFERENCES survey_version (id);
