-- Loses when keys end, from where they may be used, and the older secrets of rotated ones.
DROP INDEX api_key_old_secret;
ALTER TABLE api_key
    DROP COLUMN expires_at,
    DROP COLUMN networks,
    DROP COLUMN rotated_at,
    DROP COLUMN old_secret_hash,
    DROP COLUMN old_until;
