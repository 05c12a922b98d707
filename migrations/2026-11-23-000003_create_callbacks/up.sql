-- Owner: callbacks. probability is that of being called when the list was drawn (STATISTICS §00.4); without one
-- a call is service, not data. called stays empty while the call-back is open.
CREATE TABLE callback (
    id uuid PRIMARY KEY,
    visit_id uuid NOT NULL UNIQUE REFERENCES visit (id),
    kind text NOT NULL CHECK (kind IN ('priority', 'random', 'phone_first', 'service')),
    state text NOT NULL CHECK (state IN ('open', 'claimed', 'done')),
    probability double precision CHECK (probability > 0 AND probability <= 1),
    called boolean,
    created_at timestamptz NOT NULL,
    CHECK ((called IS NULL) = (state <> 'done'))
);
