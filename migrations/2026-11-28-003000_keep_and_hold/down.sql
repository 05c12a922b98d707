-- Loses all legal holds, and what retention did last.
DROP TABLE retention_start;
DROP TABLE retention_run;
DROP TABLE legal_hold;
