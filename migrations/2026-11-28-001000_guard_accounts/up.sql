-- Owner: accounts. A second factor is derived from the organisation's secret: only a salt of it is stored. Recovery
-- codes are keyed hashes. What stands between password and code has a table of its own, so that an older program does
-- not take it for a session.
ALTER TABLE user_account ADD COLUMN seen_at timestamptz;
ALTER TABLE session ADD COLUMN agent text;
ALTER TABLE session ADD COLUMN second_factor_at timestamptz;
CREATE TABLE second_factor (
    user_account_id uuid PRIMARY KEY REFERENCES user_account (id) ON DELETE CASCADE,
    secret_id text NOT NULL,
    salt bytea NOT NULL,
    last_step bigint NOT NULL,
    set_at timestamptz NOT NULL
);
CREATE TABLE recovery_code (
    user_account_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (user_account_id, code_hash)
);
CREATE TABLE sign_in_step (
    token_hash bytea PRIMARY KEY,
    user_account_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_step_user_account_id ON sign_in_step (user_account_id);
CREATE TABLE break_glass (
    id uuid PRIMARY KEY,
    user_account_id uuid NOT NULL REFERENCES user_account (id),
    reason text NOT NULL,
    opened_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE INDEX break_glass_user_account_id ON break_glass (user_account_id, ends_at);
CREATE INDEX break_glass_opened_at ON break_glass (opened_at);
