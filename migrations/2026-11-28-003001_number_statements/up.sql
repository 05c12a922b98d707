-- Owner: evaluations.
-- The highest number of a statement that was deleted: none is given twice.
CREATE TABLE statement_number (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_number bigint NOT NULL
);
INSERT INTO statement_number (last_number) VALUES (0);
