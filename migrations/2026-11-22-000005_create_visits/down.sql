DROP TABLE visit_outcome;
DROP TABLE visit_employee;
DROP TABLE visit;
