-- Loses the random numbers, and with them the order of call-backs.
ALTER TABLE visit DROP COLUMN call_priority;
