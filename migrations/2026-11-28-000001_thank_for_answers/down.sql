-- Loses who was thanked already.
DROP TABLE thank_you;
