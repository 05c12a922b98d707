-- Owner: surveys. A published version never changes; its texts by language are in content.
CREATE TABLE survey (
    id uuid PRIMARY KEY,
    key text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL
);
CREATE TABLE survey_version (
    id uuid PRIMARY KEY,
    survey_id uuid NOT NULL REFERENCES survey (id),
    version integer NOT NULL CHECK (version > 0),
    content jsonb NOT NULL,
    published_at timestamptz NOT NULL,
    UNIQUE (survey_id, version)
);
CREATE TABLE question (
    survey_version_id uuid NOT NULL REFERENCES survey_version (id),
    key text NOT NULL,
    position integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('rating')),
    scale_min integer NOT NULL,
    scale_max integer NOT NULL CHECK (scale_max > scale_min),
    PRIMARY KEY (survey_version_id, key)
);
