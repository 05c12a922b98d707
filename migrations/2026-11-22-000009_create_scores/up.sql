-- Owner: scores. Sums hold raw steps (answer - scale minimum) as integers; share_permille is part of the key.
-- The company's own rows stand under the nil uuid, so that a visit by two employees counts once there.
CREATE TABLE score_fold (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    folded_at timestamptz
);
INSERT INTO score_fold (only_row) VALUES (true);
CREATE TABLE score_contribution (
    visit_id uuid PRIMARY KEY,
    contribution jsonb NOT NULL
);
CREATE TABLE score_count (
    month date NOT NULL,
    employee_id uuid NOT NULL,
    visits bigint NOT NULL,
    invited bigint NOT NULL,
    answers_email bigint NOT NULL,
    answers_phone bigint NOT NULL,
    answers_phone_first bigint NOT NULL,
    PRIMARY KEY (month, employee_id)
);
CREATE TABLE score_sum (
    month date NOT NULL,
    employee_id uuid NOT NULL,
    question text NOT NULL,
    scale_min integer NOT NULL,
    scale_max integer NOT NULL,
    mode text NOT NULL,
    share_permille integer NOT NULL,
    n bigint NOT NULL,
    steps bigint NOT NULL,
    steps_squared bigint NOT NULL,
    top2 bigint NOT NULL,
    PRIMARY KEY (month, employee_id, question, scale_min, scale_max, mode, share_permille)
);
