-- Loses which numbers deleted statements had: the newest ones would be given again.
DROP TABLE statement_number;
