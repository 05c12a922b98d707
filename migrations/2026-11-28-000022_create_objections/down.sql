-- Loses objections and the decisions about them; what they changed stays.
DROP TABLE objection_decision;
DROP TABLE objection;
