-- Owner: delivery. One row a message that told, or could have told, what became of a letter. message_hash is of the
-- message and the invitation it is about, without what the last servers add, so that a message that comes twice or
-- by both ways is one event. source_key says where it was: for the mailbox its UIDVALIDITY and UID.
CREATE TABLE bounce_event (
    id uuid PRIMARY KEY,
    source text NOT NULL CHECK (source IN ('pipe', 'mailbox')),
    source_key text NOT NULL,
    message_hash bytea NOT NULL UNIQUE,
    received_at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN
        ('bounce', 'not_failed', 'complaint', 'auto_reply', 'other', 'not_ours', 'unreadable')),
    status text,
    diagnostic text,
    invitation_id uuid REFERENCES invitation (id),
    effect text NOT NULL CHECK (effect IN ('none', 'bounced', 'failed', 'opted_out', 'suppressed'))
);
CREATE INDEX bounce_event_received_at ON bounce_event (received_at, id);
CREATE INDEX bounce_event_invitation_id ON bounce_event (invitation_id, id) WHERE invitation_id IS NOT NULL;
