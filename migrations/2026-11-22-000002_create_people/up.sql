-- Owner: people.
CREATE TABLE site (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE
);
CREATE TABLE team (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE
);
CREATE TABLE employee (
    id uuid PRIMARY KEY,
    external_id text NOT NULL UNIQUE,
    name text NOT NULL,
    email text,
    created_at timestamptz NOT NULL
);
CREATE INDEX employee_email ON employee (lower(email)) WHERE email IS NOT NULL;
CREATE TABLE team_member (
    employee_id uuid NOT NULL REFERENCES employee (id),
    team_id uuid NOT NULL REFERENCES team (id),
    role text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'lead')),
    valid_from date NOT NULL,
    valid_to date,
    PRIMARY KEY (employee_id, team_id, role, valid_from),
    CHECK (valid_to >= valid_from)
);
