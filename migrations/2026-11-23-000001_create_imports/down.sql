-- Loses rows of imports under way.
DROP TABLE import_row;
DROP TABLE import_run;
