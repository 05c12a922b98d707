-- Owner: imports. The rows of a file stand here between reading and storing; they go when the import ends, and
-- those of one that died go with the next. Unlogged: after a crash of the server the file is read again.
CREATE TABLE import_run (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('people', 'visits', 'history')),
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
);
CREATE UNLOGGED TABLE import_row (
    import_run_id uuid NOT NULL,
    -- A row that may belong to several keys stands once for each.
    id bigint NOT NULL,
    line bigint NOT NULL,
    -- Rows with the same key are stored or refused together: the visit, or the employee.
    key text COLLATE "C" NOT NULL,
    cells bytea NOT NULL,
    problem text,
    is_shadow boolean NOT NULL,
    PRIMARY KEY (import_run_id, id)
);
