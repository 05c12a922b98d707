-- Owner: customers. What customers told us about how to deal with them; it goes before what a visit brings.
ALTER TABLE customer
    ADD COLUMN language text,
    ADD COLUMN time_zone text,
    ADD COLUMN call_time text;
ALTER TABLE customer ADD CONSTRAINT customer_call_time_check
    CHECK (call_time IN ('morning', 'midday', 'afternoon', 'evening')) NOT VALID;
-- One thing worth remembering, for a time.
CREATE TABLE customer_note (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customer (id),
    purpose text NOT NULL CHECK (purpose IN ('greeting', 'access', 'preference', 'follow_up')),
    words text NOT NULL CHECK (char_length(words) BETWEEN 1 AND 200),
    written_by text NOT NULL,
    written_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX customer_note_customer_id ON customer_note (customer_id, written_at);
CREATE INDEX customer_note_expires_at ON customer_note (expires_at);
-- What a customer does not want; their address and number stand as hashes in suppression too, which outlive this.
CREATE TABLE customer_stop (
    customer_id uuid NOT NULL REFERENCES customer (id),
    channel text NOT NULL CHECK (channel IN ('email', 'phone')),
    reason text NOT NULL,
    stopped_by text NOT NULL,
    stopped_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, channel)
);
-- Two files of one person. Nothing is moved: what hangs on a file stays with it and is read with those it belongs to,
-- so that an undone merge leaves everything as it was.
CREATE TABLE customer_merge (
    id uuid PRIMARY KEY,
    kept_id uuid NOT NULL REFERENCES customer (id),
    merged_id uuid NOT NULL REFERENCES customer (id),
    merged_by text NOT NULL,
    merged_at timestamptz NOT NULL,
    undone_by text,
    undone_at timestamptz,
    CHECK (kept_id <> merged_id),
    CHECK ((undone_by IS NULL) = (undone_at IS NULL))
);
CREATE UNIQUE INDEX customer_merge_merged_id ON customer_merge (merged_id) WHERE undone_at IS NULL;
CREATE INDEX customer_merge_kept_id ON customer_merge (kept_id) WHERE undone_at IS NULL;
ALTER TABLE suppression ADD COLUMN channel text NOT NULL DEFAULT 'email';
ALTER TABLE suppression ADD CONSTRAINT suppression_channel_check
    CHECK (channel IN ('email', 'phone')) NOT VALID;
-- Owner: answering. An answer that the customer took back: an empty shell that says so.
ALTER TABLE response DROP CONSTRAINT response_certainty_check;
ALTER TABLE response ADD CONSTRAINT response_certainty_check
    CHECK (certainty IN ('confirmed', 'suspect', 'withdrawn')) NOT VALID;
-- Owner: visits. Those whose customer was erased: their ids are hashes, whose secret must stay known.
CREATE INDEX visit_erased ON visit (external_id) WHERE content_hash = '\x';
