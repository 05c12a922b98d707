-- Loses the cases, and which answers were followed.
DROP TABLE answer_followed;
DROP TABLE recovery_case;
