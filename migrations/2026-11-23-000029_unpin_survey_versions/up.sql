-- Owner: answering. A foreign key locks the row it refers to, and all answers refer to the same version: with several
-- answers at once Postgres kept a list of those who hold that one row, which was half of the work of storing an answer.
-- A published version is never deleted; its questions and invitations refer to it.
ALTER TABLE response DROP CONSTRAINT response_survey_version_id_fkey;
