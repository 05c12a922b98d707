-- Owner: delivery. Reminders: while a visit stands as sent or unknown, further letters may go to its customer.
-- `letter` is the one that is due or under way; `further_at` says when it is due to a visit that was mailed before.
-- `copy` grows only when an operator sends again what may have been lost, so that the index below goes on to
-- forbid every second mail past the dot that nobody decided on. `slot_at` is the turn that a rate limit gave it.
ALTER TABLE invitation
    ADD COLUMN letter text NOT NULL DEFAULT 'invitation'
        CHECK (letter IN ('invitation', 'reminder', 'second_reminder')),
    ADD COLUMN copy integer NOT NULL DEFAULT 1,
    ADD COLUMN further_at timestamptz,
    ADD COLUMN slot_at timestamptz;
CREATE INDEX invitation_further ON invitation (further_at, id) WHERE further_at IS NOT NULL;
DROP INDEX invitation_leased;
CREATE INDEX invitation_leased ON invitation (lease_until) WHERE lease_until IS NOT NULL;
UPDATE invitation SET lease_owner = NULL, lease_until = NULL
    WHERE state <> 'sending' AND lease_until IS NOT NULL;

ALTER TABLE delivery_attempt
    DROP CONSTRAINT delivery_attempt_letter_check,
    ADD CONSTRAINT delivery_attempt_letter_check
        CHECK (letter IN ('invitation', 'reminder', 'second_reminder')),
    ADD COLUMN copy integer NOT NULL DEFAULT 1,
    ADD COLUMN domain text;
CREATE INDEX delivery_attempt_unknown ON delivery_attempt (ended_at) WHERE state = 'unknown';
CREATE INDEX delivery_attempt_started_at ON delivery_attempt USING brin (started_at);
DROP INDEX delivery_attempt_past_dot;
CREATE UNIQUE INDEX delivery_attempt_past_dot ON delivery_attempt (invitation_id, letter, copy)
    WHERE state IN ('past_marker', 'accepted', 'unknown');

-- When a customer, or whoever reads an address, was last asked; the key is a keyed hash of either.
CREATE TABLE asked (
    key bytea PRIMARY KEY,
    asked_at timestamptz NOT NULL,
    visit_id uuid NOT NULL
);
CREATE INDEX asked_visit_id ON asked (visit_id);

-- Whether the relay is left alone for a while.
CREATE TABLE relay_breaker (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    faults integer NOT NULL,
    openings integer NOT NULL,
    opened_at timestamptz,
    open_until timestamptz,
    probe_until timestamptz,
    words text
);

-- When the next letter may go out by a rate limit; by name: '*' for all, else the recipient's domain.
CREATE TABLE send_rate (
    name text PRIMARY KEY,
    next_at timestamptz NOT NULL
);

-- Which database this was when a worker last looked, and whether it may be trusted to know what was sent.
CREATE TABLE sending_fuse (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    beat_at timestamptz NOT NULL,
    identity text,
    blown_at timestamptz,
    reason text,
    released_at timestamptz,
    released_by text
);
