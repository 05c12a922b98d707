DROP TABLE team_member;
DROP TABLE employee;
DROP TABLE team;
DROP TABLE site;
