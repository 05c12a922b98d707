-- Owner: answering. That a link was fetched, kept for 30 days; no score, outcome or sum reads it. A network is the
-- keyed hash of an address cut to its first 24 (IPv4) or 48 bits (IPv6).
CREATE TABLE link_fetch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    visit_id uuid NOT NULL,
    at timestamptz NOT NULL,
    what text NOT NULL CHECK (what IN ('head', 'page', 'trap')),
    score integer,
    network bytea NOT NULL
);
CREATE INDEX link_fetch_visit ON link_fetch (visit_id, at);
CREATE INDEX link_fetch_at ON link_fetch USING brin (at);
-- revisions counts all of them; revision is the one whose answers stand in the row.
ALTER TABLE response
    ADD COLUMN revisions integer NOT NULL DEFAULT 1,
    ADD COLUMN signs text[] NOT NULL DEFAULT '{}',
    ADD COLUMN call_time text CHECK (call_time IN ('morning', 'midday', 'afternoon', 'evening')),
    ADD COLUMN call_number text,
    ADD COLUMN decided_by text,
    ADD COLUMN decided_at timestamptz,
    ADD COLUMN decision text;
UPDATE response SET revisions = revision WHERE revision <> 1;
ALTER TABLE response_revision
    ADD COLUMN certainty text NOT NULL DEFAULT 'confirmed' CHECK (certainty IN ('confirmed', 'suspect')),
    ADD COLUMN signs text[] NOT NULL DEFAULT '{}',
    ADD COLUMN complete boolean NOT NULL DEFAULT true,
    ADD COLUMN opened_at timestamptz,
    ADD COLUMN network bytea;
