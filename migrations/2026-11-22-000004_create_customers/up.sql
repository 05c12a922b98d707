-- Owner: customers.
CREATE TABLE customer (
    id uuid PRIMARY KEY,
    external_id text UNIQUE,
    name text,
    email text,
    phone text,
    created_at timestamptz NOT NULL
);
-- Identity: the customer's own id; without one the address, without that the number.
CREATE UNIQUE INDEX customer_by_email ON customer (lower(email)) WHERE external_id IS NULL AND email IS NOT NULL;
CREATE UNIQUE INDEX customer_by_phone ON customer (phone)
    WHERE external_id IS NULL AND email IS NULL AND phone IS NOT NULL;
CREATE TABLE suppression (
    address_hash bytea PRIMARY KEY,
    -- Which secret made the hash; it must stay in HEARBACK_SECRET as long as there are such rows.
    secret_id text NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL
);
