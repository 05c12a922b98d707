-- Owner: accounts. Whom an OpenID provider's subject is here, and which sign-ins by it are done.
CREATE TABLE account_identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    user_account_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    bound_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (user_account_id, issuer)
);
CREATE TABLE provider_sign_in (
    request_hash bytea PRIMARY KEY,
    done_at timestamptz NOT NULL
);
