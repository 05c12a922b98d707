-- Loses statements and what employees said to them.
DROP TABLE statement_reply;
DROP TABLE statement;
