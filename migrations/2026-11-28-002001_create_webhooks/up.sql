-- Owner: webhooks. The secret of an endpoint is derived from the organisation's secret of that id: nothing here yields it.
CREATE TABLE webhook_endpoint (
    id uuid PRIMARY KEY,
    url text NOT NULL,
    description text NOT NULL,
    events text[] NOT NULL,
    secret_id text NOT NULL,
    secret_version integer NOT NULL,
    old_secret_id text,
    old_until timestamptz,
    created_at timestamptz NOT NULL,
    failing_since timestamptz,
    disabled_at timestamptz,
    disabled_why text CHECK (disabled_why IN ('paused', 'gone', 'failing'))
);
-- One event for one endpoint. While it is being sent, due_at is the end of the lease.
CREATE TABLE webhook_message (
    id uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
    event text NOT NULL,
    payload text NOT NULL CHECK (octet_length(payload) < 20480),
    created_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'failed')),
    due_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    claims integer NOT NULL DEFAULT 0
);
CREATE INDEX webhook_message_due ON webhook_message (endpoint_id, due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX webhook_message_of_endpoint ON webhook_message (endpoint_id, created_at DESC, id DESC);
CREATE INDEX webhook_message_created ON webhook_message (created_at);
CREATE TABLE webhook_attempt (
    message_id uuid NOT NULL REFERENCES webhook_message (id) ON DELETE CASCADE,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    status integer,
    error text,
    duration_ms integer,
    PRIMARY KEY (message_id, number)
);
