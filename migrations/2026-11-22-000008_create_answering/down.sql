DROP TABLE response_revision;
DROP TABLE response;
