-- Owner: surveys. Drafts that people edit, and rules that say which survey a visit gets.
-- One row a survey; lock_version only grows, also when a draft is discarded or published (content is null then),
-- so that whoever saves on top of something older is noticed.
CREATE TABLE survey_draft (
    survey_id uuid PRIMARY KEY REFERENCES survey (id),
    content jsonb,
    lock_version integer NOT NULL CHECK (lock_version > 0),
    edited_by uuid NOT NULL,
    edited_at timestamptz NOT NULL
);
-- The first rule that fits wins; without one it is the built-in survey.
CREATE TABLE survey_rule (
    id uuid PRIMARY KEY,
    position integer NOT NULL,
    service text NOT NULL CHECK (service <> ''),
    channel text,
    segment text,
    survey_id uuid NOT NULL REFERENCES survey (id)
);
-- Null: published by the program itself.
ALTER TABLE survey_version ADD COLUMN published_by uuid;
-- Owner: answering. How many answers point at a version.
CREATE INDEX response_survey_version ON response (survey_version_id);
