-- Owner: accounts. Passwords are argon2id strings; sessions, links and keys are stored as SHA-256 only.
CREATE TABLE user_account (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('admin', 'hr', 'manager', 'caller', 'employee')),
    employee_id uuid REFERENCES employee (id),
    team_id uuid REFERENCES team (id),
    password_hash text,
    disabled_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX user_account_email ON user_account (lower(email));
CREATE TABLE session (
    token_hash bytea PRIMARY KEY,
    user_account_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX session_user_account_id ON session (user_account_id);
CREATE TABLE password_link (
    token_hash bytea PRIMARY KEY,
    user_account_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE TABLE sign_in_attempt (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject_hash bytea NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempt_subject ON sign_in_attempt (subject_hash, at);
CREATE TABLE api_key (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz
);
