-- Owner: answering. A card with a short code for a customer without a usable address. The code is derived from the
-- secret, the visit and card_version; only its SHA-256 is stored.
CREATE TABLE answer_card (
    visit_id uuid PRIMARY KEY REFERENCES visit (id),
    code_hash bytea NOT NULL UNIQUE,
    secret_id text NOT NULL,
    card_version integer NOT NULL,
    survey_version_id uuid NOT NULL REFERENCES survey_version (id),
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
