-- Owner: answering. answers holds raw answers by question key; the scale belongs to the survey version.
CREATE TABLE response (
    id uuid PRIMARY KEY,
    visit_id uuid NOT NULL UNIQUE REFERENCES visit (id),
    survey_version_id uuid NOT NULL REFERENCES survey_version (id),
    mode text NOT NULL CHECK (mode IN ('email', 'phone', 'paper', 'import')),
    certainty text NOT NULL CHECK (certainty IN ('confirmed', 'suspect')),
    complete boolean NOT NULL,
    answers jsonb NOT NULL,
    comment text,
    call_me boolean NOT NULL,
    language text,
    answered_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    -- The transaction of the last change orders the list for pollers: one that commits late has a number that
    -- was not listed yet, where a time would lie behind the cursor.
    changed_in bigint NOT NULL DEFAULT txid_current(),
    revision integer NOT NULL
);
CREATE INDEX response_changed_in ON response (changed_in, id);
CREATE TABLE response_revision (
    nonce_hash bytea PRIMARY KEY,
    response_id uuid NOT NULL REFERENCES response (id),
    revision integer NOT NULL,
    answers jsonb NOT NULL,
    comment text,
    call_me boolean NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (response_id, revision)
);
