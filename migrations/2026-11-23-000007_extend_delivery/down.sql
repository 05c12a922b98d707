DROP TABLE sending_fuse;
DROP TABLE send_rate;
DROP TABLE relay_breaker;
DROP TABLE asked;
DELETE FROM delivery_attempt WHERE letter <> 'invitation' OR copy > 1;
DROP INDEX delivery_attempt_past_dot;
CREATE UNIQUE INDEX delivery_attempt_past_dot ON delivery_attempt (invitation_id, letter)
    WHERE state IN ('past_marker', 'accepted', 'unknown');
DROP INDEX delivery_attempt_started_at;
DROP INDEX delivery_attempt_unknown;
ALTER TABLE delivery_attempt
    DROP COLUMN domain,
    DROP COLUMN copy,
    DROP CONSTRAINT delivery_attempt_letter_check,
    ADD CONSTRAINT delivery_attempt_letter_check CHECK (letter IN ('invitation'));
DROP INDEX invitation_leased;
CREATE INDEX invitation_leased ON invitation (lease_until) WHERE state = 'sending';
DROP INDEX invitation_further;
ALTER TABLE invitation
    DROP COLUMN slot_at,
    DROP COLUMN further_at,
    DROP COLUMN copy,
    DROP COLUMN letter;
