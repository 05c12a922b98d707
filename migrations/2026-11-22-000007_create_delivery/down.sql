DROP TABLE sending_switch;
DROP TABLE delivery_attempt;
DROP TABLE invitation;
