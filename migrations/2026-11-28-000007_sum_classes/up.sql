-- Owner: scores. What an answer weighs in an estimate depends on its class: how the visit came into the sums, the
-- segment in which reach is measured, the probability of being called, the share of the credit. Classes, questions and
-- levels of facts are numbered, so that the sums of an employee in a week, month or year are one short row (packed, see
-- src/scores/packed.rs) and a report over ten million answers reads thousands of rows.
CREATE TABLE score_class (
    id integer PRIMARY KEY,
    design text NOT NULL
        CHECK (design IN ('email', 'priority', 'random', 'phone_first', 'undrawn', 'other')),
    segment text NOT NULL,
    probability double precision,
    share_permille integer NOT NULL,
    UNIQUE NULLS NOT DISTINCT (design, segment, probability, share_permille)
);
CREATE TABLE score_item (
    id integer PRIMARY KEY,
    question text NOT NULL,
    scale_min integer NOT NULL,
    scale_max integer NOT NULL,
    UNIQUE (question, scale_min, scale_max)
);
CREATE TABLE score_level (
    id integer PRIMARY KEY,
    factor text NOT NULL CHECK (factor IN ('service', 'channel', 'segment', 'site')),
    level text NOT NULL,
    UNIQUE (factor, level)
);
CREATE TABLE score_slice (
    span text NOT NULL CHECK (span IN ('week', 'month', 'year')),
    begins date NOT NULL,
    employee_id uuid NOT NULL,
    sums bytea NOT NULL,
    PRIMARY KEY (span, begins, employee_id)
);
-- Pairs of levels of the whole company.
CREATE TABLE score_cross (
    span text NOT NULL CHECK (span IN ('month', 'year')),
    begins date NOT NULL,
    item_id integer NOT NULL,
    class_id integer NOT NULL,
    sums bytea NOT NULL,
    PRIMARY KEY (span, begins, item_id, class_id)
);
-- Another one after each change of the sums, so that what was worked out from them can be used again until then.
ALTER TABLE score_fold ADD COLUMN stamp uuid;
-- Short rows stay where they are read.
ALTER TABLE score_slice SET (toast_tuple_target = 8160);
ALTER TABLE score_slice ALTER COLUMN sums SET STORAGE MAIN;

-- Everything is summed anew from the visits: the next fold does it. score_count and score_sum are not read any more; a
-- later migration drops them.
DELETE FROM score_contribution;
INSERT INTO changed_visit (visit_id) SELECT id FROM visit;
