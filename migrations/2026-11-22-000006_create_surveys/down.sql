DROP TABLE question;
DROP TABLE survey_version;
DROP TABLE survey;
