-- Owner: accounts. Keys that are here never end, may come from anywhere and have one secret, as before.
ALTER TABLE api_key
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN networks text[] NOT NULL DEFAULT '{}',
    ADD COLUMN rotated_at timestamptz,
    ADD COLUMN old_secret_hash bytea,
    ADD COLUMN old_until timestamptz;
CREATE UNIQUE INDEX api_key_old_secret ON api_key (old_secret_hash);
