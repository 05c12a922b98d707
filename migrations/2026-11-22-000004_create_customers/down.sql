DROP TABLE suppression;
DROP TABLE customer;
