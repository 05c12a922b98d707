-- Loses every call-back with its probability.
DROP TABLE callback;
