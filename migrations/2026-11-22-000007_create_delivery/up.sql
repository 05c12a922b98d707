-- Owner: delivery. The invitations are the send queue. Nothing secret is stored: the token is derived
-- again from the secret named by secret_id; token_hash is its SHA-256.
CREATE TABLE invitation (
    id uuid PRIMARY KEY,
    visit_id uuid NOT NULL UNIQUE REFERENCES visit (id),
    survey_version_id uuid NOT NULL REFERENCES survey_version (id),
    secret_id text NOT NULL,
    token_version integer NOT NULL DEFAULT 1,
    token_hash bytea NOT NULL UNIQUE,
    state text NOT NULL CHECK (state IN ('planned', 'sending', 'sent', 'unknown', 'bounced', 'failed', 'closed')),
    send_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    lease_owner uuid,
    lease_until timestamptz,
    sent_at timestamptz,
    expires_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX invitation_due ON invitation (send_at, id) WHERE state = 'planned';
CREATE INDEX invitation_leased ON invitation (lease_until) WHERE state = 'sending';
CREATE TABLE delivery_attempt (
    id uuid PRIMARY KEY,
    invitation_id uuid NOT NULL REFERENCES invitation (id),
    letter text NOT NULL CHECK (letter IN ('invitation')),
    number integer NOT NULL,
    worker_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('claimed', 'past_marker', 'accepted', 'refused', 'unknown')),
    reply text,
    started_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX delivery_attempt_invitation_id ON delivery_attempt (invitation_id, number);
-- The database itself forbids a second mail past the final dot.
CREATE UNIQUE INDEX delivery_attempt_past_dot ON delivery_attempt (invitation_id, letter)
    WHERE state IN ('past_marker', 'accepted', 'unknown');
CREATE TABLE sending_switch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    is_on boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL
);
