-- Loses the drafts, the rules, and who published a version.
DROP INDEX response_survey_version;
ALTER TABLE survey_version DROP COLUMN published_by;
DROP TABLE survey_rule;
DROP TABLE survey_draft;
